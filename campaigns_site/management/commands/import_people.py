import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from crm.base.errors import ParleyError
from crm.imports.actions import apply_plan, wait_for_turn
from crm.imports.enums import ImportMode
from crm.imports.models import ImportBatch
from crm.imports.queries import plan_import
from crm.imports.registry import read_source
from crm.imports.resources import changes_nothing, plan_lines, plan_report


class Command(BaseCommand):
    help = "Reads people, bodies, seats and offices from a file or folder. Run it twice: nothing is doubled."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--profile", required=True, help="what the files are, for example us-congress")
        parser.add_argument("--mode", choices=ImportMode.values, default=ImportMode.UPDATE.value)
        parser.add_argument("--dry-run", action="store_true", help="say what a run would do, change nothing")
        parser.add_argument("--json", action="store_true", help="print the whole report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = run(**{name: options[name] for name in ("path", "profile", "mode", "dry_run")})
        except ParleyError as error:
            raise CommandError(str(error.sentence)) from error
        if options["json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False))
            return
        for line in (*plan_lines(report), closing(report)):
            self.stdout.write(line)


def run(*, path: Path, profile: str, mode: str, dry_run: bool) -> dict[str, Any]:
    """Read, plan and, unless it is a dry run, apply in one transaction, so that the report is what was done."""
    source = read_source(path, profile=profile)
    with transaction.atomic():
        wait_for_turn()
        plan = plan_import(source, mode=ImportMode(mode))
        report = plan_report(plan)
        batch = None if dry_run else apply_plan(plan, by=None, at=timezone.now())
    return {"dry_run": dry_run, "batch": _number(batch), **report}


def _number(batch: ImportBatch | None) -> int | None:
    return batch.pk if batch else None


def closing(report: dict[str, Any]) -> str:
    """The last line: what was done, and what to do next."""
    if changes_nothing(report):
        return "Everything in the source stands here already; nothing was changed."
    if report["dry_run"]:
        return "Nothing was changed: this was a dry run. Run it again without --dry-run to apply exactly this."
    return f"Done as import {report['batch']}. To take it back: manage.py undo_import {report['batch']}"
