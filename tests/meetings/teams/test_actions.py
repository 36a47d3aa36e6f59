from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from crm.activity.queries import timeline_of
from crm.base.errors import StaleVersionError
from crm.messaging.models import Message
from meetings.lobbydays.enums import Broken, Unserved
from meetings.lobbydays.errors import (
    AlreadyConfirmedError,
    LastOfTeamError,
    NoPlannedTimeError,
    NotFittingError,
    NothingToPlanError,
    RequestDraftError,
)
from meetings.lobbydays.models import Delegate, LobbyOffice, LobbyPlan, TeamMember
from meetings.scheduling.actions import cancel_meeting, move_meeting
from meetings.scheduling.models import Meeting, MeetingRequest
from meetings.teams.actions import confirm_office, drop_delegate, join_team, leave_team, plan_day, set_time
from tests.factories.lobbydays import building, delegate, lobby_day, lobby_office
from tests.factories.meetings import meeting_request
from tests.factories.people import contact_detail, person
from tests.factories.places import area

AT = datetime(2026, 6, 2, 12, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")
NINE = datetime(2026, 10, 28, 9, tzinfo=NEW_YORK)
pytestmark = pytest.mark.django_db


@pytest.fixture
def day(coordinator):
    made = lobby_day(owner=coordinator, title="Water day")
    state = area(name="Fairland")
    home = area(name="Harbour", parent=state)
    robin = person(name="Robin Holder")
    contact_detail(person=robin, value="robin@house.example")
    lobby_office(lobby_day=made, person=robin, area=state, building=building(name="Hart"), room="12", priority=1)
    lobby_office(lobby_day=made, person=person(name="Alex Two"), priority=2)
    delegate(lobby_day=made, name="Ada Lead", email="ada@home.example")
    delegate(lobby_day=made, name="Kim Vale", email="kim@home.example", can_lead=False, area=home)
    return made


def office_of(day, name: str = "Robin Holder") -> LobbyOffice:
    return LobbyOffice.objects.select_related("lobby_day", "person", "building", "meeting").get(
        lobby_day=day, person__name=name
    )


def teams(day) -> list[tuple[str, str, str, bool]]:
    members = TeamMember.objects.filter(office__lobby_day=day).order_by("office__priority", "-is_lead")
    return [
        (m.office.person.name, f"{m.office.planned_at.astimezone(NEW_YORK):%H:%M}", m.delegate.name, m.is_lead)
        for m in members
    ]


def test_plan_day_writes_times_teams_and_a_version(day, coordinator) -> None:
    version = plan_day(day, by=coordinator, at=AT)

    assert teams(day) == [
        ("Robin Holder", "09:00", "Ada Lead", True),
        ("Robin Holder", "09:00", "Kim Vale", False),
        ("Alex Two", "09:50", "Ada Lead", True),
        ("Alex Two", "09:50", "Kim Vale", False),
    ]
    assert (version.number, version.moves) == (1, 2)
    assert [entry.verb for entry in timeline_of(day)] == ["lobby_day.planned"]


def test_plan_day_again_changes_nothing(day, coordinator) -> None:
    first = plan_day(day, by=coordinator, at=AT)
    before = teams(day)

    again = plan_day(day, by=coordinator, at=AT + timedelta(hours=1))

    assert (again, teams(day), LobbyPlan.objects.count()) == (first, before, 1)
    assert timeline_of(day).count() == 1


def test_plan_day_says_why_an_office_is_left_out(day, coordinator) -> None:
    LobbyOffice.objects.update(free_from=time(9), free_until=time(9, 20))

    plan_day(day, by=coordinator, at=AT)

    assert office_of(day, "Alex Two").unserved == Unserved.BUSY
    assert office_of(day).unserved == ""


def test_plan_day_needs_offices_and_delegates(coordinator) -> None:
    with pytest.raises(NothingToPlanError):
        plan_day(lobby_day(), by=coordinator, at=AT)


def test_confirm_office_makes_a_meeting_with_the_team(day, coordinator) -> None:
    plan_day(day, by=coordinator, at=AT)

    meeting = confirm_office(office_of(day), version=1, title="Clean water", by=coordinator, at=AT)

    office = office_of(day)
    assert (office.meeting, office.planned_at) == (meeting, NINE)
    assert (meeting.starts_at, meeting.ends_at) == (NINE, NINE + timedelta(minutes=20))
    assert str(meeting.venue) == "Hart, 12, 1 Hill Street"
    assert sorted(meeting.attendees.values_list("email", "role")) == [
        ("ada@home.example", "lead"),
        ("kim@home.example", "constituent"),
        ("robin@house.example", "policymaker"),
    ]
    invited = ["ada@home.example", "kim@home.example", "robin@house.example"]
    assert sorted(Message.objects.values_list("to_email", flat=True)) == invited
    with pytest.raises(AlreadyConfirmedError):
        confirm_office(office, version=office.version, title="Clean water", by=coordinator, at=AT)
    assert Meeting.objects.count() == 1


def test_confirm_office_joins_the_open_request(day, coordinator) -> None:
    asked = meeting_request(person=office_of(day).person, ask=day.ask)
    plan_day(day, by=coordinator, at=AT)

    meeting = confirm_office(office_of(day), version=1, title="Clean water", by=coordinator, at=AT)

    assert meeting.request == asked
    assert MeetingRequest.objects.count() == 1


def test_confirm_office_waits_for_a_draft(day, coordinator) -> None:
    meeting_request(person=office_of(day).person, ask=day.ask, state="drafted")
    plan_day(day, by=coordinator, at=AT)

    with pytest.raises(RequestDraftError):
        confirm_office(office_of(day), version=1, title="Clean water", by=coordinator, at=AT)


def test_confirm_office_needs_a_time_and_the_newest_version(day, coordinator) -> None:
    with pytest.raises(NoPlannedTimeError):
        confirm_office(office_of(day), version=1, title="Clean water", by=coordinator, at=AT)
    plan_day(day, by=coordinator, at=AT)
    with pytest.raises(StaleVersionError):
        confirm_office(office_of(day), version=7, title="Clean water", by=coordinator, at=AT)
    assert not Meeting.objects.exists()


def test_planning_again_keeps_a_confirmed_meeting_and_its_team(day, coordinator) -> None:
    plan_day(day, by=coordinator, at=AT)
    meeting = confirm_office(office_of(day), version=1, title="Clean water", by=coordinator, at=AT)
    LobbyOffice.objects.filter(person__name="Alex Two").update(free_from=time(9), free_until=time(9, 40))
    mails = Message.objects.count()

    version = plan_day(day, by=coordinator, at=AT)

    assert version.number == 2
    assert [row for row in teams(day) if row[0] == "Robin Holder"] == [
        ("Robin Holder", "09:00", "Ada Lead", True),
        ("Robin Holder", "09:00", "Kim Vale", False),
    ]
    assert office_of(day, "Alex Two").unserved == Unserved.BUSY
    meeting.refresh_from_db()
    assert (meeting.starts_at, meeting.sequence, Message.objects.count()) == (NINE, 0, mails)


def test_dropping_out_leaves_teams_and_meetings(day, coordinator) -> None:
    plan_day(day, by=coordinator, at=AT)
    meeting = confirm_office(office_of(day), version=1, title="Clean water", by=coordinator, at=AT)
    kim = Delegate.objects.get(name="Kim Vale")

    drop_delegate(kim, version=1, by=coordinator, at=AT)
    drop_delegate(kim, version=1, by=coordinator, at=AT)
    plan_day(day, by=coordinator, at=AT)

    assert [row[2:] for row in teams(day)] == [("Ada Lead", True)] * 2
    assert meeting.attendees.get(email="kim@home.example").removed_at == AT
    assert [e.verb for e in timeline_of(kim)] == ["delegate.dropped"]
    meeting.refresh_from_db()
    assert meeting.starts_at == NINE


def test_when_the_lead_drops_out_another_leads(day, coordinator) -> None:
    Delegate.objects.filter(name="Kim Vale").update(can_lead=True)
    LobbyOffice.objects.filter(person__name="Alex Two").delete()
    plan_day(day, by=coordinator, at=AT)
    lead = TeamMember.objects.get(office=office_of(day), is_lead=True).delegate

    drop_delegate(lead, version=1, by=coordinator, at=AT)

    assert [row[3] for row in teams(day)] == [True]


def test_by_hand_leaving_and_joining_a_team_stands(day, coordinator) -> None:
    plan_day(day, by=coordinator, at=AT)
    kim = Delegate.objects.get(name="Kim Vale")

    leave_team(office_of(day), kim, by=coordinator, at=AT)
    leave_team(office_of(day), kim, by=coordinator, at=AT)
    plan_day(day, by=coordinator, at=AT)

    assert [row[2] for row in teams(day) if row[0] == "Robin Holder"] == ["Ada Lead"]
    join_team(office_of(day), kim, by=coordinator, at=AT)
    join_team(office_of(day), kim, by=coordinator, at=AT)
    assert [row[2] for row in teams(day) if row[0] == "Robin Holder"] == ["Ada Lead", "Kim Vale"]
    assert [e.verb for e in timeline_of(office_of(day))] == ["lobby_office.set_by_hand"] * 2


def test_by_hand_no_rule_of_the_day_is_broken(day, coordinator) -> None:
    plan_day(day, by=coordinator, at=AT)
    ada, kim = Delegate.objects.get(name="Ada Lead"), Delegate.objects.get(name="Kim Vale")

    with pytest.raises(LastOfTeamError):
        leave_team(office_of(day), ada, by=coordinator, at=AT)
    with pytest.raises(NotFittingError) as refused:
        set_time(office_of(day), start=9 * 60 + 45, by=coordinator, at=AT)
    with pytest.raises(NotFittingError) as unable:
        join_team(office_of(day), kim, leads=True, by=coordinator, at=AT)

    assert refused.value.sentence == Broken.DOUBLE.label
    assert unable.value.sentence == Broken.LEAD.label


def test_set_time_moves_an_office_once(day, coordinator) -> None:
    plan_day(day, by=coordinator, at=AT)

    for _again in range(2):
        set_time(office_of(day), start=14 * 60, by=coordinator, at=AT)
    plan_day(day, by=coordinator, at=AT)

    assert teams(day)[0][:2] == ("Robin Holder", "14:00")
    assert timeline_of(office_of(day)).count() == 1
    confirm_office(office_of(day), version=1, title="Clean water", by=coordinator, at=AT)
    with pytest.raises(AlreadyConfirmedError):
        set_time(office_of(day), start=15 * 60, by=coordinator, at=AT)


def test_joining_the_team_of_a_confirmed_office_invites(day, coordinator) -> None:
    plan_day(day, by=coordinator, at=AT)
    meeting = confirm_office(office_of(day), version=1, title="Clean water", by=coordinator, at=AT)
    lou = delegate(lobby_day=day, name="Lou Third", email="lou@home.example")

    join_team(office_of(day), lou, by=coordinator, at=AT)

    assert meeting.attendees.filter(email="lou@home.example", removed_at=None).count() == 1
    assert Message.objects.filter(to_email="lou@home.example").count() == 1


def test_the_office_follows_its_meeting(day, coordinator) -> None:
    plan_day(day, by=coordinator, at=AT)
    meeting = confirm_office(office_of(day), version=1, title="Clean water", by=coordinator, at=AT)
    later = {"starts_at": NINE + timedelta(hours=3), "ends_at": NINE + timedelta(hours=3, minutes=20)}

    move_meeting(meeting, version=meeting.version, by=coordinator, at=AT, **later)

    assert office_of(day).planned_at == NINE + timedelta(hours=3)
    cancel_meeting(meeting, version=meeting.version, by=coordinator, at=AT)
    office = office_of(day)
    assert (office.meeting, office.planned_at, office.unserved) == (None, None, Unserved.CANCELLED)
    assert office.team.count() == 0
