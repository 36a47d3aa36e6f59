import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from crm.access.models import User
from crm.base.errors import ParleyError
from crm.imports.actions import apply_plan
from crm.imports.enums import ImportMode
from crm.imports.errors import BadRowsError, StalePlanError
from crm.imports.queries import plan_import
from crm.imports.registry import read_source
from crm.imports.resources import changes_nothing, plan_lines, plan_report

TRIES = 3


class Command(BaseCommand):
    help = "Reads people, bodies, seats and offices from a file or folder. Run it twice: nothing is doubled."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--profile", required=True, help="what the files are, for example us-congress")
        parser.add_argument("--mode", choices=ImportMode.values, default=ImportMode.UPDATE.value)
        parser.add_argument(
            "--option", action="append", default=[], metavar="KEY=VALUE", help="an answer the profile asks for"
        )
        parser.add_argument("--by", default="", metavar="USERNAME", help="whose import it is; nobody's if left out")
        parser.add_argument("--skip-bad-rows", action="store_true", help="take the good rows when others have errors")
        parser.add_argument("--dry-run", action="store_true", help="say what a run would do, change nothing")
        parser.add_argument("--json", action="store_true", help="print the whole report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        names = ("path", "profile", "mode", "dry_run", "skip_bad_rows")
        try:
            by = find_user(options["by"])
            report, refusal = run(**{name: options[name] for name in names}, options=answers(options["option"]), by=by)
        except ParleyError as error:
            raise CommandError(str(error.sentence)) from error
        if options["json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False))
        else:
            for line in (*plan_lines(report), *([] if refusal else [closing(report)])):
                self.stdout.write(line)
        if refusal:
            raise CommandError(f"{refusal.sentence} --skip-bad-rows leaves them out, --dry-run --json lists them.")


def answers(pairs: list[str]) -> dict[str, str]:
    """`key=value` pairs as a mapping. Raises `CommandError` for anything else."""
    found = {}
    for pair in pairs:
        key, sign, value = pair.partition("=")
        if not sign or not key:
            raise CommandError(f"“{pair}” is no option; write it like consent=yes.")
        found[key] = value
    return found


def find_user(username: str) -> User | None:
    """The user who answers for the run; None when none is named. Raises `CommandError` for a stranger."""
    if not username:
        return None
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise CommandError(f"There is no active user “{username}”; name one who can sign in.")
    return user


def run(
    *,
    path: Path,
    profile: str,
    mode: str,
    dry_run: bool,
    skip_bad_rows: bool,
    options: dict[str, str],
    by: User | None,
) -> tuple[dict[str, Any], BadRowsError | None]:
    """Read and plan; unless it is a dry run apply exactly that plan, or plan anew when somebody was faster.

    Gives the report and, when bad rows kept everything out, that refusal.
    """
    source = read_source(path, profile=profile, options=options)
    for attempt in range(TRIES):
        plan = plan_import(source, mode=ImportMode(mode))
        report = {"dry_run": dry_run, "batch": None, **plan_report(plan)}
        if dry_run:
            return report, None
        try:
            batch = apply_plan(plan, skip_bad_rows=skip_bad_rows, by=by, at=timezone.now())
        except BadRowsError as refusal:
            return report, refusal
        except StalePlanError:
            if attempt + 1 == TRIES:
                raise
        else:
            return report | {"batch": batch.pk}, None
    raise StalePlanError


def closing(report: dict[str, Any]) -> str:
    """The last line: what was done, and what to do next."""
    if changes_nothing(report):
        return "Everything in the source stands here already; nothing was changed."
    if report["dry_run"]:
        return "Nothing was changed: this was a dry run. Run it again without --dry-run to apply exactly this."
    return f"Done as import {report['batch']}. To take it back: manage.py undo_import {report['batch']}"
