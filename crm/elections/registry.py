"""What still names somebody who lost the seat. Whoever keeps such rows says how to find and to hand them over."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.access.models import User
from crm.activity.models import ActivityEntry
from crm.activity.registry import register_verb
from crm.people.models import Person


@dataclass(frozen=True)
class Orphan:
    """One row that still names a person who holds no seat any more."""

    pk: int
    person_id: int
    title: str
    detail: str = ""
    url: str = ""


Find = Callable[[User, Collection[int], datetime], list[Orphan]]
Repoint = Callable[[int, Person, User, datetime, ActivityEntry], object]


@dataclass(frozen=True)
class OrphanSource:
    """`find(user, people, at)` names the visible rows of these people; `repoint(pk, successor, by, at, entry)`
    hands one over, or raises a `ParleyError`. `happens` says in a sentence what handing over means."""

    key: str
    label: Any
    happens: Any
    find: Find
    repoint: Repoint


_sources: dict[str, tuple[int, OrphanSource]] = {}
VERBS = {
    "roll_over.started": _("The seats of two terms were compared."),
    "roll_over.handed_over": _("What waited for a former holder was handed to the new one."),
    "roll_over.finished": _("The change of term was finished."),
}


def register_orphans(source: OrphanSource, *, order: int = 100) -> None:
    """Add a kind of rows that may be left behind. A second call with the same key replaces the first."""
    _sources[source.key] = (order, source)


def orphan_sources() -> list[OrphanSource]:
    return [source for _order, source in sorted(_sources.values(), key=lambda item: (item[0], item[1].key))]


def orphan_source(key: str) -> OrphanSource | None:
    found = _sources.get(key)
    return found[1] if found else None


def declare() -> None:
    """Register what the timeline says; called once when the app is ready."""
    for verb, sentence in VERBS.items():
        register_verb(verb, sentence)
