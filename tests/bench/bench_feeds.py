"""How long a personal calendar of 2,000 meetings takes: `python -m tests.bench.bench_feeds [sqlite|postgres]`.

Invents 2,000 meetings of one coordinator, half hers and half those she is invited to, strewn
among 10,000 of others, in a
throw-away database, and asks the real address through every middleware. Prints the median time of a calendar joined of
kept entries (nothing else is cached), of a 304 when nothing changed, and of the same calendar with every entry built
anew by icalendar, with the ratio. `BENCH_POSTGRES` names the server (see `bench_lists`).
"""

import sys
import time
from collections.abc import Callable
from datetime import timedelta
from statistics import median
from typing import Any

from tests.bench.bench_lists import database, in_bulk, set_up

MINE, OTHERS, RUNS = 2_000, 10_000, 15
SECRET = "bench" * 8


def fill() -> Any:
    """The link, and the meetings around now."""
    from django.utils import timezone

    from crm.access.enums import Role
    from crm.people.models import Person
    from meetings.scheduling.models import Attendee, Meeting, Venue
    from tests.factories.access import user
    from tests.factories.feeds import feed_token
    from tests.factories.meetings import meeting_request, offered_time

    now = timezone.now().replace(microsecond=0)
    owner, others = user(role=Role.COORDINATOR), [user(role=Role.COORDINATOR) for _ in range(20)]
    stamps = {"created_at": now - timedelta(days=90), "updated_at": now - timedelta(days=9)}
    people = in_bulk(Person, (Person(name=f"Member {n}", sort_name=f"m{n}", **stamps) for n in range(500)))
    places = in_bulk(
        Venue,
        (Venue(name=f"House {n}", address=f"{n} Main Street", time_zone="America/New_York") for n in range(50)),
    )

    def meeting(n: int) -> Meeting:
        starts_at = now + timedelta(days=n * 37 % 480 - 85, minutes=n % 600)
        return Meeting(
            person=people[n % 500],
            title=f"Clean air in schools, meeting {n}",
            description="We bring the figures of the district, and two teachers who measured them. " * 2,
            venue=places[n % 50],
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=30),
            time_zone=("America/New_York", "America/Chicago", "America/Los_Angeles")[n % 3],
            owner=owner if n % 12 == 0 else others[n % 20],
            organizer_name="Parley",
            organizer_email="meetings@parley.example",
            **stamps,
        )

    meetings = in_bulk(Meeting, (meeting(n) for n in range(MINE + OTHERS)))
    invited = [
        Attendee(meeting=row, user=owner if n % 12 == 6 else others[n % 20], name="A", role="lead")
        for n, row in enumerate(meetings)
    ]
    in_bulk(Attendee, iter(invited))
    for day in range(5):
        offered_time(
            request=meeting_request(owner=owner, person=people[day], state="offered"),
            starts_at=now + timedelta(days=day + 1),
            ends_at=now + timedelta(days=day + 1, minutes=30),
        )
    return feed_token(SECRET, owner=owner)


def timed(ask: Callable[[], Any], before: Callable[[], Any], runs: int) -> tuple[float, float, Any]:
    """Median milliseconds by the clock and of work of this process, and the last answer."""
    clock, work, answer = [], [], None
    for _ in range(runs):
        before()
        started, worked = time.perf_counter(), time.process_time()
        answer = ask()
        clock.append((time.perf_counter() - started) * 1000)
        work.append((time.process_time() - worked) * 1000)
    return median(clock), median(work), answer


def measure() -> None:
    from django.core.cache import cache
    from django.db import connection
    from django.test import Client

    from meetings.feeds.models import RenderedEvent

    client, path = Client(), f"/feeds/{SECRET}.ics"
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    etag = client.get(path).headers["ETag"]

    def anew() -> None:
        cache.clear()
        RenderedEvent.objects.update(made_for="")

    def ask() -> Any:
        return client.get(path)

    def unchanged() -> Any:
        return client.get(path, headers={"If-None-Match": etag})

    cases = {
        "no such link": timed(lambda: client.get("/feeds/nobody.ics"), cache.clear, RUNS),
        "kept entries joined": timed(ask, cache.clear, RUNS),
        "304, nothing changed": timed(unchanged, lambda: None, RUNS),
        "every entry built anew": timed(ask, anew, 3),
    }
    cold, _work, answer = cases["kept entries joined"]
    for name, (clock, work, got) in cases.items():
        print(f"{name:24} {got.status_code} {clock:8.1f} ms, worked {work:8.1f} ms")
    events = answer.content.count(b"BEGIN:VEVENT")
    ratio = cases["every entry built anew"][0] / cold
    print(f"{events} events, {len(answer.content)} bytes; building anew takes {ratio:.1f} times as long as joining")


def main() -> None:
    vendor = sys.argv[1] if len(sys.argv) > 1 else "sqlite"
    with database(vendor) as address:
        set_up(address)
        fill()
        measure()


if __name__ == "__main__":
    main()
