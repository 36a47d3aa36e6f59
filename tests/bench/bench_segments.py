"""Segments over 100,000 people: count, first page, freezing and enrolling, beside one plain filter.

    python -m tests.bench.bench_segments [--people 100000]

Uses a database of its own: SQLite in a folder that is deleted, or what PARLEY_BENCH_URL names (emptied first!).
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
ON = date(2026, 3, 2)
REPEATS = 5


def median_ms(act: Callable[[], Any]) -> float:
    """Milliseconds of the middle one of several runs; the first of all is not counted."""
    act()
    spent = []
    for _time in range(REPEATS):
        start = time.perf_counter()
        act()
        spent.append((time.perf_counter() - start) * 1000)
    return statistics.median(spent)


def fill(people: int) -> dict[str, Any]:
    """People with addresses; every tenth on one committee, every third tagged, every seventh an advocate."""
    from crm.people.models import ContactDetail, Membership, Organization, Person
    from crm.tags.models import Tag, Tagging, TagGroup

    stamps = {"created_at": AT, "updated_at": AT}
    Person.objects.bulk_create(
        (
            Person(
                name=f"Robin Vale {number}",
                sort_name=f"Vale {number:07}, Robin",
                search_text=f"robin vale {number}",
                category="policymaker" if number % 7 else "advocate",
                level="state" if number % 2 else "national",
                has_email=number < people - people // 20,
                **stamps,
            )
            for number in range(people)
        ),
        batch_size=2000,
    )
    keys = list(Person.objects.order_by("pk").values_list("pk", flat=True))
    body = Organization.objects.create(name="Harbour Committee", classification="committee", **stamps)
    Membership.objects.bulk_create((Membership(person_id=pk, organization=body) for pk in keys[::10]), batch_size=2000)
    ContactDetail.objects.bulk_create(
        (ContactDetail(person_id=pk, type="email", value=f"robin{pk}@office.example") for pk in keys[: -people // 20]),
        batch_size=2000,
    )
    tag = Tag.objects.create(name="Ally", group=TagGroup.objects.create(key="bench", name="Bench"))
    Tagging.objects.bulk_create((Tagging(person_id=pk, tag=tag, tagged_at=AT) for pk in keys[::3]), batch_size=2000)
    return {"body": f"#{body.public_id}", "tag": tag.public_id}


def segments(known: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """Segments of one to six steps, each the one before and one step more."""
    steps = [
        ("add", "category", {"category": ["policymaker"]}),
        ("remove", "tag", {"tag": known["tag"], "compare": "any"}),
        ("add", "body", {"body": known["body"]}),
        ("limit", "reach", {"by": "email"}),
        ("remove", "level", {"level": ["national"]}),
        ("limit", "random", {"number": 5000, "seed": 7}),
    ]
    made = [{"act": act, "filter": key, "args": args} for act, key, args in steps]
    return [made[:length] for length in range(1, len(made) + 1)]


def measure(people: int) -> None:
    from crm.access.enums import Role
    from crm.mailings.actions import enrol_people
    from crm.mailings.queries import enrolment_plan
    from crm.messaging.models import Enrolment
    from crm.people.models import Person
    from crm.segments.actions import freeze
    from crm.segments.models import FrozenMember
    from crm.segments.queries import count_capped, count_steps, people_of, reading_of
    from tests.factories.access import user
    from tests.factories.messaging import sequence
    from tests.factories.segments import segment

    known, who = fill(people), user(role=Role.COORDINATOR)
    plain = Person.objects.visible_to(who).filter(category="policymaker")
    page = ("sort_name", "id")
    print(f"{people:,} people; milliseconds, median of {REPEATS}")
    print(f"{'':24}{'exact count':>14}{'capped count':>14}{'first page':>14}{'all steps':>14}")
    row = [median_ms(lambda: plain.count()), median_ms(lambda: count_capped(plain))]
    row.append(median_ms(lambda: list(plain.order_by(*page)[:25])))
    print(f"{'one plain filter':24}" + "".join(f"{each:14.1f}" for each in row))
    for steps in segments(known):
        found = [
            median_ms(lambda steps=steps: people_of(steps, who, ON).order_by().count()),
            median_ms(lambda steps=steps: count_capped(people_of(steps, who, ON))),
            median_ms(lambda steps=steps: list(people_of(steps, who, ON).order_by(*page)[:25])),
            median_ms(lambda steps=steps: count_steps(reading_of(steps, who, ON))),
        ]
        print(f"{len(steps)} step{'s' if len(steps) > 1 else ''}{'':17}" + "".join(f"{each:14.1f}" for each in found))

    everybody = segment(steps=[{"act": "add", "filter": "everybody", "args": {}}])
    timed(f"freeze {people:,}", lambda: freeze(everybody, name="All", purpose="bench", by=who, at=AT))
    kept = FrozenMember.objects.count()
    series = sequence()
    chosen = Person.objects.visible_to(who)
    plan = timed("say who is left out", lambda: enrolment_plan(chosen, series, ON))
    timed(
        f"enrol {len(plan.people):,}",
        lambda: enrol_people(series, chosen, name="All", anchor_at=AT, by=who, at=AT),
    )
    print(f"kept {kept:,}, enrolled {Enrolment.objects.count():,}, left out {plan.counts}")


def timed(words: str, act: Callable[[], Any]) -> Any:
    start = time.perf_counter()
    answer = act()
    print(f"{words:24}{time.perf_counter() - start:10.2f} s")
    return answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATABASE_URL"] = os.environ.get("PARLEY_BENCH_URL", f"sqlite:///{folder}/bench.sqlite3")
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "campaigns_site.settings.test")
        import django

        django.setup()
        from django.core.management import call_command

        from tests.first_rows import create_first_rows

        call_command("migrate", run_syncdb=True, verbosity=0)
        create_first_rows()
        measure(asked.people)


if __name__ == "__main__":
    main()
