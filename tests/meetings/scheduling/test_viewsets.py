from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from crm.access.enums import Role
from tests.factories.access import user as make_user
from tests.factories.issues import ask as make_ask
from tests.factories.meetings import meeting, meeting_request
from tests.factories.people import legislator

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
MEETINGS, REQUESTS = "/admin/meetings/", "/admin/meetings/requests/"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


def titles(response, names: list[str]) -> list[str]:
    """Those of `names` on the page, from top to bottom."""
    text = response.content.decode()
    return sorted((name for name in names if name in text), key=text.index)


def on(days: int, **fields):
    start = NOW + days * DAY
    return meeting(starts_at=start, ends_at=start + timedelta(hours=1), **fields)


@pytest.fixture
def four() -> list[str]:
    on(-9, title="Long ago")
    on(5, title="Later")
    on(-1, title="Yesterday", state="held")
    on(1, title="Tomorrow", person=legislator(name="Zora Quill"))
    return ["Long ago", "Later", "Yesterday", "Tomorrow"]


def test_meetings_to_come_stand_first_soonest_on_top(four, sign_in) -> None:
    response = sign_in(Role.COORDINATOR).get(MEETINGS)

    assert titles(response, four) == ["Tomorrow", "Later", "Yesterday", "Long ago"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=tomor", ["Tomorrow"]),
        ("q=zora+QUILL", ["Tomorrow"]),
        ("state=held", ["Yesterday"]),
        ("starts_at_from=2026-06-01&starts_at_to=2026-06-03", ["Tomorrow"]),
    ],
)
def test_meetings_are_found_and_filtered(query: str, found: list[str], four, sign_in) -> None:
    response = sign_in(Role.COORDINATOR).get(f"{MEETINGS}results/?{query}")

    assert titles(response, four) == found


def test_meetings_are_filtered_by_owner(four, sign_in) -> None:
    me = make_user()
    on(2, title="My own", owner=me)

    response = sign_in(Role.COORDINATOR).get(f"{MEETINGS}results/?owner={me.pk}")

    assert titles(response, [*four, "My own"]) == ["My own"]


def test_requests_stand_by_the_day_of_their_next_action_and_late_ones_are_marked(sign_in) -> None:
    for name, days in (("Later Office", 3), ("Overdue Office", -2)):
        meeting_request(person=legislator(name=name), next_action_on=(NOW + days * DAY).date())
    meeting_request(person=legislator(name="Settled Office"), state="declined")

    response = sign_in(Role.COORDINATOR).get(REQUESTS)

    assert titles(response, ["Later Office", "Overdue Office", "Settled Office"]) == [
        "Overdue Office",
        "Later Office",
        "Settled Office",
    ]
    assert response.content.decode().count(">overdue<") == 1


def test_requests_are_found_by_office_and_ask(sign_in) -> None:
    meeting_request(person=legislator(name="Zora Quill"), ask=make_ask(title="Clean air"))
    meeting_request(person=legislator(name="Robin Holder"), ask=make_ask(title="Clean water"))

    response = sign_in(Role.COORDINATOR).get(f"{REQUESTS}results/?q=zora+air")

    assert titles(response, ["Zora Quill", "Robin Holder"]) == ["Zora Quill"]


@pytest.mark.parametrize(("address", "make"), [(MEETINGS, meeting), (REQUESTS, meeting_request)])
def test_lists_ask_as_many_queries_for_three_rows_as_for_one(
    address: str, make, sign_in, django_assert_num_queries
) -> None:
    client = sign_in(Role.COORDINATOR)
    make()
    client.get(address)
    with django_assert_num_queries(QUERIES):
        client.get(address)
    make()
    make()

    with django_assert_num_queries(QUERIES):
        client.get(address)


QUERIES = 11


def test_volunteers_list_only_meetings_they_attend_and_no_requests(sign_in) -> None:
    meeting(title="Not theirs")
    client = sign_in(Role.VOLUNTEER)

    assert "Not theirs" not in client.get(MEETINGS).content.decode()
    assert client.get(REQUESTS).status_code == 404


def test_menu_leads_to_lists_and_answers(sign_in) -> None:
    text = sign_in(Role.COORDINATOR).get("/admin/").content.decode()

    assert [address in text for address in (MEETINGS, REQUESTS, reverse("answers_to_look_at"))] == [True] * 3
