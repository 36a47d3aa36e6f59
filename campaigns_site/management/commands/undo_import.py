import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from campaigns_site.management.commands.import_people import find_user
from crm.base.errors import ParleyError
from crm.batches.actions import take_back
from crm.imports.errors import UnknownBatchError
from crm.imports.models import ImportBatch


class Command(BaseCommand):
    help = "Takes an import back where nothing later touched its rows, and lists what has to stay."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("batch", help="the number that import_people printed")
        parser.add_argument("--by", default="", metavar="USERNAME", help="who takes it back; nobody if left out")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            by = find_user(options["by"])
            batch = find_batch(options["batch"])
            report = take_back(batch, by=by, at=timezone.now())
        except ParleyError as error:
            raise CommandError(str(error.sentence)) from error
        if options["json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False))
            return
        deleted = sum(report["deleted"].values())
        self.stdout.write(
            f"{deleted} rows deleted, {report['set_back']} set back, {len(report['kept'])} left as they are."
        )
        for row in report["kept"]:
            self.stdout.write(f"{row['model']} {row['id']}: {row['sentence']}")


def find_batch(number: str) -> ImportBatch:
    """The batch with this number or public id. Raises `UnknownBatchError`."""
    column = "pk" if number.isascii() and number.isdigit() and len(number) < 19 else "public_id"
    batch = ImportBatch.objects.filter(**{column: number}).first()
    if batch is None:
        raise UnknownBatchError(number)
    return batch
