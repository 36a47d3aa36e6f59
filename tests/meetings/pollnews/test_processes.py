"""Two workers that are real processes on one database file."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings

POLLS = 10
BEGIN = "import django; django.setup()\n"
SET_UP = """
from datetime import UTC, datetime
from django.core.management import call_command
call_command("migrate", run_syncdb=True, verbosity=0)
from crm.access.enums import Role
from tests.factories.access import user
from tests.factories.polls import poll, poll_participant
owner = user(role=Role.DIRECTOR, email="olu@alliance.example")
for _number in range({polls}):
    row = poll(owner=owner)
    poll_participant(poll=row, answered_at=datetime(2026, 6, 1, 12, tzinfo=UTC))
    poll_participant(poll=row)
"""
WORK = """
import pathlib, sys, time
from datetime import UTC, datetime
from meetings.pollnews.tasks import tell_owners
gate = pathlib.Path(sys.argv[1])
pathlib.Path(f"{gate}.{sys.argv[2]}").touch()
while not gate.exists():
    time.sleep(0.001)
print(tell_owners(datetime(2026, 6, 1, 13, tzinfo=UTC)))
"""
COUNT = """
from crm.activity.models import ActivityEntry
from crm.messaging.models import Message
said = ActivityEntry.objects.filter(verb="poll.owner_told")
print(Message.objects.count(), said.count())
"""


@pytest.mark.slow
def test_two_processes_tell_once(tmp_path: Path) -> None:
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'polls.sqlite3'}",
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

    end(start(SET_UP.format(polls=POLLS)))
    gate = tmp_path / "gate"
    workers = [start(WORK, str(gate), str(number)) for number in range(2)]
    while any(worker.poll() is None for worker in workers) and len(list(tmp_path.glob("gate.*"))) < 2:
        time.sleep(0.01)
    gate.touch()
    done = [int(end(worker)) for worker in workers]

    assert sum(done) == POLLS
    assert end(start(COUNT)) == f"{POLLS} {POLLS}"
