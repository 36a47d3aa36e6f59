"""How long a warm path takes over 50,000 relationships: `python -m tests.bench.bench_paths [ROUNDS]`.

Beside it stands the plain way, reading every tie into Python and walking there, for the same question. The same
world is built in a throw-away SQLite file and, when `BENCH_POSTGRES` holds the address of an empty database, there.
"""

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
ON = date(2026, 6, 1)
PEOPLE, OURS, TIES, BODIES, SEATS, HUB = 20_000, 40, 50_000, 1_500, 15_000, 5_000


def build() -> dict[str, Any]:
    """A world with a fixed seed; gives the targets by name."""
    from django.core.management import call_command

    from crm.access.actions import create_user
    from crm.access.enums import Role
    from crm.people.models import Membership, Organization, Person
    from crm.relationships.models import Relationship, RelationshipType

    call_command("migrate", run_syncdb=True, verbosity=0)
    dice = random.Random(7)
    stamps = {"created_at": AT, "updated_at": AT}
    user = create_user(username="bench", email="bench@staff.example", role=Role.COORDINATOR, password=None)
    names = [f"Person {number}" for number in range(PEOPLE)]
    people = Person.objects.bulk_create(
        (
            Person(name=n, sort_name=n, category="own_staff" if i < OURS else "policymaker", **stamps)
            for i, n in enumerate(names)
        ),
        batch_size=1000,
    )
    hidden = dice.sample(people[OURS:], PEOPLE // 20)
    Person.objects.filter(pk__in=[each.pk for each in hidden[:500]]).update(visibility="team")
    kinds = [
        RelationshipType.objects.create(
            key=f"k{n}", label=f"helps {n}", reverse_label=f"is helped by {n}", from_kind="any", to_kind="any", **stamps
        )
        for n in range(3)
    ]
    bodies = Organization.objects.bulk_create(
        (
            Organization(name=f"Body {n}", classification="chamber" if n < 10 else "committee", **stamps)
            for n in range(BODIES)
        ),
        batch_size=1000,
    )
    known, hub, alone = people[OURS : PEOPLE - 100], people[PEOPLE - 50], people[PEOPLE - 1]

    def tie(first: Any, second: Any) -> Relationship:
        ended = "2020" if dice.random() < 0.1 else ""
        return Relationship(
            type=dice.choice(kinds), from_person=first, to_person=second, strength=dice.randint(1, 5), end_date=ended,
            source="List", sourced_on=ON, **stamps,
        )  # fmt: skip

    ties = [tie(hub, each) for each in dice.sample(known, HUB)]
    ties += [tie(each, dice.choice(known)) for each in people[:OURS] for _n in range(15)]
    while len(ties) < TIES:
        first, second = dice.choice(known), dice.choice(known)
        if first is not second:
            ties.append(tie(first, second))
    Relationship.objects.bulk_create(ties, batch_size=1000)
    seats = (
        Membership(person=dice.choice(known), organization=dice.choice(bodies), source="List", sourced_on=ON)
        for _n in range(SEATS)
    )
    Membership.objects.bulk_create(seats, batch_size=1000)
    Membership.objects.bulk_create(Membership(person=each, organization=dice.choice(bodies)) for each in people[:OURS])
    targets = {f"somebody {n}": each for n, each in enumerate(dice.sample(known, 5), start=1)}
    return {"user": user, "targets": targets | {f"hub of {HUB:,} ties": hub, "nobody knows her": alone}}


def plain(user: Any, target: Any) -> int:
    """Every tie into a dictionary, then outwards from ours, three introductions deep; how many of ours get there."""
    from crm.base.dates import current_q
    from crm.people.models import Membership, Person
    from crm.relationships.models import Relationship

    people = dict(Person.objects.visible_to(user).values_list("pk", "category"))
    near: dict[int, set[int]] = defaultdict(set)
    for first, second in Relationship.objects.filter(current_q(ON)).values_list("from_person", "to_person"):
        if first in people and second in people:
            near[first].add(second)
            near[second].add(first)
    bodies: dict[int, list[int]] = defaultdict(list)
    for body, each in Membership.objects.filter(current_q(ON)).values_list("organization", "person"):
        if each in people:
            bodies[body].append(each)
    for members in bodies.values():
        if len(members) <= 40:
            for each in members:
                near[each].update(members)
    reached = {target.pk}
    for _step in range(3):
        reached |= {other for each in reached for other in near[each]}
    return sum(people[each] == "own_staff" for each in reached)


def timed(step: Callable[[], Any], rounds: int) -> tuple[float, float, float]:
    """Middle and worst of some rounds by the clock, and the middle of the processor's own time, in milliseconds."""
    clock, processor = [], []
    for _round in range(rounds):
        begun, worked = time.perf_counter(), time.process_time()
        step()
        clock.append((time.perf_counter() - begun) * 1000)
        processor.append((time.process_time() - worked) * 1000)
    return statistics.median(clock), max(clock), statistics.median(processor)


def main(rounds: int) -> None:
    import django

    django.setup()
    from django.db import connection

    from crm.paths.queries import warm_paths

    world = build()
    user = world["user"]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    sys.stdout.write(f"{connection.vendor}: {TIES:,} relationships, {SEATS:,} seats, {PEOPLE:,} people\n")
    for name, target in world["targets"].items():
        found = warm_paths(user, target, ON)
        steps = ", ".join(f"{len(path.steps)} steps at {path.score}" for path in found) or "no way"
        middle, worst, own = timed(lambda target=target: warm_paths(user, target, ON), rounds)  # type: ignore[misc]
        other, _worst, _own = timed(lambda target=target: plain(user, target), 3)  # type: ignore[misc]
        sys.stdout.write(
            f"  {name:18} {middle:6.1f} ms (worst {worst:6.1f}, processor {own:6.1f}), plain {other:7.1f} ms, "
            f"{middle / other:.2f} of it; {steps}\n"
        )


def once(address: str, rounds: int) -> None:
    """One database in a process of its own, because settings are read once."""
    env = os.environ | {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "campaigns_site.settings.test"}
    subprocess.run([sys.executable, "-m", "tests.bench.bench_paths", "--here", str(rounds)], env=env, check=True)


if __name__ == "__main__":
    wanted = int(sys.argv[-1]) if sys.argv[-1].isdecimal() else 5
    if "--here" in sys.argv:
        main(wanted)
    else:
        with tempfile.TemporaryDirectory() as folder:
            once(f"sqlite:///{folder}/bench.sqlite3", wanted)
        if os.environ.get("BENCH_POSTGRES"):
            once(os.environ["BENCH_POSTGRES"], wanted)
