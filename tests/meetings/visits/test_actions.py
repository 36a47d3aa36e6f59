from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from crm.activity.queries import timeline_of
from crm.base.errors import StaleVersionError
from crm.messaging.models import Message
from meetings.itineraries.queries import content_for
from meetings.lobbydays.actions import finish_day
from meetings.lobbydays.errors import AlreadyConfirmedError, DayOverError, OtherMeetingError
from meetings.lobbydays.models import LobbyOffice, TeamMember
from meetings.scheduling.actions import AttendeeInput, add_attendee, cancel_meeting, move_meeting, remove_attendee
from meetings.scheduling.enums import AttendeeRole, MeetingState
from meetings.scheduling.models import Attendee
from meetings.teams.actions import confirm_office, drop_delegate, join_team, leave_team, plan_day
from meetings.visits.actions import link_meeting, unlink_meeting
from tests.factories.lobbydays import delegate, lobby_day, lobby_office, team_member
from tests.factories.meetings import attendee, meeting
from tests.factories.people import person

AT = datetime(2026, 6, 2, 12, tzinfo=UTC)
ELEVEN = datetime(2026, 10, 28, 11, 10, tzinfo=ZoneInfo("America/New_York"))
HALF = timedelta(minutes=30)
pytestmark = pytest.mark.django_db


@pytest.fixture
def day(coordinator):
    made = lobby_day(owner=coordinator)
    lobby_office(lobby_day=made, person=person(name="Robin Holder"), priority=1)
    lobby_office(lobby_day=made, person=person(name="Alex Two"), priority=2)
    delegate(lobby_day=made, name="Ada Lead", email="ada@home.example")
    delegate(lobby_day=made, name="Kim Vale", email="kim@home.example", can_lead=False)
    return made


@pytest.fixture
def stands(day):
    """A meeting with Robin, agreed apart from the day, to which only Ada of the delegation is invited."""
    made = meeting(person=office_of(day).person, starts_at=ELEVEN, ends_at=ELEVEN + HALF, owner=day.owner)
    attendee(meeting=made, name="Ada L.", email="ada@home.example", role=AttendeeRole.EXPERT)
    attendee(meeting=made, name="Boss", email="boss@home.example", role=AttendeeRole.LEAD)
    return made


def office_of(day, name: str = "Robin Holder") -> LobbyOffice:
    return LobbyOffice.objects.select_related("lobby_day", "person", "meeting").get(lobby_day=day, person__name=name)


def team(day, name: str = "Robin Holder") -> list[tuple[str, bool]]:
    return list(TeamMember.objects.filter(office=office_of(day, name)).values_list("delegate__name", "is_lead"))


def verbs(row: object) -> list[str]:
    return [entry.verb for entry in timeline_of(row)]  # type: ignore[arg-type]


def invited(row) -> list[str]:
    return sorted(Attendee.objects.filter(meeting=row, removed_at=None).values_list("email", flat=True))


def test_link_meeting_makes_the_office_confirmed_and_mails_nobody(day, stands, coordinator) -> None:
    team_member(office=office_of(day), delegate=day.delegates.get(name="Kim Vale"), is_lead=False)

    office = link_meeting(office_of(day), stands, version=1, by=coordinator, at=AT)

    assert (office.meeting, office.planned_at, office.version) == (stands, ELEVEN, 2)
    assert team(day) == [("Ada Lead", True)]
    assert (verbs(office), verbs(stands), Message.objects.count()) == (
        ["lobby_office.linked"],
        ["lobby_office.linked"],
        0,
    )


def test_link_meeting_again_changes_nothing(day, stands, coordinator) -> None:
    for _again in range(2):
        office = link_meeting(office_of(day), stands, version=1, by=coordinator, at=AT)

    assert (office_of(day).version, verbs(office)) == (2, ["lobby_office.linked"])


def test_link_meeting_is_locked_by_version(day, stands, coordinator) -> None:
    with pytest.raises(StaleVersionError):
        link_meeting(office_of(day), stands, version=7, by=coordinator, at=AT)

    assert (office_of(day).meeting, timeline_of(stands).count()) == (None, 0)


