"""A series of four weekly meetings whose invitations have left."""

from datetime import date

import pytest

from meetings.scheduling.models import Meeting
from meetings.series.actions import start_series
from meetings.series.enums import Frequency
from meetings.series.models import MeetingSeries
from meetings.series.rules import Rule
from tests.meetings.conftest import AT, Delegation


@pytest.fixture
def series(delegation: Delegation, deliver) -> MeetingSeries:
    rule = Rule(Frequency.WEEKLY, 1, (2,))
    made = start_series(delegation.meeting, rule=rule, until=date(2026, 11, 18), by=delegation.coordinator, at=AT)
    deliver()
    made.refresh_from_db()
    return made


def meetings_of(series: MeetingSeries) -> list[Meeting]:
    return list(Meeting.objects.filter(occurrence__series=series).order_by("starts_at"))
