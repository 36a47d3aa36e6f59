from io import BytesIO
from typing import Any

import pytest
from django.urls import reverse

from crm.access.enums import Role
from crm.access.rules import STAFF_ROLES
from crm.people.enums import OrganizationClassification, Visibility
from crm.votes.models import Scorecard, ScorecardItem, Vote, VoteEvent
from tests.factories.access import user
from tests.factories.people import membership, organization, person
from tests.factories.votes import scorecard, scorecard_item, vote, vote_event

pytestmark = pytest.mark.django_db
SECRET = "Xylophone"
BLIND = [
    pytest.param(role, marks=() if role == Role.COORDINATOR else pytest.mark.slow)
    for role in sorted(STAFF_ROLES - {Role.DIRECTOR})
]
"""The fast suite looks as the role that sees most; `make test-all` as every one."""


def page(row: VoteEvent | Scorecard, name: str = "page", *more: Any) -> str:
    space = "votes" if isinstance(row, VoteEvent) else "scorecards"
    return reverse(f"{space}:{name}", args=[row.public_id, *more])


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def table(text: str) -> BytesIO:
    file = BytesIO(text.encode())
    file.name = "votes.csv"
    return file


def test_a_vote_is_added_and_a_second_with_its_number_refused(sign_in: Any) -> None:
    body = organization(name="Lower House")
    values = {"organization": "Lower House", "identifier": "12", "motion": "On passage", "start_date": "2026-03-30"}
    client = sign_in(Role.COORDINATOR)

    first = client.post(reverse("votes:add"), values)
    second = client.post(reverse("votes:add"), values | {"motion": "Other"})

    event = VoteEvent.objects.get()
    assert (first.url, event.organization, event.motion) == (page(event), body, "On passage")
    assert (second.status_code, "This body already has a vote with this number" in text_of(second)) == (200, True)


def test_members_votes_are_recorded_on_one_page(sign_in: Any) -> None:
    event = vote_event()
    ada, ben = (membership(organization=event.organization).person for _seat in range(2))
    client = sign_in(Role.COORDINATOR)
    values = {"version": "1", ada.public_id: "yes", ben.public_id: ""}

    first = client.post(page(event, "grid"), values)
    late = client.post(page(event, "grid"), values | {ben.public_id: "no"})

    assert (first.status_code, late.status_code) == (302, 409)
    assert [(row.person, row.option) for row in Vote.objects.all()] == [(ada, "yes")]


def test_a_table_shows_what_it_would_do_before_anything_is_saved(sign_in: Any) -> None:
    event, ada = vote_event(), person(name="Ada Byron")
    client = sign_in(Role.COORDINATOR)

    shown = client.post(
        page(event, "table"), {"file": table("person,option\nAda Byron,aye\nNew Face,no\nAda Byron,??\n")}
    )
    before = Vote.objects.count()
    saved = client.post(page(event, "table"), shown.context["again"].initial | {"save": "1"})

    text = text_of(shown)
    assert ("1 vote to record" in text, "2 lines are left out" in text, "nobody we know is called that" in text) == (
        True,
        True,
        True,
    )
    assert (before, saved.url) == (0, page(event))
    assert [(row.person, row.option) for row in Vote.objects.all()] == [(ada, "yes")]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"who,what\nAda,yes", b""])
def test_a_file_that_is_no_table_is_refused_with_a_sentence(content: bytes, sign_in: Any) -> None:
    event, file = vote_event(), BytesIO(content)
    file.name = "votes.csv"

    response = sign_in(Role.COORDINATOR).post(page(event, "table"), {"file": file})

    assert (response.status_code, "Nothing was saved." in text_of(response)) == (422, True)


def test_a_scorecard_rates_a_vote_and_shows_who_scored_what(sign_in: Any) -> None:
    card, ballot = scorecard(), vote(person=person(name="Ada Byron"))
    client = sign_in(Role.COORDINATOR)
    values = {"rate-vote_event": ballot.vote_event.motion, "rate-wanted": "yes", "rate-weight": "2"}

    text = text_of(client.post(page(card), values, follow=True))
    again = client.post(page(card), values | {"rate-weight": "3"})

    assert ("Ada Byron" in text, 'value="100"' in text, "an abstention half of it" in text) == (True, True, True)
    assert (again.status_code, "This vote is on the scorecard already." in text_of(again)) == (422, True)
    assert [(item.wanted, item.weight) for item in ScorecardItem.objects.all()] == [("yes", 2)]


