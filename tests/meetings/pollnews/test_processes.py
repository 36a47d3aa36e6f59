from pathlib import Path

import pytest

from tests.processes import race

POLLS = 10
SET_UP = f"""
from datetime import UTC, datetime
from crm.access.enums import Role
from tests.factories.access import user
from tests.factories.polls import poll, poll_participant
owner = user(role=Role.DIRECTOR, email="olu@alliance.example")
for _number in range({POLLS}):
    row = poll(owner=owner)
    poll_participant(poll=row, answered_at=datetime(2026, 6, 1, 12, tzinfo=UTC))
    poll_participant(poll=row)
"""
WORK = """
from datetime import UTC, datetime
from meetings.pollnews.tasks import tell_owners
print(tell_owners(datetime(2026, 6, 1, 13, tzinfo=UTC)))
"""
COUNT = """
from crm.activity.models import ActivityEntry
from crm.messaging.models import Message
said = ActivityEntry.objects.filter(verb="poll.owner_told")
print(Message.objects.count(), said.count())
"""


@pytest.mark.slow
def test_two_processes_tell_once(tmp_path: Path, own_database_url: str) -> None:
    done, counted = race(own_database_url, tmp_path, set_up=SET_UP, work=WORK, count=COUNT)

    assert sum(done) == POLLS
    assert counted == f"{POLLS} {POLLS}"
