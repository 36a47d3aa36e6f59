from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from crm.access.enums import Role
from meetings.lobbydays.models import LobbyOffice
from meetings.scheduling.models import Meeting
from tests.factories.lobbydays import lobby_day, lobby_office
from tests.factories.meetings import meeting
from tests.factories.people import person

ELEVEN = datetime(2026, 10, 28, 11, tzinfo=ZoneInfo("America/New_York"))
TIMES = {"starts_at": ELEVEN, "ends_at": ELEVEN + timedelta(minutes=30)}
pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> LobbyOffice:
    return lobby_office(lobby_day=lobby_day(), person=person(name="Robin Holder"))


def page(office: LobbyOffice, name: str = "lobby_office_link") -> str:
    return reverse(name, args=[office.lobby_day.public_id, office.public_id])


def test_a_meeting_is_chosen_linked_and_unlinked(sign_in, office) -> None:
    client = sign_in(Role.COORDINATOR)
    agreed = meeting(person=office.person, title="Agreed by phone", **TIMES)
    meeting(person=office.person, title="Kept apart", is_confidential=True, **TIMES)
    meeting(person=person(), title="With another", **TIMES)
    day_page = reverse("lobby_day", args=[office.lobby_day.public_id])

    assert page(office) in client.get(day_page).content.decode()
    shown = client.get(page(office)).content.decode()
    assert "Wednesday 28 October 2026, 11:00–11:30" in shown
    assert ("Agreed by phone" in shown, "Kept apart" in shown, "With another" in shown) == (True, False, False)
    linked = client.post(page(office), {"version": 1, "meeting": agreed.public_id})
    assert (linked.status_code, Meeting.objects.get(lobby_office=office)) == (302, agreed)
    assert page(office, "lobby_office_unlink") in client.get(day_page).content.decode()
    assert client.post(page(office, "lobby_office_unlink"), {"version": 1}).status_code == 409
    assert client.post(page(office, "lobby_office_unlink"), {"version": 2}).status_code == 302
    assert not LobbyOffice.objects.exclude(meeting=None).exists()


def test_without_a_meeting_it_is_said_what_to_do(sign_in, office) -> None:
    answer = sign_in(Role.COORDINATOR).get(page(office))

    assert "You see no confirmed meeting with this policymaker on this day" in answer.content.decode()
    assert "Link this meeting" not in answer.content.decode()


@pytest.mark.parametrize("given", ["", "x", "\x00", "hidden"])
def test_what_cannot_be_linked_comes_back_with_a_sentence(sign_in, office, given) -> None:
    hidden = meeting(person=office.person, is_confidential=True, **TIMES)
    value = hidden.public_id if given == "hidden" else given

    answer = sign_in(Role.COORDINATOR).post(page(office), {"version": 1, "meeting": value})

    assert (answer.status_code, "There is a problem." in answer.content.decode()) == (422, True)
    assert not LobbyOffice.objects.exclude(meeting=None).exists()


@pytest.mark.parametrize("name", ["lobby_office_link", "lobby_office_unlink"])
@pytest.mark.parametrize(("role", "status"), [(Role.AUDITOR, 403), (Role.VOLUNTEER, 404)])
def test_only_planners_link(sign_in, office, name, role: Role, status: int) -> None:
    assert sign_in(role).post(page(office, name), {"version": 1}).status_code == status


def test_three_meetings_take_as_many_queries_as_one(sign_in, office, django_assert_max_num_queries) -> None:
    client = sign_in(Role.COORDINATOR)
    meeting(person=office.person, **TIMES)
    client.get(page(office))

    with django_assert_max_num_queries(60) as one:
        client.get(page(office))
    meeting(person=office.person, **TIMES)
    meeting(person=office.person, **TIMES)
    with django_assert_max_num_queries(60) as three:
        client.get(page(office))

    assert len(three) == len(one)
