"""Who of ours knows the person of a briefing: a section for packs that stay with us."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from crm.access.enums import Act
from crm.access.rules import any_colleague, can
from crm.briefings.enums import FactKind
from crm.briefings.registry import BriefingContext, day_of, register_section
from crm.briefings.rules import STAYS_WITH_US, fact, section
from crm.briefings.snapshot import Fact, Section
from crm.paths.queries import OURS, WarmPath, warm_paths

SHOWN = 3


def introductions_section(context: BriefingContext) -> Section | None:
    """The best ways from ours to the person, each with its reason and where that is from; nothing for one of ours.

    Only over people no colleague is kept from: others read the briefing too. So nothing about somebody hidden.
    """
    reader = any_colleague()
    if context.person.category in OURS or not can(reader, Act.VIEW, context.person):
        return None
    found = warm_paths(reader, context.person, context.on, SHOWN)
    empty = _("No way from ours to them is known.")
    return section(
        "introductions", _("Who of ours reaches them"), facts=[_fact(context, p) for p in found], empty=empty
    )


def _fact(context: BriefingContext, path: WarmPath) -> Fact:
    """As old as its oldest part; without a source for each part it counts as out of date."""
    rows: list[Any] = [row for step in path.steps for row in step.rows]
    known: list[date] = [row.sourced_on or day_of(context.person.updated_at) for row in rows]
    sources = dict.fromkeys(row.source or _("No source recorded") for row in rows)
    told = fact(
        str(path.ours),
        "\n".join(step.sentence for step in path.steps),
        source=", ".join(sources),
        as_of=min(known),
        on=context.on,
        kind=FactKind.REGISTRY,
    )
    return told if all(row.source and row.sourced_on for row in rows) else {**told, "stale": True}


def declare() -> None:
    """Register the section; called once when the app is ready."""
    register_section("introductions", order=45, audiences=STAYS_WITH_US, provider=introductions_section)