def test_planning_keeps_a_linked_meeting_at_its_time_and_team(day, stands, coordinator) -> None:
    link_meeting(office_of(day), stands, version=1, by=coordinator, at=AT)

    plan_day(day, by=coordinator, at=AT)
    plan_day(day, by=coordinator, at=AT)

    assert (office_of(day).planned_at, team(day)) == (ELEVEN, [("Ada Lead", True)])
    assert invited(stands) == ["ada@home.example", "boss@home.example"]
    stands.refresh_from_db()
    assert (stands.sequence, stands.starts_at) == (0, ELEVEN)


def test_a_linked_meeting_without_a_team_gets_one_when_planned(day, stands, coordinator) -> None:
    Attendee.objects.filter(email="ada@home.example").delete()
    link_meeting(office_of(day), stands, version=1, by=coordinator, at=AT)
    assert team(day) == []

    plan_day(day, by=coordinator, at=AT)

    assert team(day) == [("Ada Lead", True)]
    assert invited(stands) == ["ada@home.example", "boss@home.example"]
    assert stands.attendees.get(email="ada@home.example").role == AttendeeRole.NOTE_TAKER


def test_a_linked_meeting_without_a_lead_keeps_its_time(day, stands, coordinator) -> None:
    day.delegates.update(can_lead=False)
    Attendee.objects.filter(email="ada@home.example").update(removed_at=AT)
    link_meeting(office_of(day), stands, version=1, by=coordinator, at=AT)

    plan_day(day, by=coordinator, at=AT)
    stands.refresh_from_db()
    given = AttendeeInput("Ada", "ada@home.example", AttendeeRole.EXPERT)
    add_attendee(stands, given, version=stands.version, by=coordinator, at=AT)

    assert (office_of(day).planned_at, team(day)) == (ELEVEN, [("Ada Lead", False)])
    ada = day.delegates.get(name="Ada Lead")
    assert [leg["place"] for leg in content_for(day, ada)] == [str(stands.venue)]


@pytest.mark.parametrize(
    "change",
    [
        {"starts_at": ELEVEN + timedelta(days=1), "ends_at": ELEVEN + timedelta(days=1, hours=1)},
        {"starts_at": ELEVEN - timedelta(hours=12), "ends_at": ELEVEN},
        {"state": MeetingState.CANCELLED},
        {"state": MeetingState.HELD},
        {"person": None},
    ],
)
def test_only_a_meeting_of_that_office_and_day_is_linked(day, stands, coordinator, change) -> None:
    change = {key: value or person() for key, value in change.items()}
    type(stands).objects.filter(pk=stands.pk).update(**change)

    with pytest.raises(OtherMeetingError):
        link_meeting(office_of(day), stands, version=1, by=coordinator, at=AT)


def test_a_meeting_belongs_to_one_office_and_an_office_to_one_meeting(day, stands, coordinator) -> None:
    link_meeting(office_of(day), stands, version=1, by=coordinator, at=AT)
    elsewhere = lobby_office(lobby_day=lobby_day(), person=stands.person)
    second = meeting(person=stands.person, starts_at=ELEVEN + HALF, ends_at=ELEVEN + 2 * HALF)

    with pytest.raises(OtherMeetingError):
        link_meeting(elsewhere, stands, version=1, by=coordinator, at=AT)
    with pytest.raises(AlreadyConfirmedError):
        link_meeting(office_of(day), second, version=2, by=coordinator, at=AT)


def test_unlink_meeting_leaves_the_meeting_and_lets_planning_move(day, stands, coordinator) -> None:
    office = link_meeting(office_of(day), stands, version=1, by=coordinator, at=AT)
    with pytest.raises(StaleVersionError):
        unlink_meeting(office, version=1, by=coordinator, at=AT)

    for _again in range(2):
        office = unlink_meeting(office_of(day), version=2, by=coordinator, at=AT)

    assert (office.meeting, office.planned_at, team(day)) == (None, ELEVEN, [("Ada Lead", True)])
    assert verbs(office) == ["lobby_office.unlinked", "lobby_office.linked"]
    stands.refresh_from_db()
    assert (stands.state, invited(stands)) == (MeetingState.CONFIRMED, ["ada@home.example", "boss@home.example"])
    leave_team(office_of(day), delegate(lobby_day=day), by=coordinator, at=AT)
    link_meeting(office_of(day), stands, version=3, by=coordinator, at=AT)
    assert office_of(day).meeting == stands


