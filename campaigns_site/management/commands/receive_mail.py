import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from crm.messaging.actions import receive_mail
from crm.messaging.enums import InboundKind, InboundState
from crm.messaging.rfc5322 import SIZE_LIMIT


class Command(BaseCommand):
    help = "Take in one raw mail: an answer, a calendar answer, a bounce."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", default="-", help="the raw mail; “-” reads standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        mail = receive_mail(_read(options["file"]), at=timezone.now())
        if mail.kind == InboundKind.UNREADABLE:
            raise CommandError(f"{mail.reason} It waits in the review list.")
        reason = f" ({mail.reason})" if mail.reason else ""
        sender = mail.from_email or "an unknown sender"
        kind, state = mail.get_kind_display(), mail.get_state_display()
        waits = " It waits in the review list." if mail.state == InboundState.REVIEW else ""
        self.stdout.write(f"{str(kind).capitalize()} from {sender}: {state}{reason}.{waits}")


def _read(name: str) -> bytes:
    """At most one byte more than is allowed, so that an endless input is refused and not kept in memory."""
    try:
        if name == "-":
            return sys.stdin.buffer.read(SIZE_LIMIT + 1)
        with Path(name).open("rb") as file:
            return file.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise CommandError(f"“{name}” cannot be read ({error.strerror}); hand in one raw mail.") from error
