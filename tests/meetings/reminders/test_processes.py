"""Two workers that are real processes on one database."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings

MEETINGS = 10
BEGIN = "import django; django.setup()\n"
SET_UP = """
from datetime import UTC, datetime, timedelta
from django.core.management import call_command
call_command("migrate", run_syncdb=True, verbosity=0)
from tests.factories.meetings import attendee, meeting, reminder
starts = datetime(2026, 10, 28, 19, tzinfo=UTC)
for _number in range({meetings}):
    row = meeting(starts_at=starts, ends_at=starts + timedelta(hours=1))
    attendee(meeting=row)
    reminder(meeting=row)
"""
WORK = """
import pathlib, sys, time
from datetime import UTC, datetime
from meetings.reminders.tasks import send_due_reminders
gate = pathlib.Path(sys.argv[1])
pathlib.Path(f"{gate}.{sys.argv[2]}").touch()
while not gate.exists():
    time.sleep(0.001)
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
    environment = os.environ | {
        "DATABASE_URL": own_database_url,
        "DJANGO_SETTINGS_MODULE": "campaigns_site.settings.test",
    }

    def start(script: str, *words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", BEGIN + script, *words]
        return subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def end(process: subprocess.Popen[str]) -> str:
        said, wrong = process.communicate(timeout=300)
        assert process.returncode == 0, wrong[-2000:]
        return said.strip().splitlines()[-1] if said.strip() else ""

    end(start(SET_UP.format(meetings=MEETINGS)))
    gate = tmp_path / "gate"
    workers = [start(WORK, str(gate), str(number)) for number in range(2)]
    while any(worker.poll() is None for worker in workers) and len(list(tmp_path.glob("gate.*"))) < 2:
        time.sleep(0.01)
    gate.touch()
    done = [int(end(worker)) for worker in workers]

    assert sum(done) == MEETINGS
    assert end(start(COUNT)) == f"{MEETINGS} {MEETINGS} {MEETINGS}"