def test_nothing_is_linked_when_the_day_is_over(day, stands, coordinator) -> None:
    finish_day(day, version=1, by=coordinator, at=AT)

    with pytest.raises(DayOverError):
        link_meeting(office_of(day), stands, version=1, by=coordinator, at=AT)
    with pytest.raises(DayOverError):
        unlink_meeting(office_of(day), version=1, by=coordinator, at=AT)


def test_a_linked_meeting_that_moves_or_ends_takes_the_office_with_it(day, stands, coordinator) -> None:
    link_meeting(office_of(day), stands, version=1, by=coordinator, at=AT)
    later = {"starts_at": ELEVEN + HALF, "ends_at": ELEVEN + 2 * HALF}

    move_meeting(stands, version=1, by=coordinator, at=AT, **later)
    assert office_of(day).planned_at == ELEVEN + HALF
    cancel_meeting(stands, version=stands.version, by=coordinator, at=AT)

    assert (office_of(day).meeting, office_of(day).unserved, team(day)) == (None, "cancelled", [])


@pytest.fixture
def confirmed(day, coordinator):
    """Robin confirmed: Ada leads, Kim comes along."""
    plan_day(day, by=coordinator, at=AT)
    return confirm_office(office_of(day), version=1, title="Clean water", by=coordinator, at=AT)


def test_taken_off_the_meeting_is_off_the_team(day, confirmed, coordinator) -> None:
    kim = confirmed.attendees.get(email="kim@home.example")
    mails = Message.objects.count()

    remove_attendee(kim, version=confirmed.version, by=coordinator, at=AT)

    assert team(day) == [("Ada Lead", True)]
    assert ("Kim Vale", False) in team(day, "Alex Two")
    assert verbs(office_of(day))[0] == "lobby_office.team_followed"
    assert verbs(day.delegates.get(name="Kim Vale"))[0] == "lobby_office.team_followed"
    assert Message.objects.count() == mails
    assert verbs(kim) == ["attendee.removed"]
    plan_day(day, by=coordinator, at=AT)
    assert (team(day), invited(confirmed)) == ([("Ada Lead", True)], ["", "ada@home.example"])


def test_when_the_lead_is_taken_off_another_leads(day, confirmed, coordinator) -> None:
    day.delegates.update(can_lead=True)

    remove_attendee(confirmed.attendees.get(email="ada@home.example"), version=confirmed.version, by=coordinator, at=AT)

    assert team(day) == [("Kim Vale", True)]


def test_put_on_the_meeting_is_on_the_team(day, confirmed, coordinator) -> None:
    lou = delegate(lobby_day=day, name="Lou Third", email="lou@home.example")
    for name, email in (("Lou T.", "LOU@home.example"), ("Somebody Else", "else@home.example")):
        confirmed.refresh_from_db()
        given = AttendeeInput(name, email, AttendeeRole.EXPERT)
        add_attendee(confirmed, given, version=confirmed.version, by=coordinator, at=AT)

    assert team(day) == [("Ada Lead", True), ("Kim Vale", False), ("Lou Third", False)]
    assert verbs(lou) == ["lobby_office.team_followed"]


def test_changes_on_the_day_reach_the_meeting_once_and_do_not_come_back(day, confirmed, coordinator) -> None:
    kim = day.delegates.get(name="Kim Vale")

    leave_team(office_of(day), kim, by=coordinator, at=AT)
    assert (team(day), invited(confirmed)) == ([("Ada Lead", True)], ["", "ada@home.example"])
    join_team(office_of(day), kim, by=coordinator, at=AT)
    assert invited(confirmed) == ["", "ada@home.example", "kim@home.example"]
    drop_delegate(kim, version=1, by=coordinator, at=AT)

    assert (team(day), invited(confirmed)) == ([("Ada Lead", True)], ["", "ada@home.example"])
    assert "lobby_office.team_followed" not in verbs(office_of(day))
    assert verbs(confirmed.attendees.get(email="kim@home.example")) == [
        "attendee.removed",
        "attendee.added",
        "attendee.removed",
    ]


def test_a_person_is_the_same_with_another_address(day, confirmed, coordinator) -> None:
    ours = person(name="Kim Vale")
    day.delegates.filter(name="Kim Vale").update(person=ours, email="kim@new.example")
    confirmed.attendees.filter(email="kim@home.example").update(person=ours)

    leave_team(office_of(day), day.delegates.get(person=ours), by=coordinator, at=AT)

    assert invited(confirmed) == ["", "ada@home.example"]
