import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from crm.base.dates import is_current
from crm.places.models import Area, AreaOverlap

_ZIP_PLUS_FOUR = re.compile(r"^(\d{5})-?\d{4}$")
_SEPARATORS = re.compile(r"[\s.-]+")


def normalise_postcode(value: str) -> str:
    """One spelling per postcode: capitals, no spaces or hyphens, an American ZIP+4 cut to its five digits."""
    text = value.strip().upper()
    zip_code = _ZIP_PLUS_FOUR.match(text)
    return (zip_code[1] if zip_code else _SEPARATORS.sub("", text))[:12]


def shares_are_whole(shares: Iterable[Decimal]) -> bool:
    """Whether the shares of a split postcode are positive and add up to 1, rounding aside."""
    parts = list(shares)
    return all(part > 0 for part in parts) and abs(sum(parts, Decimal(-1))) <= Decimal("0.001")


@dataclass(frozen=True)
class AreaShare:
    """How much of something lies in an area, between 0 and 1."""

    area: Area
    share: Decimal


def is_valid_on(area: Area, on: date) -> bool:
    """Whether this generation of boundaries holds on a day."""
    return is_current(area.valid_from, area.valid_until, on)


def share_of(overlap: AreaOverlap) -> Decimal:
    """How much of the old area's people went to the new one; by surface where nobody counted people, else nothing."""
    if overlap.population_share is not None:
        return overlap.population_share
    return overlap.area_share or Decimal(0)
