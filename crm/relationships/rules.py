"""How a relationship reads, and which two may stand in it."""

from datetime import date

from django.db.models import Model
from django.utils.translation import gettext as _

from crm.base.dates import first_day, last_day
from crm.base.text import fold
from crm.people.models import Organization, Person
from crm.relationships.enums import PartyKind
from crm.relationships.models import Relationship, RelationshipType

Party = Person | Organization


def kind_of(party: Model) -> PartyKind:
    return PartyKind.PERSON if isinstance(party, Person) else PartyKind.ORGANIZATION


def fits(wanted: str, kind: PartyKind) -> bool:
    """Whether a side of a kind of relationship takes such a party."""
    return wanted in (PartyKind.ANY, kind)


def sentence(kind: RelationshipType, first: object, second: object, *, forward: bool = True) -> str:
    """“Ada Byron advises the Harbour Board.” Read backwards with `forward=False`: first and second change roles."""
    words = kind.label if forward else kind.reverse_label
    return _("%(first)s %(words)s %(second)s.") % {"first": first, "words": words, "second": second}


def sentence_of(row: Relationship, *, seen_from: Party | None = None) -> str:
    """The relationship in one sentence, beginning with `seen_from` where it is one of the two."""
    if seen_from is not None and seen_from == row.to_party:
        return sentence(row.type, row.to_party, row.from_party, forward=False)
    return sentence(row.type, row.from_party, row.to_party)


def overlap(start: str, end: str, other_start: str, other_end: str) -> bool:
    """Whether two intervals of partial dates share a day, taking each as wide as it can mean."""
    begins = [first_day(value) if value else date.min for value in (start, other_start)]
    ends = [last_day(value) if value else date.max for value in (end, other_end)]
    return max(begins) <= min(ends)


def same_words(one: str, other: str) -> bool:
    """Whether two labels would be mistaken for each other."""
    return fold(one) == fold(other)
