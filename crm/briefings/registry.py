"""Sections of a briefing. Each slice that knows facts registers a provider; meetings adds agenda and logistics."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model

from crm.access.models import User
from crm.briefings.enums import Audience
from crm.briefings.snapshot import Section
from crm.people.models import Person


@dataclass(frozen=True)
class BriefingContext:
    """What a provider may look at. `anchor` is the meeting the briefing is for, if any."""

    person: Person
    anchor: Model | None
    audience: Audience
    user: User | None
    at: datetime
    extra: dict[str, Any]


Provider = Callable[[BriefingContext], Section | None]
_providers: dict[str, tuple[int, frozenset[Audience], Provider]] = {}


def register_section(key: str, *, order: int, audiences: frozenset[Audience], provider: Provider) -> None:
    """Add a section. A second call with the same key replaces the first."""
    _providers[key] = (order, audiences, provider)


def providers_for(audience: Audience) -> list[Provider]:
    """Providers for one kind of pack, in reading order."""
    chosen = [(order, key, found) for key, (order, kinds, found) in _providers.items() if audience in kinds]
    return [provider for _order, _key, provider in sorted(chosen, key=lambda item: item[:2])]
