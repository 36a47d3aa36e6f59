"""When a contact is recent, and when a tie has gone quiet."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from crm.people.models import Organization, Person
from crm.relationships.models import Relationship

RECENT = timedelta(days=90)
QUIET = 60
"""Days without contact after which a strong tie is worth a call."""
STRONG = 4


@dataclass
class Coverage:
    """How many of a body we were in touch with lately, earlier or never, and who of ours knows some of them."""

    body: Organization
    recent: int = 0
    earlier: int = 0
    never: int = 0
    known: int = 0
    knowing: list[Person] = field(default_factory=list)

    @property
    def members(self) -> int:
        return self.recent + self.earlier + self.never

    def count(self, last: datetime | None, at: datetime) -> None:
        """Add one member by when we were last in touch."""
        if last is None:
            self.never += 1
        elif at - last <= RECENT:
            self.recent += 1
        else:
            self.earlier += 1


@dataclass(frozen=True)
class QuietTie:
    """A strong tie of one of ours nobody kept warm."""

    ours: Person
    other: Person
    row: Relationship
    last: datetime | None
