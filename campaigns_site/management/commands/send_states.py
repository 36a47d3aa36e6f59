import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from crm.messaging.queries import counts_by_state


class Command(BaseCommand):
    help = "Say how many mails of the outbox are in which state."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="for a program: every state, also those with 0")

    def handle(self, *args: Any, **options: Any) -> None:
        counts = counts_by_state()
        if options["json"]:
            self.stdout.write(json.dumps({"total": sum(counts.values()), "states": counts}))
            return
        for state, count in counts.items():
            if count:
                self.stdout.write(f"{count:7} {state}")
        self.stdout.write(f"{sum(counts.values()):7} in all")
