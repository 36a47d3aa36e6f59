"""Bring the Spanish catalogue up to the words in the source."""

import re
import subprocess
from contextlib import chdir
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from django.core.management.commands import makemessages

from campaigns_site.settings.environment import BASE_DIR

LANGUAGE = "es"
SKIPPED = ["tests", "var", "staticfiles"]
DATE_LINES = re.compile(r'^"(?:POT-Creation-Date|PO-Revision-Date): .*\\n"\n', re.MULTILINE)


class Gather(makemessages.Command):
    """A guess from a similar sentence is worse than no translation, so nothing is matched fuzzily."""

    msgmerge_options = ["-q", "--backup=none", "--no-fuzzy-matching", "--update"]


class Command(BaseCommand):
    help = "Gather the words of the source into django.po and compile it; needs GNU gettext. Repeating changes nothing."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.LOCALE_PATHS[0]) / LANGUAGE / "LC_MESSAGES"
        with chdir(BASE_DIR):
            call_command(
                Gather(),
                locale=[LANGUAGE],
                add_location="file",
                no_obsolete=True,
                no_wrap=True,
                ignore_patterns=list(SKIPPED),
                verbosity=0,
            )
        _drop_dates(folder / "django.po")
        _compile(folder / "django.po", folder / "django.mo")
        self.stdout.write("The catalogue is up to date; tests/test_catalogue.py names what still lacks a translation.")


def _drop_dates(po: Path) -> None:
    """Dates would change the file without any word having changed."""
    po.write_text(DATE_LINES.sub("", po.read_text(encoding="utf-8")), encoding="utf-8")


def _compile(po: Path, mo: Path) -> None:
    done = subprocess.run(["msgfmt", "--check", "-o", mo, po], capture_output=True, text=True, check=False)
    if done.returncode:
        raise CommandError(f"Correct these lines of the catalogue and run this again:\n{done.stderr}")
