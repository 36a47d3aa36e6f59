from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.urls import URLPattern, URLResolver, get_resolver

from campaigns_site.access import Rule, rule_for


def every_route(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    """Each pattern of the site as Django writes it, without the leading slash."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from every_route(entry, prefix + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            yield prefix + str(entry.pattern)


class Command(BaseCommand):
    help = "Print every URL with its access rule; fail when one has none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--missing", action="store_true", help="print only addresses without a rule")

    def handle(self, *args: Any, **options: Any) -> None:
        rules = [(route, rule_for(route)) for route in every_route(get_resolver())]
        missing = [route for route, rule in rules if rule is Rule.NONE]
        for route, rule in rules:
            if rule is Rule.NONE or not options["missing"]:
                self.stdout.write(f"{rule.value:14} /{route}")
        if missing:
            raise CommandError(f"{len(missing)} addresses have no access rule; add them to campaigns_site/access.py.")
