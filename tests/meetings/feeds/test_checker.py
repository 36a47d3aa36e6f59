"""The shared feed checker reads private, team, public and busy calendars over HTTP."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from crm.access.enums import Role
from crm.access.models import Team
from tests.factories.access import user
from tests.factories.feeds import feed_token
from tests.factories.meetings import attendee, meeting, meeting_request, offered_time

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ZONES = "America/New_York Europe/Berlin Europe/Dublin Asia/Kolkata Africa/Cairo Australia/Sydney UTC".split()
HOSTILE = (
    "Plain",
    "Comma, semicolon; back\\slash",
    "A\r\nATTENDEE:mailto:evil@x.example",
    "A & B < C é 漢字 " * 9,
    "\x0b\u2028\u202e" + "x" * 150,
)
MADE = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> None:
    """The checker is another process: it and the server keep real time."""
    cache.clear()


@pytest.fixture
def feeds(live_server: Any, first_rows: None, settings: Any) -> dict[str, str]:
    """Addresses by scope, over meetings in winter, summer and in both nights when the clocks change."""
    settings.PUBLIC_URL = live_server.url
    owner = user(role=Role.COORDINATOR)
    team = Team.objects.create(name="North, with; marks\\")
    team.members.add(owner)
    number = count()
    for zone in ZONES:
        for day in (5, 40, 100, 160, 220, 280, 340):
            n = next(number)
            starts_at = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=day, hours=n)
            row = meeting(
                owner=owner,
                title=HOSTILE[n % len(HOSTILE)],
                description="canary-text dial 123",
                join_url="https://meet.example/canary-code" if n % 2 else "",
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=45),
                time_zone=zone,
                is_public=n % 3 == 0,
                state="cancelled" if n % 7 == 0 else "confirmed",
                created_at=MADE,
                updated_at=MADE,
            )
            attendee(meeting=row, email=f"canary-guest{n}@x.example")
    for starts_at in (datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2027, 3, 14, 6, 59, tzinfo=UTC)):
        meeting(owner=owner, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1), is_public=True)
    soon = timezone.now() + timedelta(days=3)
    offered_time(
        request=meeting_request(owner=owner, state="offered", updated_at=MADE),
        starts_at=soon,
        ends_at=soon + timedelta(hours=1),
    )
    for scope in ("personal", "public", "team"):
        feed_token(scope * 8, owner=owner, scope=scope, team=team if scope == "team" else None)
    feed_token("gone" * 8, owner=owner, revoked_at=MADE)
    return {scope: f"{live_server.url}/feeds/{scope * 8}.ics" for scope in ("personal", "public", "team", "gone", "no")}


@pytest.mark.parametrize(
    ("scope", "options"),
    [
        ("personal", ["--private", "--min-events", "50", "--forbid", "canary-guest"]),
        ("team", ["--private", "--min-events", "49", "--forbid", "canary"]),
        ("public", ["--min-events", "18", "--forbid", "canary"]),
    ],
)
def test_the_checker_finds_nothing(
    feeds: dict[str, str], shared_tools: Path, scope: str, options: list[str], tmp_path: Path
) -> None:
    bad = ["--bad-url", feeds["gone"], "--bad-url", feeds["no"]]
    command = [sys.executable, str(shared_tools / "feed_check.py"), feeds[scope], *options, *bad]

    answer = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (answer.returncode, answer.stderr) == (0, ""), answer.stdout
    assert answer.stdout.endswith(" 0 errors, 0 warnings\n"), answer.stdout
