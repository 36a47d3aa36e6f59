"""Every model that holds personal data says so here: the path to the person, the fields, what erasure does."""

from dataclasses import dataclass
from enum import StrEnum


class Erase(StrEnum):
    DELETE = "delete"
    BLANK = "blank"
    PSEUDONYMISE = "pseudonymise"
    KEEP = "keep"


@dataclass(frozen=True)
class PersonalData:
    """`path` leads from a row to its person or mailbox; `reason` is required where erasure keeps the row."""

    label: str
    path: str
    fields: tuple[str, ...]
    erase: Erase
    reason: str = ""


_registered: dict[str, PersonalData] = {}


def register(label: str, *, path: str, fields: tuple[str, ...], erase: Erase, reason: str = "") -> None:
    """Declare one model. A second call with the same label replaces the first."""
    if erase is Erase.KEEP and not reason:
        raise ValueError(f"Say why erasing a person keeps rows of {label}.")
    _registered[label.lower()] = PersonalData(label.lower(), path, fields, erase, reason)


def registered() -> dict[str, PersonalData]:
    """Every declaration by model label."""
    return dict(_registered)
