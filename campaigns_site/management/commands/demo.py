from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from campaigns_site.demo.serve import serve
from campaigns_site.demo.story import SIZES, Story
from campaigns_site.demo.team import PASSWORD, TEAM
from campaigns_site.first_steps import first_steps
from crm.access.models import User


class Command(BaseCommand):
    help = "Build a believable organisation through the same actions staff use, then serve everything."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same people and numbers")
        parser.add_argument("--size", choices=sorted(SIZES), default="small")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--no-serve", action="store_true", help="build, then stop")

    def handle(self, *args: Any, **options: Any) -> None:
        if not getattr(settings, "DEV_PAGES", False):
            raise CommandError("The demo has well-known passwords; run it with the development settings only.")
        settings.PUBLIC_URL = f"http://localhost:{options['port']}"
        call_command("migrate", verbosity=0)
        if User.objects.exists():
            self.stdout.write("The demo is built already; remove var/parley.sqlite3 to build it anew.")
        else:
            self._build(options)
        self._addresses()
        if not options["no_serve"] and serve(options["port"], say=self.stdout.write):
            raise CommandError("The demo stopped because one of its parts stopped.")

    def _build(self, options: dict[str, Any]) -> None:
        now = timezone.now().replace(minute=0, second=0, microsecond=0)
        for line in first_steps(at=now - timedelta(days=151)):
            self.stdout.write(line)
        story = Story(seed=options["seed"], size=options["size"], now=now, port=options["port"], say=self.stdout.write)
        story.build()

    def _addresses(self) -> None:
        self.stdout.write("")
        for what, path in (
            ("Public site", "/"),
            ("Staff", "/admin/"),
            ("Every mail", "/dev/outbox/"),
            ("Every component", "/dev/patterns/"),
            ("API", "/api/v3/docs/"),
        ):
            self.stdout.write(f"  {what:16} {settings.PUBLIC_URL}{path}")
        self.stdout.write(f"\n  Sign in as one of these, all with the password {PASSWORD}:")
        self.stdout.write("  " + ", ".join(role.value for role, _given, _family in TEAM) + "\n")
