"""How long a search for a time takes: `python -m tests.bench.bench_slots [ROUNDS]`.

Beside it stand the naive loop over every start, person and busy block for the same question, and the bare fetch of
the busy rows. Built in a throw-away SQLite file, or in the empty database at `BENCH_POSTGRES`.
"""

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

AT = datetime(2026, 6, 1, tzinfo=UTC)
ON = date(2026, 6, 1)
ZONES = ("America/New_York", "Europe/Berlin", "America/Los_Angeles")
CASES = ((20, 60, 100, 50), (500, 28, 40, 100))
"""(people, days, busy blocks of each, milliseconds allowed)."""


def build(people: int, days: int, blocks: int) -> list[Any]:
    from crm.access.models import User
    from meetings.availability.models import BusyBlock, BusyCalendar
    from meetings.availability.rules import end_minute_of, minute_of

    dice = random.Random(people)
    users = User.objects.bulk_create(
        User(username=f"p{people}-{n}", role="coordinator", time_zone=dice.choice(ZONES)) for n in range(people)
    )
    calendars = BusyCalendar.objects.bulk_create(
        BusyCalendar(owner=user, name="Work", created_at=AT, updated_at=AT) for user in users
    )
    rows = []
    for calendar in calendars:
        for quarter in dice.sample(range(days * 96), blocks):
            first = AT + timedelta(minutes=15 * quarter)
            end = first + timedelta(minutes=dice.choice((15, 30, 60)))
            minutes = {"first_minute": minute_of(first), "end_minute": end_minute_of(end)}
            rows.append(BusyBlock(calendar=calendar, starts_at=first, ends_at=end, **minutes))
    BusyBlock.objects.bulk_create(rows, batch_size=2_000)
    return users


def naive(users: list[Any], days: int, minutes: int) -> int:
    """Every start, person and block; the rows are at hand."""
    from meetings.availability.models import BusyBlock

    busy: dict[int, list[tuple[int, int]]] = {user.pk: [] for user in users}
    rows = BusyBlock.objects.filter(calendar__owner__in=list(busy)).order_by()
    for owner, first, end in rows.values_list("calendar__owner", "first_minute", "end_minute"):
        busy[owner].append((first, end))
    base = int(AT.timestamp() // 60)
    best = 0
    for start in range(base, base + days * 1440, 15):
        end = start + minutes
        free = sum(all(last <= start or first >= end for first, last in spans) for spans in busy.values())
        best = max(best, free)
    return best


def fetch(users: list[Any]) -> int:
    from meetings.availability.models import BusyBlock

    rows = BusyBlock.objects.filter(calendar__owner__in=[user.pk for user in users]).order_by()
    return len(rows.values_list("calendar__owner", "first_minute", "end_minute"))


def took(call: Callable[[], Any], rounds: int, clock: Callable[[], float] = time.perf_counter) -> float:
    """The median of several calls in milliseconds."""
    spent = []
    for _ in range(rounds):
        start = clock()
        call()
        spent.append((clock() - start) * 1000)
    return statistics.median(spent)


def measure(rounds: int) -> None:
    from django.core.management import call_command

    from meetings.availability.queries import Search, find_slots

    call_command("migrate", run_syncdb=True, verbosity=0)
    for people, days, blocks, allowed in CASES:
        users = build(people, days, blocks)
        search = Search(ON, ON + timedelta(days=days - 1), "America/New_York", minutes=30, before=10, after=10)
        ordered = sorted(users, key=lambda user: user.time_zone != ZONES[0])
        required, optional = ordered[:2], ordered[2:]
        assert find_slots(search, required, optional)
        ask = partial(find_slots, search, required, optional)
        ours, cpu = took(ask, rounds), took(ask, rounds, time.process_time)
        rows = took(partial(fetch, users), rounds)
        loop = took(partial(naive, users, days, 30), 1)
        print(
            f"{people} people, {days} days, {people * blocks:,} busy rows: {ours:.1f} ms ({cpu:.1f} of the processor) "
            f"of {allowed} allowed; fetching the rows {rows:.1f} ms, {ours / rows:.1f} times that; "
            f"naive loop {loop:.0f} ms, {loop / ours:.0f} times ours"
        )


def main() -> int:
    rounds = sys.argv[1] if len(sys.argv) > 1 else "7"
    if os.environ.get("BENCH_SLOTS_INSIDE"):
        import django

        django.setup()
        measure(int(rounds))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        url = os.environ.get("BENCH_POSTGRES") or f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
        env = os.environ | {
            "DATABASE_URL": url,
            "BENCH_SLOTS_INSIDE": "1",
            "DJANGO_SETTINGS_MODULE": "campaigns_site.settings.test",
        }
        again = [sys.executable, "-m", "tests.bench.bench_slots", rounds]
        return subprocess.run(again, env=env, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
