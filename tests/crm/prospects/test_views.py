from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from crm.access.enums import Role
from crm.access.models import User
from crm.access.rules import STAFF_ROLES
from crm.people.enums import OrganizationClassification, Visibility
from crm.people.views import person_url
from crm.prospects.models import Prospect
from tests.factories.access import user
from tests.factories.campaigns import campaign
from tests.factories.people import membership, organization, person
from tests.factories.prospects import prospect

pytestmark = pytest.mark.django_db
SECRET = "Xylophone"
BLIND = [
    pytest.param(role, marks=() if role == Role.COORDINATOR else pytest.mark.slow)
    for role in sorted(STAFF_ROLES - {Role.DIRECTOR})
]
"""The fast suite looks as the role that sees most; `make test-all` as every one."""


def board(row: Prospect) -> str:
    return reverse("prospects:board", args=[row.campaign.public_id])


def move(row: Prospect) -> str:
    return reverse("prospects:move", args=[row.public_id])


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def stages() -> list[str]:
    return [row.stage for row in Prospect.objects.order_by("pk")]


def test_a_prospect_is_added_from_the_list_for_a_person_or_a_body(sign_in: Any) -> None:
    wanted, ada, port = campaign(), person(name="Ada Byron"), organization(name="Port Authority")
    client = sign_in(Role.COORDINATOR)

    answers = [
        client.post(reverse("prospects:add"), {"campaign": wanted.pk, "alignment": "Clean water", **who}).status_code
        for who in ({"person": "Ada Byron"}, {"organization": "Port Authority"}, {}, {"person": "Ada Byron"})
    ]

    assert answers == [302, 302, 200, 200]
    assert [row.who for row in Prospect.objects.order_by("pk")] == [ada, port]


def test_a_prospect_is_added_on_the_page_of_a_person_and_shown_there(sign_in: Any) -> None:
    ada, wanted = person(), campaign(title="Safe harbours")
    client = sign_in(Role.COORDINATOR)
    values = {"prospects-campaign": wanted.pk, "prospects-alignment": "Her district has the port."}

    client.post(reverse("crm_add_prospect", args=[ada.public_id]), values)
    again = client.post(reverse("crm_add_prospect", args=[ada.public_id]), values)

    text = text_of(client.get(person_url(ada)))
    assert ("Her district has the port." in text, Prospect.objects.count()) == (True, 1)
    assert (again.status_code, "already a prospect of this campaign" in text_of(again)) == (422, True)


def test_a_card_moves_one_step_and_answers_409_when_it_moved_meanwhile(sign_in: Any) -> None:
    row = prospect()
    client = sign_in(Role.COORDINATOR)

    first = client.post(move(row), {"was": "identified", "stage": "approached"})
    late = client.post(move(row), {"was": "identified", "stage": "declined"})

    assert (first.url, late.status_code) == (f"{board(row)}#p-{row.public_id}", 409)
    assert ("declined" in text_of(late), "approached" in text_of(late), stages()) == (True, True, ["approached"])


def test_a_stage_that_is_not_offered_is_refused_with_a_sentence(sign_in: Any) -> None:
    row = prospect()

    response = sign_in(Role.COORDINATOR).post(move(row), {"was": "identified", "stage": "champion"}, follow=True)

    assert ("moves one step at a time" in text_of(response), stages()) == (True, ["identified"])


def test_the_board_offers_the_allowed_moves_only(sign_in: Any) -> None:
    row = prospect(stage="partner")

    columns = sign_in(Role.COORDINATOR).get(board(row)).context["columns"]

    cards = [card for column in columns for card in column["cards"]]
    assert [[value for value, _words in card["moves"]] for card in cards] == [["champion", "engaged", "declined"]]


def test_an_auditor_sees_the_board_and_moves_nothing(sign_in: Any) -> None:
    row = prospect()
    client = sign_in(Role.AUDITOR)

    text = text_of(client.get(board(row)))
    answer = client.post(move(row), {"was": "identified", "stage": "approached"})

    assert ("Move to" in text, answer.status_code, stages()) == (False, 403, ["identified"])


def test_my_day_names_the_prospects_whose_next_step_is_due(client: Any, coordinator: User) -> None:
    client.force_login(coordinator)
    due = date(2020, 1, 2)
    prospect(person=person(name="Ada Byron"), assigned_to=coordinator, next_step_on=due)
    prospect(person=person(name="Ben Late"), assigned_to=user(), next_step_on=due)
    prospect(person=person(name="Cleo Done"), assigned_to=coordinator, next_step_on=due, stage="declined")

    text = text_of(client.get("/admin/"))

    assert [name in text for name in ("Next steps with prospects", "Ada Byron", "Ben Late", "Cleo Done")] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_screens_take_as_many_queries_for_one_as_for_many(
    count: int, sign_in: Any, coordinator: User, django_assert_num_queries: Any
) -> None:
    wanted = campaign()
    for _row in range(count):
        row = prospect(campaign=wanted, assigned_to=coordinator)
    client = sign_in(Role.COORDINATOR)
    urls = [(reverse("prospects:index"), 12), (board(row), 20), (reverse("prospects:boards"), 10)]
    for url, _queries in urls:
        client.get(url)

    for url, queries in urls:
        with django_assert_num_queries(queries):
            client.get(url)


@pytest.fixture
def secret() -> Prospect:
    """A hidden person and the office that gives her name away, both prospects."""
    hidden = person(name=f"{SECRET} Person", search_text="xylophone", visibility=Visibility.TEAM, owner=user())
    office = organization(name=f"Office of {SECRET}", classification=OrganizationClassification.OFFICE)
    membership(person=hidden, organization=office, role="principal")
    row = prospect(person=hidden, alignment=f"{SECRET} alignment")
    prospect(campaign=row.campaign, organization=office)
    return row


@pytest.mark.parametrize("role", BLIND)
@pytest.mark.slow
def test_no_screen_of_prospects_shows_or_moves_a_hidden_one(role: Role, secret: Prospect, sign_in: Any) -> None:
    client = sign_in(role)
    index = reverse("prospects:index")
    edits = [reverse("prospects:edit", args=[row.pk]) for row in Prospect.objects.all()]
    lists = [
        index,
        f"{index}?q={SECRET}",
        f"{index}?stage=identified",
        board(secret),
        reverse("prospects:boards"),
        "/admin/",
    ]

    texts = [client.get(url).content.decode().replace(f'value="{SECRET}"', "") for url in [*lists, *edits]]
    answers = {
        client.post(move(row), {"was": "identified", "stage": "declined"}).status_code for row in Prospect.objects.all()
    }
    client.post(reverse("prospects:add"), {"campaign": secret.campaign_id, "person": f"#{secret.person.public_id}"})

    assert [SECRET in text for text in texts] == [False] * len(texts)
    assert (answers, stages()) == ({404}, ["identified", "identified"])
