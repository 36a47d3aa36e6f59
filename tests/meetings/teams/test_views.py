import pytest
from django.urls import reverse

from crm.access.enums import Role
from meetings.lobbydays.models import LobbyOffice, LobbyPlan, TeamMember
from meetings.scheduling.models import Meeting
from tests.factories.lobbydays import delegate, lobby_day, lobby_office
from tests.factories.people import person

pytestmark = pytest.mark.django_db


def url(name: str, *parts: object) -> str:
    return reverse(name, args=[part.public_id for part in parts])  # type: ignore[attr-defined]


@pytest.fixture
def day():
    made = lobby_day()
    lobby_office(lobby_day=made, person=person(name="Robin Holder"))
    delegate(lobby_day=made, name="Ada Lead")
    delegate(lobby_day=made, name="Kim Vale", can_lead=False)
    return made


def team() -> list[tuple[str, bool]]:
    return list(TeamMember.objects.order_by("-is_lead").values_list("delegate__name", "is_lead"))


def test_a_day_is_planned_changed_by_hand_and_confirmed(sign_in, day) -> None:
    client, office = sign_in(Role.COORDINATOR), LobbyOffice.objects.get()
    kim = day.delegates.get(name="Kim Vale")

    client.post(url("lobby_plan", day))
    assert team() == [("Ada Lead", True), ("Kim Vale", False)]
    client.post(url("lobby_team_leave", day, office), {"delegate": kim.public_id})
    assert team() == [("Ada Lead", True)]
    client.post(url("lobby_team", day, office), {"delegate": kim.public_id})
    client.post(url("lobby_office_time", day, office), {"start": "14:00"})
    shown = client.get(url("lobby_team", day, office)).content.decode()
    assert "Robin Holder, 14:00" in shown
    office.refresh_from_db()
    answer = client.post(url("lobby_office_confirm", day, office), {"version": office.version, "title": "Clean water"})

    assert (answer.status_code, Meeting.objects.get().title) == (302, "Clean water")
    assert team() == [("Ada Lead", True), ("Kim Vale", False)]
    client.post(url("lobby_delegate_drop", day, kim), {"version": 1})
    assert team() == [("Ada Lead", True)]


def test_a_refusal_by_hand_is_a_sentence(sign_in, day) -> None:
    client, office = sign_in(Role.COORDINATOR), LobbyOffice.objects.get()
    client.post(url("lobby_plan", day))

    answer = client.post(url("lobby_office_time", day, office), {"start": "18:00"})
    leave = client.post(
        url("lobby_team_leave", day, office), {"delegate": day.delegates.get(name="Ada Lead").public_id}
    )

    assert answer.status_code == leave.status_code == 422
    assert "An office is visited outside its times." in answer.content.decode()
    assert "A team needs somebody who can lead it." in leave.content.decode()


def test_planning_an_empty_day_says_what_to_add(sign_in) -> None:
    answer = sign_in(Role.COORDINATOR).post(url("lobby_plan", lobby_day()))

    assert answer.status_code == 422
    assert "Add at least one office and one delegate" in answer.content.decode()
    assert not LobbyPlan.objects.exists()
