"""How long a calendar made to hurt keeps a worker: `python -m tests.bench.bench_calendars [WORD …]`.

Processor seconds for every file of `tests/meetings/availability/hostile.py` (a megabyte each), and for the plain one
of 10,000 events, beside what icalendar takes to parse the same bytes without working out a single repeat. A word
picks the files whose name holds it. icalendar is given up after a minute.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 5, 1, tzinfo=UTC)
PATIENCE = 60


def timed(run: Callable[[], Any]) -> str:
    """Processor seconds, with what was wrong if it ended early."""

    def give_up(*_args: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(PATIENCE)
    began = time.process_time()
    try:
        run()
        ending = ""
    except TimeoutError:
        ending = " given up"
    except Exception as error:
        ending = f" {type(error).__name__}"
    finally:
        signal.alarm(0)
    return f"{time.process_time() - began:7.2f}{ending}"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "campaigns_site.settings.test")
    import django

    django.setup()
    from icalendar import Component

    from meetings.availability.ics import read_calendar
    from tests.meetings.availability.hostile import HEAD, TAIL, entry, hostile_files

    lines = ("UID:u{0}", "DTSTART:202606{1:02}T{2:02}0000Z", "DURATION:PT1H", "SUMMARY:Number {0}")

    def plain() -> bytes:
        events = (entry(*lines).format(n, n % 28 + 1, n % 24) for n in range(9_000))
        return (HEAD + "".join(events) + TAIL).encode()

    print(f"{'file':28} {'bytes':>8} {'ours':24} icalendar, parsing only")
    for name, make in {"plain": plain, **hostile_files()}.items():
        if all(word in name for word in sys.argv[1:]):
            raw = make()
            ours = timed(lambda raw=raw: read_calendar(raw, zone=ZoneInfo("America/New_York"), first=FIRST, last=LAST))
            theirs = timed(lambda raw=raw: Component.from_ical(raw, multiple=True))
            print(f"{name:28} {len(raw):8} {ours:24} {theirs}", flush=True)


if __name__ == "__main__":
    main()
