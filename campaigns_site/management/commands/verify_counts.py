"""Are the counters what the rows say?"""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from crm.petitions.models import Petition
from crm.petitions.queries import Mismatch, count_mismatches
from crm.petitions.tasks import recount_petition


class Command(BaseCommand):
    help = "Compare every signature counter with its rows; exits with 1 when one differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--repair", action="store_true", help="set the counters to what the rows say")
        parser.add_argument("--json", action="store_true", help="print the differences as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        found = count_mismatches()
        if options["repair"]:
            repair(found)
        if options["json"]:
            report = {"mismatches": [asdict(each) for each in found], "repaired": bool(found and options["repair"])}
            self.stdout.write(json.dumps(report, indent=2))
        elif not found:
            self.stdout.write("Every counter equals its rows.")
        elif options["repair"]:
            self.stdout.write(f"Counters that differed from their rows and were set right: {len(found)}.")
        if found and not options["repair"]:
            raise CommandError(f"{sentence(found)} Run the command again with --repair to set them right.")


def repair(found: list[Mismatch]) -> None:
    for petition in Petition.objects.filter(public_id__in={each.petition for each in found}):
        recount_petition(petition, by=None, at=timezone.now())


def sentence(found: list[Mismatch]) -> str:
    first = found[0]
    return (
        f"Counters that differ from their rows: {len(found)}. "
        f"The first is {first.counter} of petition {first.petition}: {first.stored} stored, {first.counted} counted."
    )
