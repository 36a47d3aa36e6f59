"""How fast an import is beside raw `bulk_create`: `python -m tests.bench.bench_import PATH`.

Runs in a throw-away SQLite file of its own, so it never touches the database of the settings.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

AT = datetime(2026, 6, 15, 12, tzinfo=UTC)


def timed(step: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    answer = step()
    return time.perf_counter() - started, answer


def set_up(folder: str) -> None:
    """A database built straight from the models."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "campaigns_site.settings.test"
    os.environ["DATABASE_URL"] = f"sqlite:///{folder}/bench.sqlite3"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", run_syncdb=True, verbosity=0)


def raw_seconds(count: int) -> float:
    """As many plain rows as the source holds, with nothing compared, checked or kept for an undo."""
    from django.db import transaction

    from crm.people.models import Person

    people = [
        Person(name=f"Raw {number}", sort_name=f"Raw {number}", category="policymaker", created_at=AT, updated_at=AT)
        for number in range(count)
    ]
    with transaction.atomic():
        seconds, _rows = timed(lambda: Person.objects.bulk_create(people, batch_size=1000))
    return seconds


def main(path: Path) -> None:
    from crm.imports.actions import apply_plan
    from crm.imports.enums import ImportMode
    from crm.imports.queries import plan_import
    from crm.imports.registry import read_source

    def once() -> tuple[list[float], int]:
        reading, source = timed(lambda: read_source(path, profile="us-congress"))
        planning, plan = timed(lambda: plan_import(source, mode=ImportMode.UPDATE))
        applying, _batch = timed(lambda: apply_plan(plan, by=None, at=AT))
        return [reading, planning, applying], len(source.records)

    for name in ("first run", "second run"):
        steps, rows = once()
        total, raw = sum(steps), raw_seconds(rows)
        parts = ", ".join(f"{word} {s:.2f} s" for word, s in zip(("read", "plan", "apply"), steps, strict=True))
        sys.stdout.write(f"{name}: {rows} rows in {total:.2f} s ({parts}), {rows / total:,.0f} rows/s; ")
        sys.stdout.write(f"{raw / total:.2f} of raw bulk_create ({rows / raw:,.0f} rows/s)\n")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        set_up(folder)
        main(Path(sys.argv[1]))
