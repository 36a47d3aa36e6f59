"""Who of the delegation may be named, and who lives where: pure decisions."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from crm.places.models import Area
from crm.places.rules import AreaShare
from meetings.attendees.enums import Residence
from meetings.scheduling.enums import AttendeeRole
from meetings.scheduling.models import Attendee

WANTED = (AttendeeRole.LEAD, AttendeeRole.NOTE_TAKER)
"""Every delegation should have one of each."""


def may_be_named(attendee: Attendee) -> bool:
    """Whether the office may read the name: of constituents only with their consent."""
    return attendee.role != AttendeeRole.CONSTITUENT or attendee.named_to_office_at is not None


def missing_roles(people: Iterable[Attendee]) -> list[AttendeeRole]:
    """Roles nobody has yet though every delegation needs them."""
    taken = {each.role for each in people}
    return [role for role in WANTED if role not in taken]


def residence(shares: Sequence[AreaShare], district: Area | None) -> Residence:
    """Whether somebody lives in a district. A postcode that is split across its border tells nothing: nobody guesses.

    `elsewhere` needs an area of the same kind that is another one.
    """
    if district is None or not shares:
        return Residence.UNKNOWN
    inside = sum((each.share for each in shares if district in _chain(each.area)), Decimal(0))
    if inside >= Decimal("0.999"):
        return Residence.DISTRICT
    compared = [each for each in shares if any(a.classification == district.classification for a in _chain(each.area))]
    return Residence.ELSEWHERE if not inside and len(compared) == len(shares) else Residence.UNKNOWN


def _chain(area: Area) -> Iterator[Area]:
    found: Area | None = area
    while found is not None:
        yield found
        found = found.parent
