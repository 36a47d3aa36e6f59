import re
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crm.messaging.enums import Stream
from crm.messaging.models import Message
from crm.messaging.queries import eml_of
from crm.messaging.rfc2047 import MailHeaderError


class Command(BaseCommand):
    help = "Write every mail of the outbox as one .eml file, in the order they were planned."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder")
        parser.add_argument("--stream", default="", help=f"only one of {', '.join(Stream.values)}")

    def handle(self, *args: Any, **options: Any) -> None:
        stream = options["stream"]
        if stream and stream not in Stream.values:
            raise CommandError(f"There is no stream “{stream}”; choose one of {', '.join(Stream.values)}.")
        folder = Path(options["folder"])
        messages = Message.objects.filter(stream=stream) if stream else Message.objects.all()
        written, broken = 0, []
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for number, message in enumerate(messages.order_by("planned_at", "pk").iterator(500), start=1):
                try:
                    (folder / file_name(number, message)).write_bytes(eml_of(message))
                    written += 1
                except MailHeaderError as error:
                    broken.append(f"{message.idempotency_key}: {error.sentence}")
        except OSError as error:
            raise CommandError(f"“{folder}” cannot be written ({error.strerror}); choose another folder.") from error
        self.stdout.write(f"Wrote {written} mails to {folder}.")
        if broken:
            raise CommandError(f"{len(broken)} mails cannot be built. The first: {broken[0]}")


def file_name(number: int, message: Message) -> str:
    """`0001-invitation-meeting-….eml`: planning order, stream, idempotency key."""
    key = re.sub(r"[^A-Za-z0-9_-]+", "-", message.idempotency_key).strip("-")[:80]
    return f"{number:04d}-{message.stream}-{key}.eml"