def test_scores_are_sorted_as_asked(sign_in: Any) -> None:
    item = scorecard_item()
    for name, option in (("Ada", "no"), ("Ben", "yes"), ("Cleo", "abstain")):
        vote(vote_event=item.vote_event, person=person(name=name), option=option)
    client = sign_in(Role.COORDINATOR)

    orders = [
        [row["person__name"] for row in client.get(page(item.scorecard), {"sort": sort}).context["rows"]]
        for sort in ("", "score", "name", "-name", "nonsense")
    ]

    down, up = ["Ben", "Cleo", "Ada"], ["Ada", "Cleo", "Ben"]
    assert orders == [down, up, ["Ada", "Ben", "Cleo"], ["Cleo", "Ben", "Ada"], down]


def test_a_vote_is_taken_off_and_the_second_click_changes_nothing(sign_in: Any) -> None:
    item = scorecard_item()
    client = sign_in(Role.COORDINATOR)

    answers = [client.post(page(item.scorecard, "unrate", item.pk)).url for _click in range(2)]

    assert (answers, ScorecardItem.objects.count()) == ([page(item.scorecard)] * 2, 0)


def test_an_editor_reads_scores_and_changes_nothing(sign_in: Any) -> None:
    item = scorecard_item()
    client = sign_in(Role.EDITOR)

    answers = [
        client.get(page(item.scorecard)).status_code,
        client.post(page(item.scorecard), {}).status_code,
        client.post(page(item.scorecard, "unrate", item.pk)).status_code,
        client.post(page(item.vote_event, "grid"), {"version": "1"}).status_code,
        client.post(page(item.vote_event, "table"), {}).status_code,
    ]

    assert (answers, ScorecardItem.objects.count()) == ([200, 403, 403, 403, 403], 1)


def test_only_who_may_export_people_gets_the_scores_as_a_table(sign_in: Any) -> None:
    item = scorecard_item()
    address = f"{reverse('crm_new_export', args=['scores'])}?query=scorecard%3D{item.scorecard.public_id}"
    vote(vote_event=item.vote_event)

    answers = [sign_in(role).get(address) for role in (Role.COORDINATOR, Role.DIRECTOR)]

    assert [answer.status_code for answer in answers] == [403, 200]
    assert answers[1].context["count"] == 1


@pytest.mark.parametrize("count", [1, 3])
def test_screens_take_as_many_queries_for_one_as_for_many(
    count: int, sign_in: Any, django_assert_num_queries: Any
) -> None:
    card, event = scorecard(), vote_event()
    for _row in range(count):
        item = scorecard_item(scorecard=card)
        vote(vote_event=item.vote_event)
        vote(vote_event=event)
    client = sign_in(Role.COORDINATOR)
    urls = [
        (reverse("votes:index"), 11),
        (reverse("scorecards:index"), 10),
        (page(card), 18),
        (page(event, "grid"), 18),
    ]
    for url, _queries in urls:
        client.get(url)

    for url, queries in urls:
        with django_assert_num_queries(queries):
            client.get(url)


@pytest.fixture
def secret() -> Vote:
    """The vote of a hidden person on a rated vote, and a vote of an office whose name gives her away."""
    hidden = person(name=f"{SECRET} Person", search_text="xylophone", visibility=Visibility.TEAM, owner=user())
    office = organization(name=f"Office of {SECRET}", classification=OrganizationClassification.OFFICE)
    membership(person=hidden, organization=office, role="principal")
    vote_event(organization=office, motion=f"{SECRET} motion")
    item = scorecard_item()
    membership(person=hidden, organization=item.vote_event.organization)
    return vote(vote_event=item.vote_event, person=hidden)


@pytest.mark.parametrize("role", BLIND)
@pytest.mark.slow
def test_no_screen_of_votes_shows_or_changes_a_hidden_vote(role: Role, secret: Vote, sign_in: Any) -> None:
    client, event, card = sign_in(role), secret.vote_event, Scorecard.objects.get()
    hidden = VoteEvent.objects.get(motion__startswith=SECRET)
    lists = [reverse("votes:index"), f"{reverse('votes:index')}?q={SECRET}", reverse("scorecards:index")]
    pages = [page(event), page(event, "grid"), page(hidden), page(hidden, "grid"), page(card), f"{page(card)}?print=1"]

    texts = [client.get(url).content.decode().replace(f'value="{SECRET}"', "") for url in [*lists, *pages]]
    client.post(page(event, "grid"), {"version": "1", secret.person.public_id: "no"})
    sent = client.post(page(event, "table"), {"file": table(f"person,option\n{secret.person.name},no\n")})
    rated = client.post(
        page(card), {"rate-vote_event": f"#{hidden.public_id}", "rate-wanted": "yes", "rate-weight": "1"}
    )

    assert [SECRET in text for text in texts] == [False] * len(texts)
    assert (0 if sent.status_code != 200 else len(sent.context["matches"])) == 0
    assert rated.status_code in {403, 404, 422}
    assert [(row.pk, row.option) for row in Vote.objects.all()] == [(secret.pk, "yes")]
    assert ScorecardItem.objects.count() == 1
