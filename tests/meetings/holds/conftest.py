"""A request made on the phone, and two of us who come along."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crm.access.models import User
from meetings.scheduling.actions import offer_times
from meetings.scheduling.models import MeetingRequest
from tests.factories.access import user as make_user
from tests.factories.issues import ask
from tests.factories.meetings import meeting_request
from tests.factories.people import legislator

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STARTS_AT = datetime(2026, 10, 28, 19, tzinfo=UTC)
ADA, SAM = "ada@alliance.example", "sam@alliance.example"


def times(count: int = 3, *, zone: str = "America/New_York", starts_at: datetime = STARTS_AT) -> list[Any]:
    return [(starts_at + n * DAY, starts_at + n * DAY + HOUR, zone) for n in range(count)]


@pytest.fixture
def request_row(db: None) -> MeetingRequest:
    robin = legislator(name="Robin Holder")
    return meeting_request(person=robin, ask=ask(title="Vote for clean air"), channel="phone", reference="Dana")


@pytest.fixture
def team(db: None) -> list[User]:
    ada = make_user(first_name="Ada", last_name="Mensah", email=ADA)
    return [ada, make_user(first_name="Sam", last_name="Ito", email=SAM)]


@pytest.fixture
def offer(request_row: MeetingRequest, team: list[User]) -> Callable[..., MeetingRequest]:
    def run(offered: list[Any] | None = None, at: datetime = AT, **fields: Any) -> MeetingRequest:
        request_row.refresh_from_db()
        values = {"times": offered or times(), "people": team, "version": request_row.version} | fields
        return offer_times(request_row, by=request_row.owner, at=at, **values)

    return run
