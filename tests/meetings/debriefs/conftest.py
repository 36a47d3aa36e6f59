from datetime import UTC, datetime, timedelta

import pytest

from meetings.lobbydays.models import LobbyOffice
from meetings.scheduling.enums import AttendeeRole
from tests.factories.lobbydays import delegate, lobby_day, lobby_office, team_member
from tests.factories.meetings import attendee, meeting
from tests.factories.people import person

STARTS = datetime(2026, 10, 28, 13, tzinfo=UTC)
AFTER = STARTS + timedelta(hours=1)


@pytest.fixture
def office(coordinator) -> LobbyOffice:
    """Confirmed, with Ada of the delegation; Robin and Ada are attendees."""
    day = lobby_day(owner=coordinator)
    robin = person(name="Robin Holder")
    held = meeting(
        person=robin, ask=day.ask, owner=coordinator, starts_at=STARTS, ends_at=STARTS + timedelta(minutes=20)
    )
    made = lobby_office(lobby_day=day, person=robin, meeting=held, planned_at=STARTS)
    team_member(office=made, delegate=delegate(lobby_day=day, name="Ada Lead", email="ada@home.example"))
    attendee(meeting=held, name="Ada Lead", email="ada@home.example", role=AttendeeRole.LEAD)
    attendee(meeting=held, name="Robin Holder", email="", role=AttendeeRole.POLICYMAKER, person=robin)
    return made
