"""Who stands in which relation to whom, read from both ends."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from crm.access.models import User
from crm.base.dates import is_current
from crm.people.models import Person
from crm.relationships.models import Relationship, RelationshipType
from crm.relationships.rules import Party, fits, kind_of, sentence_of

PARTIES = ("from_person", "from_organization", "to_person", "to_organization")


@dataclass(frozen=True)
class Tie:
    """One relationship as somebody at one end of it sees it."""

    row: Relationship
    other: Party
    sentence: str
    is_current: bool
    is_body: bool


def relationships_of(party: Party, user: User | AnonymousUser) -> QuerySet[Relationship]:
    """Every relationship of a person or body this user may see, both directions, with kind and parties.

    Those without an end come first, the strongest first.
    """
    kind = kind_of(party)
    mine = Q(**{f"from_{kind}": party}) | Q(**{f"to_{kind}": party})
    seen: QuerySet[Relationship] = Relationship.objects.visible_to(user).filter(mine)
    return seen.select_related("type", *PARTIES).order_by("end_date", "-strength", "id")


def ties(rows: Iterable[Relationship], party: Party, on: date) -> list[Tie]:
    """The same relationships as sentences that begin with `party`."""
    return [_tie(row, party, on) for row in rows]


def _tie(row: Relationship, party: Party, on: date) -> Tie:
    other = row.to_party if row.from_party == party else row.from_party
    current = is_current(row.start_date, row.end_date, on)
    return Tie(row, other, sentence_of(row, seen_from=party), current, not isinstance(other, Person))


def same_relationships(kind: RelationshipType, from_party: Party, to_party: Party) -> QuerySet[Relationship]:
    """Relationships of one kind between the same two, whenever; of a symmetric kind in either direction."""
    found = _between(from_party, to_party)
    if kind.is_symmetric:
        found |= _between(to_party, from_party)
    return Relationship.objects.filter(found, type=kind).select_related("type", *PARTIES)


def _between(from_party: Party, to_party: Party) -> Q:
    return Q(**{f"from_{kind_of(from_party)}": from_party, f"to_{kind_of(to_party)}": to_party})


def kinds_for(party: Party) -> list[tuple[RelationshipType, bool]]:
    """Every way to begin a sentence with `party`: the kind, and whether the party stands on its first side."""
    kind = kind_of(party)
    found: list[tuple[RelationshipType, bool]] = []
    for each in RelationshipType.objects.all():
        found += [(each, True)] if fits(each.from_kind, kind) else []
        found += [(each, False)] if fits(each.to_kind, kind) and not each.is_symmetric else []
    return sorted(found, key=lambda item: (item[0].label if item[1] else item[0].reverse_label, item[0].pk))


def columns(party: Party, side: str) -> dict[str, Any]:
    """The column of a side (`from`, `to`) that holds this party."""
    return {f"{side}_{kind_of(party)}": party}
