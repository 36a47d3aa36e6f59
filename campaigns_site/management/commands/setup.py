from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from campaigns_site.first_steps import first_steps


class Command(BaseCommand):
    help = "Put in place what every installation needs: locales, roles, page rights, mail words, sequences. Repeatable."

    def handle(self, *args: Any, **options: Any) -> None:
        for line in first_steps(at=timezone.now()):
            self.stdout.write(line)
