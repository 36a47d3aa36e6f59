"""`python -m tests.real_counts`: imports the shared real data and prints each count beside the reference.

Works on an SQLite file of its own, which it throws away. Ends with 1 when a count differs.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

WIDTH = 44


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="real-counts") as folder:
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/counts.sqlite3"
        os.environ["DJANGO_SETTINGS_MODULE"] = "campaigns_site.settings.test"
        import django

        django.setup()
        from django.core.management import call_command

        from tests.conftest import shared_folder

        call_command("migrate", run_syncdb=True, verbosity=0)
        data = shared_folder() / "data"
        if not data.is_dir():
            say(f"There is no folder {data}; set PARLEY_SHARED to the folder that holds data/.")
            return 2
        return _compare(data)


def _compare(data: Path) -> int:
    different = 0
    for title, work in checks(data):
        started = time.perf_counter()
        expected, got = work()
        say(f"\n{title}  ({time.perf_counter() - started:.1f} s)")
        for name, wanted in expected.items():
            same = got.get(name) == wanted
            different += not same
            mark = "ok" if same else "NO"
            say(f"  {mark:4}{name:{WIDTH}} expected {_short(wanted)}  got {_short(got.get(name))}")
    say(f"\n{different} of the counts differ." if different else "\nEvery count is as expected.")
    return min(different, 1)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _short(value: Any) -> str:
    line = json.dumps(value, ensure_ascii=False, default=str)
    return line if len(line) < 90 else f"{line[:87]}…"


def checks(data: Path) -> Iterator[tuple[str, Callable[[], tuple[dict[str, Any], dict[str, Any]]]]]:
    """Each check with its title; every one leaves the database as it found it."""
    from tests.crm.imports import real_steps as steps

    yield "us-congress", lambda: steps.congress(data)
    for state in ("vt", "pr", "ne", "mn"):
        yield f"openstates {state}", lambda state=state: steps.openstates(data, state)  # type: ignore[misc]
    yield "openstates, four states at once", lambda: steps.openstates_total(data)
    yield "popolo", lambda: steps.popolo(data)
    yield "popolo over us-congress, and the other way round", lambda: steps.both_congresses(data)
    for file in steps.division_files(data):
        yield f"divisions {file}", lambda file=file: steps.divisions(data, file)  # type: ignore[misc]
    yield "reference", lambda: steps.reference(data)
    yield "everything, in three orders", lambda: steps.any_order(data)


if __name__ == "__main__":
    sys.exit(main())
