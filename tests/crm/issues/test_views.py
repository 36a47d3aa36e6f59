from typing import Any

import pytest
from django.urls import reverse

from crm.access.enums import Role
from crm.access.models import User
from crm.access.rules import STAFF_ROLES
from crm.issues.models import Ask, Issue, Stance
from crm.issues.registry import issue_counters
from crm.people.enums import Visibility
from crm.people.views import person_url
from tests.factories.access import user
from tests.factories.campaigns import campaign
from tests.factories.influence import influence
from tests.factories.issues import ask, issue, stance
from tests.factories.people import membership, organization, person
from tests.factories.petitions import petition

pytestmark = pytest.mark.django_db
TREE = "/admin/reference/issues/"
SECRET = "Xylophone"
BLIND = [
    pytest.param(role, marks=() if role == Role.COORDINATOR else pytest.mark.slow)
    for role in sorted(STAFF_ROLES - {Role.DIRECTOR})
]
"""The fast suite looks as the role that sees most; `make test-all` as every one."""


def page(row: Ask, name: str = "page") -> str:
    return reverse(f"asks:{name}", args=[row.public_id])


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def hearing(*lines: tuple[str, str, str], **more: str) -> dict[str, str]:
    values = {"observed_on": "2026-04-01", "source": "Hearing", "rows-INITIAL_FORMS": "0"}
    values["rows-TOTAL_FORMS"] = str(len(lines))
    for number, line in enumerate(lines):
        for name, value in zip(("person", "position", "evidence"), line, strict=True):
            values[f"rows-{number}-{name}"] = value
    return values | more


def test_the_tree_counts_what_is_filed_below(sign_in: Any) -> None:
    root = issue(name="Environment")
    leaf, owner = issue(name="Harbours", parent=root), campaign()
    stance(ask=ask(issue=leaf, campaign=owner))
    ask(issue=root, campaign=owner)

    tree = sign_in(Role.COORDINATOR).get(TREE).context["tree"]

    found = [(row["issue"], row["depth"], [cell["total"] for cell in row["cells"][:3]]) for row in tree]
    assert found == [(root, 0, [2, 1, 1]), (leaf, 1, [1, 1, 1])]


def test_the_tree_also_counts_what_higher_slices_file(sign_in: Any) -> None:
    filed = issue()
    petition(ask=ask(issue=filed))
    influence(issue=filed)

    row = sign_in(Role.COORDINATOR).get(TREE).context["tree"][0]

    totals = {counter.key: cell["total"] for counter, cell in zip(issue_counters(), row["cells"], strict=True)}
    assert {key: totals[key] for key in ("asks", "influence")} == {"asks": 1, "influence": 1}
    assert totals["petitions"] == 1


@pytest.mark.parametrize("count", [1, 3])
def test_the_tree_takes_as_many_queries_however_deep(count: int, sign_in: Any, django_assert_num_queries: Any) -> None:
    above = None
    for _place in range(count):
        above = issue(parent=above)
        ask(issue=above)
    client = sign_in(Role.COORDINATOR)
    client.get(TREE)

    with django_assert_num_queries(TREE_QUERIES + len(issue_counters())):
        client.get(TREE)


TREE_QUERIES = 12


def test_an_issue_is_moved_but_not_below_itself(sign_in: Any) -> None:
    root = issue(name="Environment", slug="environment")
    leaf, other = issue(parent=root), issue()
    client = sign_in(Role.COORDINATOR)
    values = {"name": "Nature", "slug": "changed", "version": "1"}

    loop = client.post(f"{TREE}edit/{root.pk}/", values | {"parent": leaf.pk})
    moved = client.post(f"{TREE}edit/{root.pk}/", values | {"parent": other.pk})
    late = client.post(f"{TREE}edit/{root.pk}/", values | {"parent": ""})

    row = Issue.objects.get(pk=root.pk)
    assert (loop.status_code, "cannot be filed under itself" in text_of(loop)) == (200, True)
    assert (moved.status_code, late.status_code) == (302, 409)
    assert (row.name, row.slug, row.parent) == ("Nature", "environment", other)


def test_the_page_of_an_issue_lists_what_is_filed_here_and_below(sign_in: Any) -> None:
    root = issue(name="Environment")
    leaf = issue(name="Harbours", parent=root)
    ask(title="Fund the dredging", issue=leaf, campaign=campaign(title="Safe harbours"))

    text = text_of(sign_in(Role.COORDINATOR).get(f"{TREE}inspect/{root.pk}/"))

    assert [words in text for words in ("Fund the dredging", "Safe harbours", "Harbours")] == [True] * 3


def test_an_ask_is_filed_elsewhere_closed_and_reopened(sign_in: Any) -> None:
    row, place, owner = ask(), issue(), campaign()
    client = sign_in(Role.COORDINATOR)
    values = {"title": "Vote yes", "issue": place.pk, "campaign": owner.pk, "version": "1"}

    edited = client.post(reverse("asks:edit", args=[row.pk]), values)
    closed = client.post(page(row, "state"), {"version": "2", "open": "0"})
    late = client.post(page(row, "state"), {"version": "2", "open": "1"})

    found = Ask.objects.get()
    assert (edited.url, closed.url, late.status_code) == (page(row), page(row), 409)
    assert (found.title, found.issue, found.campaign, found.is_open) == ("Vote yes", place, owner, False)


