"""How fast imports are beside raw `bulk_create` of the same rows.

`python -m tests.bench.bench_import` invents 12,230 people and measures on a throw-away SQLite file, then on PostgreSQL
when one answers at BENCH_POSTGRES (default postgres://postgres@127.0.0.1:5432/). With a path it imports that folder of
congress-legislators instead. Each database gets a process of its own, so that the peak of memory is its own too.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

AT = datetime(2026, 6, 15, 12, tzinfo=UTC)
POSTGRES = os.environ.get("BENCH_POSTGRES", "postgres://postgres@127.0.0.1:5432/")
NAME = "parley_bench_import"


class Spent(NamedTuple):
    """Seconds by the clock, and of the processor: on a busy machine only the second can be compared."""

    wall: float
    cpu: float


def timed(step: Callable[[], Any]) -> tuple[Spent, Any]:
    wall, cpu = time.perf_counter(), time.process_time()
    answer = step()
    return Spent(time.perf_counter() - wall, time.process_time() - cpu), answer


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def peak() -> float:
    """The greatest resident memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def set_up(url: str, folder: str) -> None:
    """Django with this database and a folder for imports of its own."""
    os.environ |= {"DJANGO_SETTINGS_MODULE": "campaigns_site.settings.test", "DATABASE_URL": url}
    import django
    from django.conf import settings

    django.setup()
    settings.IMPORTS_ROOT = Path(folder) / "imports"


def make_tables() -> None:
    from django.core.management import call_command

    call_command("migrate", run_syncdb=True, verbosity=0)


def measure(path: Path) -> None:
    """Import twice and take back, by the same tasks the screens use."""
    from crm.batches.actions import preview_import, request_apply, request_undo
    from crm.batches.tasks import run_import
    from crm.imports.models import ImportBatch, ImportRow

    def clock() -> datetime:
        return AT

    def work(batch: ImportBatch) -> Spent:
        spent, state = timed(lambda: run_import(batch.pk, clock=clock))
        batch.refresh_from_db()
        if state not in ("previewed", "applied", "undone"):
            raise SystemExit(f"{state}: {batch.sentence}")
        return spent

    def both() -> tuple[ImportBatch, Spent, Spent]:
        batch = staged(path)
        checking = work(preview_import(batch, by=None, at=AT))
        return batch, checking, work(request_apply(batch, by=None, at=AT))

    idle = peak()
    first, preview, applying = both()
    rows = ImportRow.objects.filter(batch=first).count()
    grown = peak()
    second, preview_again, again = both()
    changed = ImportRow.objects.filter(batch=second).count()
    raw = raw_insert(first)
    undo = work(request_undo(first, by=None, at=AT))
    say(f"  {rows:,} rows written, as many kept for the undo; the same rows by plain bulk_create are 1.00")
    say(f"  {'':24}  seconds  processor   × raw (processor)")
    for name, spent, count in (
        ("preview", preview, 0),
        ("import (plans anew)", applying, rows),
        ("plain bulk_create", raw, rows),
        ("preview, nothing new", preview_again, 0),
        ("import, nothing new", again, 0),
        ("undo", undo, rows),
    ):
        rate = f"   {count / spent.wall:,.0f} rows/s" if count else ""
        say(f"  {name:24} {spent.wall:8.2f} {spent.cpu:10.2f} {spent.cpu / raw.cpu:8.2f}{rate}")
    say(f"  The second import changed {changed} rows.")
    say(f"  Peak memory {grown:.0f} MB, {idle:.0f} MB of it before; {peak():.0f} MB after everything in one process")


def staged(path: Path) -> Any:
    """A batch that was handed in; larger sources than an upload may be are put there by hand."""
    import shutil

    from crm.batches.zip import SOURCE
    from crm.imports.models import ImportBatch

    batch = ImportBatch(profile="us-congress", source_name=path.name, mode="update", staged_at=AT)
    batch.folder = batch.public_id
    batch.save()
    target = batch.path / SOURCE
    if path.is_dir():
        shutil.copytree(path, target)
    else:
        target.mkdir(parents=True)
        shutil.copy(path, target)
    return batch


def raw_insert(batch: Any) -> Spent:
    """The same rows once more with nothing compared, checked or kept: written in one transaction, rolled back."""
    from django.apps import apps
    from django.db import transaction

    from crm.imports.popolo import MODELS

    wall = cpu = 0.0
    with transaction.atomic():
        for model in MODELS:
            kind = model._meta.label_lower
            pks = batch.rows.filter(object_type=kind).order_by("id").values_list("object_id", flat=True)
            copies = [copy_of(apps.get_model(kind), row) for row in in_lots(model, list(pks))]
            spent, _rows = timed(lambda m=model, c=copies: m._default_manager.bulk_create(c, batch_size=1000))
            wall, cpu = wall + spent.wall, cpu + spent.cpu
        transaction.set_rollback(True)
    return Spent(wall, cpu)


def in_lots(model: Any, pks: list[int]) -> Any:
    for start in range(0, len(pks), 500):
        yield from model._default_manager.filter(pk__in=pks[start : start + 500])


def copy_of(model: Any, row: Any) -> Any:
    """A row like this one that breaks no unique key."""
    values = {field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields}
    values.pop(model._meta.pk.attname)
    for name in ("public_id", "identifier", "legislative_period", "label", "name", "value"):
        if isinstance(values.get(name), str):
            values[name] = f"{values[name][:18]}~{row.pk}"[:32]
    return model(**values)


def one_database(name: str, url: str, path: Path) -> None:
    say(f"{name}, {path.name}:")
    with tempfile.TemporaryDirectory() as folder:
        for step in ("--tables", "--measure"):  # making tables would count as memory of the import
            command = [sys.executable, "-m", "tests.bench.bench_import", step, url or f"sqlite:///{folder}/b.sqlite3"]
            subprocess.run([*command, str(path), folder], check=True)


def postgres_url() -> str:
    """A new database on the PostgreSQL that answers; empty when none does."""
    try:
        import psycopg

        with psycopg.connect(POSTGRES, autocommit=True, connect_timeout=2) as server:
            server.execute(f"DROP DATABASE IF EXISTS {NAME}")
            server.execute(f"CREATE DATABASE {NAME}")
    except Exception as error:
        say(f"PostgreSQL was left out: {type(error).__name__}.")
        return ""
    return POSTGRES.rstrip("/") + "/" + NAME


def drop_postgres() -> None:
    import psycopg

    with psycopg.connect(POSTGRES, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {NAME}")


def main(arguments: list[str]) -> None:
    if arguments[:1] in (["--tables"], ["--measure"]):
        set_up(arguments[1], arguments[3])
        make_tables() if arguments[0] == "--tables" else measure(Path(arguments[2]))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(arguments[0]) if arguments else Path(folder) / "invented-congress"
        if not arguments:
            from tests.bench.invented_source import write_congress

            path.mkdir()
            write_congress(path)
        one_database("SQLite", "", path)
        if url := postgres_url():
            one_database("PostgreSQL", url, path)
            drop_postgres()


if __name__ == "__main__":
    main(sys.argv[1:])
