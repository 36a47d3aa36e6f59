import logging
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from crm.messaging.registry import due_jobs

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Plan everything that is due. Safe to run twice and side by side."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--at", default="", help="pretend it is this moment (ISO 8601; this site's zone if none)")

    def handle(self, *args: Any, **options: Any) -> None:
        at = _moment(options["at"]) if options["at"] else timezone.now()
        failed = []
        for name, job in due_jobs():
            try:
                done = job(at)
            except Exception:  # one job must not keep the others from running
                logger.exception("The due job %s failed", name)
                failed.append(name)
            else:
                if options["verbosity"]:
                    self.stdout.write(f"{name}: {done}")
        if failed:
            raise CommandError(f"These jobs failed: {', '.join(failed)}. The log says why; run this again when mended.")


def _moment(text: str) -> datetime:
    try:
        moment = parse_datetime(text)
        day = parse_date(text) if moment is None else None
    except ValueError:
        moment = day = None
    if moment is None and day is not None:
        moment = datetime(day.year, day.month, day.day)
    if moment is None:
        raise CommandError(f"“{text}” is not a moment; write it like 2026-03-09T13:05:00+00:00.")
    return timezone.make_aware(moment) if timezone.is_naive(moment) else moment
