"""How alike two people are: at most five weighted fields, as CiviCRM weighs them, on a scale from 0 to 100."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from crm.base.text import fold
from crm.duplicates.enums import Reason

PERSON_FIELDS = (
    *("name", "honorific_prefix", "given_name", "additional_name", "family_name", "honorific_suffix", "sort_name"),
    *("gender", "birth_date", "language", "category", "level", "visibility", "owner", "team", "summary"),
)
BODY_FIELDS = ("name", "classification", "parent", "area", "level", "founding_date", "dissolution_date", "description")
WEIGHTS = {Reason.EMAIL: 55, Reason.PHONE: 30, Reason.BIRTH_DATE: 25, Reason.BODY: 15}
NAME_WEIGHT = 45
OTHER_BIRTH_DATE = -40
ALIKE = 84
POSSIBLE = 45
LIKELY = 70


@dataclass(slots=True)
class Traits:
    """What two people are compared by."""

    name: str
    emails: set[str] = field(default_factory=set)
    phones: set[str] = field(default_factory=set)
    birth_date: str = ""
    bodies: set[int] = field(default_factory=set)


@dataclass(slots=True)
class Likeness:
    score: int
    reasons: list[Reason]


def likeness(one: Traits, other: Traits) -> Likeness:
    """How alike two people are, and why."""
    reasons = [reason for reason, same in _shared(one, other) if same]
    score = sum(WEIGHTS[reason] for reason in reasons)
    ratio = name_likeness(one.name, other.name)
    if ratio >= ALIKE:
        score += round(NAME_WEIGHT * ratio / 100)
        reasons.append(Reason.NAME)
    if one.birth_date and other.birth_date and not _same_date(one.birth_date, other.birth_date):
        score += OTHER_BIRTH_DATE
        reasons.append(Reason.OTHER_BIRTH_DATE)
    return Likeness(max(0, min(100, score)), sorted(reasons))


def _shared(one: Traits, other: Traits) -> Iterable[tuple[Reason, bool]]:
    yield Reason.EMAIL, bool(one.emails & other.emails)
    yield Reason.PHONE, bool(one.phones & other.phones)
    yield Reason.BIRTH_DATE, bool(one.birth_date) and one.birth_date == other.birth_date
    yield Reason.BODY, bool(one.bodies & other.bodies)


def _same_date(one: str, other: str) -> bool:
    """Whether two partial dates can mean the same day."""
    length = min(len(one), len(other))
    return one[:length] == other[:length]


def name_likeness(one: str, other: str) -> float:
    """0 to 100, whatever the order of the names, case and accents."""
    return float(fuzz.token_sort_ratio(fold(one), fold(other)))


def blocks_of(name: str) -> set[str]:
    """What two names that mean one person nearly always share: the first letters of one of their words."""
    words = [word for word in fold(name).replace("-", " ").split() if len(word) > 2]
    return {f"{a[:3]} {b[:3]}" for a in words for b in words if a < b} or {word[:4] for word in words}


def plain_phone(number: str) -> str:
    """The last nine digits, which survive country codes and leading zeros; empty for less than seven digits."""
    digits = "".join(sign for sign in number if sign.isdigit())
    return digits[-9:] if len(digits) >= 7 else ""