def test_asks_are_found_by_the_issue_above_theirs(sign_in: Any) -> None:
    root = issue()
    ask(title="Below the issue", issue=issue(parent=root))
    ask(title="Somewhere else")

    text = text_of(sign_in(Role.COORDINATOR).get(reverse("asks:index"), {"issue": root.pk}))

    assert ("Below the issue" in text, "Somewhere else" in text) == (True, False)


def test_a_hearing_starts_with_the_members_and_records_who_took_a_position(sign_in: Any) -> None:
    wanted, body = ask(), organization(name="Harbour Committee")
    ada, ben = (membership(organization=body, person=person(name=name)).person for name in ("Ada", "Ben"))
    client = sign_in(Role.COORDINATOR)

    shown = text_of(client.get(page(wanted, "positions"), {"body": "Harbour Committee"}))
    lines = [(f"#{ada.public_id}", "support", "Said yes"), (f"#{ben.public_id}", "", ""), ("", "", "")]
    response = client.post(page(wanted, "positions"), hearing(*lines, confidence="sure"))

    assert (">Ada<" in shown, ">Ben<" in shown, response.url) == (True, True, page(wanted))
    assert [(row.person, row.position, row.evidence, row.confidence) for row in Stance.objects.all()] == [
        (ada, "support", "Said yes", "sure")
    ]


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([("Ada", "support", ""), ("Ada", "oppose", "")], "is in two lines; keep one."),
        ([("", "support", "")], "Say whose position this is."),
        ([("Nobody Atall", "support", "")], "check the spelling"),
        ([("Ada", "", "")], "Choose a position for at least one person."),
    ],
)
def test_a_hearing_that_is_not_clear_is_asked_again(lines: Any, sentence: str, sign_in: Any) -> None:
    wanted = ask()
    person(name="Ada")

    response = sign_in(Role.COORDINATOR).post(page(wanted, "positions"), hearing(*lines))

    assert (response.status_code, sentence in text_of(response), Stance.objects.count()) == (422, True, 0)


def test_a_position_is_taken_back_on_the_page_of_the_person(sign_in: Any) -> None:
    row = stance(source="Hearing")
    client = sign_in(Role.COORDINATOR)
    shown = text_of(client.get(person_url(row.person)))

    answers = [client.post(reverse("crm_take_back_stance", args=[row.pk])).status_code for _click in range(2)]

    assert ("Take back" in shown, answers, Stance.objects.count()) == (True, [302, 404], 0)


def test_an_auditor_takes_nothing_back_and_records_nothing(sign_in: Any) -> None:
    row = stance()
    client = sign_in(Role.AUDITOR)

    answers = [
        client.post(reverse("crm_take_back_stance", args=[row.pk])).status_code,
        client.get(page(row.ask, "positions")).status_code,
        client.post(page(row.ask, "state"), {"version": "1", "open": "0"}).status_code,
    ]

    assert (answers, Stance.objects.count(), Ask.objects.get().is_open) == ([403, 403, 403], 1, True)


@pytest.mark.parametrize("count", [1, 3])
def test_pages_about_positions_take_as_many_queries_for_one_as_for_many(
    count: int, sign_in: Any, coordinator: User, django_assert_num_queries: Any
) -> None:
    wanted = ask()
    for _row in range(count):
        stance(ask=wanted, recorded_by=coordinator)
    client = sign_in(Role.COORDINATOR)
    urls = [(page(wanted), 18), (f"{reverse('crm_moved')}?since=2020-01-01", 9)]
    for url, _queries in urls:
        client.get(url)

    for url, queries in urls:
        with django_assert_num_queries(queries):
            client.get(url)


@pytest.mark.parametrize("role", BLIND)
@pytest.mark.slow
def test_no_page_about_positions_shows_or_changes_a_hidden_one(role: Role, sign_in: Any) -> None:
    hidden = person(name=f"{SECRET} Person", search_text="xylophone", visibility=Visibility.TEAM, owner=user())
    body = organization(name="Harbour Committee")
    membership(person=hidden, organization=body)
    row = stance(person=hidden, source=f"{SECRET} source")
    client = sign_in(role)
    pages = [TREE, f"{TREE}inspect/{row.ask.issue_id}/", reverse("asks:index"), page(row.ask)]
    pages += [f"{reverse('crm_moved')}?since=2020-01-01", f"{page(row.ask, 'positions')}?body=Harbour+Committee"]

    texts = [client.get(url).content.decode() for url in pages]
    client.post(reverse("crm_take_back_stance", args=[row.pk]))
    client.post(page(row.ask, "positions"), hearing((f"#{hidden.public_id}", "oppose", "")))

    assert [SECRET in text for text in texts] == [False] * len(texts)
    assert list(Stance.objects.values_list("pk", "position")) == [(row.pk, "support")]
