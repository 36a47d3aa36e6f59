import re
from collections.abc import Iterable
from decimal import Decimal

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
