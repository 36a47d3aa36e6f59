"""How long the people list takes: `python -m tests.bench.bench_lists [100000|1000000] [sqlite|postgres]`.

Invents people with seats, jobs, committees and addresses in a throw-away database, then asks the real view as a
signed-in coordinator. Prints the median server time of each page and how much of it this process worked (on a busy
machine the clock tells nothing), its queries, the time the database needs for them (each run again by itself, all
rows fetched), and the ratio of the work to that of a list without rows in the same run.

`BENCH_POSTGRES` names the server (default postgres://postgres@127.0.0.1:5432); `BENCH_DATABASE` names a database
address to fill once and keep, so that a second run only measures.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from random import Random
from statistics import median
from typing import Any

AT = datetime(2026, 1, 15, 12, tzinfo=UTC)
RUNS = 9
SYLLABLES = ("ka", "lo", "mi", "ren", "tas", "vor", "bel", "du", "sha", "nim", "pol", "gar", "eth", "wyn", "zu", "har")


@contextmanager
def database(vendor: str) -> Iterator[str]:
    """The address of an empty database that is gone afterwards, or of the one somebody keeps."""
    if kept := os.environ.get("BENCH_DATABASE"):
        yield kept
    elif vendor == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/bench.sqlite3"
    else:
        import psycopg

        server = os.environ.get("BENCH_POSTGRES", "postgres://postgres@127.0.0.1:5432")
        name = f"bench_lists_{os.getpid()}"
        with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{server}/{name}"
        finally:
            from django.db import connections

            connections.close_all()
            with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
                admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def set_up(address: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "campaigns_site.settings.test"
    os.environ["DATABASE_URL"] = address
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", run_syncdb=True, verbosity=0)
    from tests.first_rows import create_first_rows

    create_first_rows()


def in_bulk(model: Any, rows: Iterator[Any]) -> list[Any]:
    """Create rows in lots, so that a million of them never stand in memory at once; gives only the first lots back."""
    made: list[Any] = []
    while lot := list(islice(rows, 5000)):
        made += model.objects.bulk_create(lot)[: max(0, 30_000 - len(made))]
    return made


def fill(count: int) -> None:
    """`count` people: one in eight holds or held a seat, the others have a job; four of five have an address."""
    from crm.access.models import Team
    from crm.people.models import Membership, Organization, Person, Post
    from crm.places.models import Area
    from tests.factories.access import user

    chance = Random(7)
    team = Team.objects.create(name="Bench team")
    owners = [user(first_name=f"Owner {number}") for number in range(5)]
    nation = Area.objects.create(name="Fairland", identifier="bench/fairland", classification="country", code="FL")

    def area(name: str, code: str, kind: str, parent: Area) -> Area:
        return Area(
            name=name, code=code, classification=kind, parent=parent, identifier=f"{parent.identifier}/{code.lower()}"
        )

    states = in_bulk(Area, (area(f"State {n:02}", f"S{n:02}", "state", nation) for n in range(50)))
    districts = in_bulk(
        Area, (area(f"District {n}", f"{s.code}-{n}", "district", s) for s in states for n in range(160))
    )

    def body(name: str, kind: str) -> Organization:
        return Organization(name=name, classification=kind, created_at=AT, updated_at=AT)

    chambers = in_bulk(Organization, (body(f"Assembly of {state.name}", "chamber") for state in states))
    parties = in_bulk(Organization, (body(f"{colour} Party", "party") for colour in ("Amber", "Teal", "Plum")))
    committees = in_bulk(Organization, (body(f"Committee on Subject {n}", "committee") for n in range(600)))
    firms = in_bulk(Organization, (body(f"{word(chance)} Works {n}", "company") for n in range(max(20, count // 50))))
    posts = in_bulk(
        Post,
        (
            Post(label=f"Seat {area.code}", role="representative", organization=chambers[n // 160], area=area)
            for n, area in enumerate(districts)
        ),
    )

    def person(number: int) -> Person:
        given, family = word(chance), word(chance)
        lawmaker = number % 8 == 0
        reachable = number % 5 != 0
        seat = districts[number // 8 % len(districts)] if lawmaker else None
        place = committees[number // 8 % 600].name if lawmaker else firms[number % len(firms)].name
        lines = [f"{given} {family}", given, family]
        lines += [f"{given}.{family}{number}@mail.example"] if reachable else []
        lines += [place, parties[number % 3].name if lawmaker else ""]
        lines += [seat.code, seat.name, seat.parent.name] if seat and seat.parent else []
        return Person(
            name=f"{given} {family}",
            given_name=given,
            family_name=family,
            sort_name=f"{family}, {given}",
            search_text="\n".join(line.lower() for line in lines if line),
            has_email=reachable,
            category="policymaker" if lawmaker else ("advocate", "partner", "office_staff")[number % 3],
            level=("local", "state", "national")[number % 3] if lawmaker else "",
            visibility="team" if number % 100 == 1 else "organisation",
            owner=owners[number % 5] if number % 50 == 0 else None,
            team=team if number % 200 == 0 else None,
            created_at=AT,
            updated_at=AT,
        )

    in_bulk(Person, (person(number) for number in range(count)))
    first = Person.objects.order_by("pk").values_list("pk", flat=True)[0]
    in_bulk(
        Membership,
        (row for n in range(count) for row in held(n, first + n, chambers, parties, committees, firms, posts)),
    )
    in_bulk_contacts(count, first)


def held(number: int, key: int, chambers: Any, parties: Any, committees: Any, firms: Any, posts: Any) -> Iterator[Any]:
    """What the person of that number holds: a seat (the newest holders still do), a party, a committee; or a job."""
    from crm.people.models import Membership

    if number % 8:
        yield Membership(person_id=key, organization=firms[number % len(firms)], role="employee", start_date="2020")
        return
    turn, place = divmod(number // 8, len(posts))
    ended = "" if turn == 0 else str(2024 - 2 * (turn % 20))
    party = parties[number % 3]
    yield Membership(
        person_id=key,
        organization=chambers[place // 160],
        post=posts[place],
        area=posts[place].area,
        on_behalf_of=party,
        start_date="1980",
        end_date=ended,
    )
    yield Membership(person_id=key, organization=party, start_date="1980")
    yield Membership(person_id=key, organization=committees[number // 8 % 600], start_date="1980", end_date=ended)


def in_bulk_contacts(count: int, first: int) -> None:
    from crm.people.models import ContactDetail

    in_bulk(
        ContactDetail,
        (
            ContactDetail(person_id=first + n, type="email", value=f"person{n}@mail.example")
            for n in range(count)
            if n % 5
        ),
    )


def word(chance: Random) -> str:
    return "".join(chance.choices(SYLLABLES, k=3)).capitalize()


def pages() -> Iterator[tuple[str, dict[str, Any]]]:
    """What is measured: a name and the query of the list."""
    from crm.access.models import Team, User
    from crm.people.models import Organization, Person
    from crm.places.models import Area

    def label(name: str) -> str:
        return f"#{Organization.objects.get(name=name).public_id}"

    somebody = Person.objects.filter(category="policymaker", has_email=True, visibility="organisation")[40]
    address = next(line for line in somebody.search_text.splitlines() if "@" in line)
    firm = Organization.objects.filter(classification="company")[3]
    yield "a list without rows", {"q": "nobodyiscalledthis"}
    yield "first page", {}
    yield "name", {"q": somebody.name}
    yield "part of a name", {"q": somebody.family_name[:5]}
    yield "e-mail address", {"q": address}
    yield "organization in the search", {"q": firm.name}
    yield "district", {"q": "S07-12"}
    yield "two letters", {"q": "ka"}
    yield "what everybody has", {"q": "mail.example"}
    yield "no hit", {"q": "zzz qqq"}
    yield "kind", {"category": "policymaker"}
    yield "level", {"level": "state"}
    yield "state", {"state": Area.objects.get(code="S07").pk}
    yield "chamber", {"chamber": Organization.objects.get(name="Assembly of State 07").pk}
    yield "party", {"party": Organization.objects.get(name="Teal Party").pk}
    yield "committee", {"committee": label("Committee on Subject 7")}
    yield "organization", {"organization": f"#{firm.public_id}"}
    yield "area, the whole nation", {"area": f"#{Area.objects.get(code='FL').public_id}"}
    yield "owner", {"owner": User.objects.filter(first_name="Owner 0")[0].pk}
    yield "team", {"team": Team.objects.get().pk}
    yield "has no e-mail address", {"has_email": "False"}
    yield "party and part of a name", {"party": Organization.objects.get(name="Teal Party").pk, "q": "shan"}
    yield "the last page there is", {"p": 400}
    yield "search, page 30", {"q": "ka", "p": 30}


class Meter:
    """Notes what a request asks the database."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.asked.append((sql, params))
        return execute(sql, params, many, context)

    def again(self) -> float:
        """Seconds the same questions take the database alone."""
        from django.db import connection

        started = time.perf_counter()
        with connection.cursor() as cursor:
            for sql, params in self.asked:
                if sql.lstrip("(").startswith("SELECT"):
                    cursor.execute(sql, params)
                    cursor.fetchall()
        return time.perf_counter() - started


