"""When a fact is too old to be used unseen, and the building blocks of a briefing."""

import hashlib
import json
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from crm.base.dates import first_day
from crm.base.models import Sourced
from crm.briefings.enums import Audience, FactKind
from crm.briefings.snapshot import ChartPart, Classification, Content, Fact, Section, TablePart
from crm.people.enums import OrganizationClassification
from crm.people.models import Membership, Office

STALE_AFTER = {
    FactKind.REGISTRY: timedelta(days=90),
    FactKind.STANCE: timedelta(days=180),
    FactKind.EVIDENCE: timedelta(days=365),
}
"""Older than this, a fact is shown as out of date. Kinds without a limit never are."""

CLASSIFICATIONS: dict[Audience, Classification] = {
    Audience.INTERNAL: "internal",
    Audience.DELEGATION: "delegation",
    Audience.LEAVE_BEHIND: "leave-behind",
}

READS_ALSO = {
    Audience.INTERNAL: (Audience.INTERNAL, Audience.DELEGATION, Audience.LEAVE_BEHIND),
    Audience.DELEGATION: (Audience.DELEGATION, Audience.LEAVE_BEHIND),
    Audience.LEAVE_BEHIND: (Audience.LEAVE_BEHIND,),
}
"""Whose talking points a pack may carry: what may leave the house may also stay in it, never the reverse."""


STAYS_WITH_US = frozenset({Audience.INTERNAL, Audience.DELEGATION})
"""Packs nobody hands over: only they say what we know, think and were promised."""


def fact(label: str, value: str, *, source: str, as_of: date, on: date, kind: FactKind) -> Fact:
    """One thing we know, with its source and its age on the day of the briefing."""
    age = max((on - as_of).days, 0)
    limit = STALE_AFTER.get(kind)
    stale = limit is not None and age > limit.days
    return {
        "label": label,
        "value": value,
        "source": source,
        "as_of": as_of.isoformat(),
        "age_days": age,
        "stale": stale,
    }


def sourced_fact(label: str, value: str, row: Sourced, *, on: date, known_since: date, kind: FactKind) -> Fact:
    """A fact with its row's own source. Without source or day it counts as out of date, known since our record."""
    source = row.source or _("No source recorded")
    found = fact(label, value, source=source, as_of=row.sourced_on or known_since, on=on, kind=kind)
    return found if row.source and row.sourced_on else {**found, "stale": True}


def section(
    key: str,
    title: str,
    *,
    facts: list[Fact] | None = None,
    table: TablePart | None = None,
    paragraphs: list[str] | None = None,
    chart: ChartPart | None = None,
    empty: str | None = None,
) -> Section:
    """A section with every part it does not name left out."""
    return {
        "key": key,
        "title": title,
        "facts": facts or [],
        "table": table,
        "paragraphs": paragraphs or [],
        "chart": chart,
        "empty": empty,
    }


def content_hash(content: Content) -> str:
    """SHA-256 of the content in one fixed spelling, 64 hex digits."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def day_text(day: date) -> str:
    """A day in words of the active language: 2 April 2026."""
    return date_format(day, "j F Y")


def partial_text(value: str) -> str:
    """A partial date in words, as precise as it is: 1975, March 1975, 2 March 1975."""
    return date_format(first_day(value), {4: "Y", 7: "F Y"}.get(len(value), "j F Y"))


def due_text(due_on: date | None, on: date) -> str:
    """When a promise is due, and in words when that day has passed."""
    if due_on is None:
        return _("No day was agreed.")
    if due_on < on:
        return _("Was due on %(day)s: overdue.") % {"day": day_text(due_on)}
    if due_on == on:
        return _("Due today, %(day)s.") % {"day": day_text(due_on)}
    return _("Due on %(day)s.") % {"day": day_text(due_on)}


def seat_line(seat: Membership) -> str:
    """The seat in one line: its title, else its post, and the body it is in."""
    return ", ".join(filter(None, (seat.label or (seat.post.label if seat.post else ""), seat.organization.name)))


def post_text(held: Membership) -> str:
    """Where it is held, for which area, since when and until when."""
    area = held.area or (held.post.area if held.post else None)
    place = ", ".join(filter(None, (held.organization.name, area.name if area else "")))
    since = _("Since %(day)s.") % {"day": partial_text(held.start_date)} if held.start_date else ""
    until = _("Term ends %(day)s.") % {"day": partial_text(held.end_date)} if held.end_date else ""
    return " ".join(filter(None, (f"{place}.", since, until)))


def committee_text(seats: list[Membership]) -> str:
    """The role in the committee, then one line per subcommittee with the role there."""
    return "\n".join(
        f"{seat.organization.name}: {seat}"
        if seat.organization.classification == OrganizationClassification.SUBCOMMITTEE
        else capfirst(str(seat))
        for seat in seats
    )


def office_text(office: Office) -> str:
    """Address, building, phone and opening hours, each on a line."""
    return "\n".join(filter(None, (str(office), office.building, office.voice, office.hours)))


def office_label(office: Office) -> str:
    """Which office it is: kind and town."""
    return ", ".join(filter(None, (capfirst(office.get_classification_display()), office.city)))


def weekly_chart(weeks: list[tuple[str, int]]) -> ChartPart:
    """New signatures per week as a chart, each week named by its first day."""
    points: list[list[str | int | float]] = [[date_format(date.fromisoformat(day), "j M"), n] for day, n in weeks]
    return {"title": _("Signatures confirmed, by week"), "unit": _("Signatures"), "points": points}
