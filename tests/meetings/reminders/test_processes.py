from pathlib import Path

import pytest

from tests.processes import race

MEETINGS = 10
SET_UP = f"""
from datetime import UTC, datetime, timedelta
from tests.factories.meetings import attendee, meeting, reminder
starts = datetime(2026, 10, 28, 19, tzinfo=UTC)
for _number in range({MEETINGS}):
    row = meeting(starts_at=starts, ends_at=starts + timedelta(hours=1))
    attendee(meeting=row)
    reminder(meeting=row)
"""
WORK = """
from datetime import UTC, datetime
from meetings.reminders.tasks import send_due_reminders
print(send_due_reminders(datetime(2026, 10, 27, 20, tzinfo=UTC)))
"""
COUNT = """
from crm.activity.models import ActivityEntry
from crm.messaging.models import Message
from meetings.reminders.models import ReminderRun
said = ActivityEntry.objects.filter(verb="reminder.sent")
print(Message.objects.count(), ReminderRun.objects.count(), said.count())
"""


@pytest.mark.slow
def test_two_processes_remind_once(tmp_path: Path, own_database_url: str) -> None:
    done, counted = race(own_database_url, tmp_path, set_up=SET_UP, work=WORK, count=COUNT)

    assert sum(done) == MEETINGS
    assert counted == f"{MEETINGS} {MEETINGS} {MEETINGS}"