def measure(client: Any, url: str, query: dict[str, Any]) -> tuple[float, float, int, float]:
    """Seconds on the clock, seconds of this process, queries, seconds the database takes for them."""
    from django.db import connection

    def once() -> tuple[float, float]:
        started, worked = time.perf_counter(), time.process_time()
        response = client.get(url, query)
        seconds = time.perf_counter() - started, time.process_time() - worked
        assert response.status_code == 200, response.status_code
        return seconds

    once()
    runs = [once() for _run in range(RUNS)]
    meter = Meter()
    with connection.execute_wrapper(meter):
        once()
    clock, work = (median(column) for column in zip(*runs, strict=True))
    return clock, work, len(meter.asked), median(meter.again() for _run in range(5))


def main(count: int, vendor: str) -> None:
    from django.db import connection
    from django.test import Client
    from django.urls import reverse

    from crm.people.models import Person
    from tests.factories.access import user

    started = time.perf_counter()
    if not Person.objects.exists():
        fill(count)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE" if vendor == "postgres" else "ANALYZE")
        print(f"{count:,} people made in {time.perf_counter() - started:.0f} s on {vendor}")
    client = Client()
    client.force_login(user(username=f"reader{time.time_ns()}"))
    url, empty = reverse("people:index"), 0.0
    print(f"{'page':32} {'server':>9} {'of it CPU':>9} {'queries':>8} {'database':>9}   of an empty list")
    for name, query in pages():
        seconds, work, queries, asked = measure(client, url, query)
        empty = empty or work
        times = f"{seconds * 1000:6.1f} ms {work * 1000:6.1f} ms {queries:8} {asked * 1000:6.1f} ms"
        print(f"{name:32} {times} {work / empty:8.2f}")


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    lane = sys.argv[2] if len(sys.argv) > 2 else "sqlite"
    with database(lane) as place:
        set_up(place)
        main(wanted, lane)
