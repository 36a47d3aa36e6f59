"""What becomes of every row of a table of delegates. Pure: reads no file and no database."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from crm.base.text import fold
from crm.people.models import Person
from crm.places.models import Area
from crm.places.rules import AreaShare, normalise_postcode
from meetings.lobbydays.errors import DayTimesError
from meetings.lobbydays.models import Delegate
from meetings.rosters.enums import Fate

WHOLE = 0.999
COMPARED = ("name", "area", "can_lead", "free_from", "free_until", "language")


@dataclass(frozen=True)
class Fault:
    """What is wrong with one cell, in the words of the file."""

    column: str
    value: str
    sentence: str


@dataclass(frozen=True)
class Draft:
    """One row as it was read: `cells` as they stand, `said` as they are understood, by the key of the column."""

    number: int
    cells: Mapping[str, str]
    said: Mapping[str, Any]
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Known:
    """What stands here already. People by address, areas by folded text, `languages` by the key of the person."""

    people: Mapping[str, Sequence[Person]]
    areas: Mapping[str, Sequence[Area]]
    postcodes: Mapping[str, Sequence[AreaShare]]
    delegates: Sequence[Delegate]
    languages: Mapping[int, str]
    language: str


@dataclass
class Row:
    """One row with what becomes of it. `values` are those of a new delegate."""

    draft: Draft
    fate: Fate = Fate.NEW
    values: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def judge(drafts: Iterable[Draft], known: Known, columns: Mapping[str, str]) -> list[Row]:
    """Every row with its fate, in the order of the file. `columns` are the headers by key."""
    judges = _Judge(known, columns)
    return [judges.row(draft) for draft in drafts]


def digest_of(rows: Iterable[Row]) -> str:
    """Says whether two looks at a table come to the same."""
    told = hashlib.sha256()
    for row in rows:
        values = {key: getattr(value, "pk", value) for key, value in sorted(row.values.items())}
        told.update(repr((row.draft.number, row.fate.value, values, row.notes)).encode())
    return told.hexdigest()


class _Judge:
    def __init__(self, known: Known, columns: Mapping[str, str]) -> None:
        self.known, self.columns = known, columns
        self.there: dict[Any, Delegate] = {}
        for each in known.delegates:
            self.there |= dict.fromkeys(_keys(each.email, each.person, each.name), each)
        self.named = {fold(each.name) for each in known.delegates}
        self.seen: dict[Any, Row] = {}

    def row(self, draft: Draft) -> Row:
        row = Row(draft, faults=list(draft.faults))
        said, person = draft.said, self.person(row)
        name = said["name"] or (person.name if person else "")
        if not name and not any(fault.column == self.columns.get("name") for fault in row.faults):
            self.fault(row, "name", _("This is empty; fill it in the file."))
        start, end = said["free_from"], said["free_until"]
        if start and end and end <= start:
            self.fault(row, "free_until", str(DayTimesError.sentence))
        language = said["language"] or (self.known.languages[person.pk] if person else self.known.language)
        row.values = {**said, "name": name, "person": person, "area": self.area(row), "language": language}
        for key in ("district", "postcode"):
            del row.values[key]
        self.settle(row)
        return row

    def fault(self, row: Row, key: str, sentence: str) -> None:
        row.faults.append(Fault(self.columns.get(key, key), row.draft.cells.get(key, ""), sentence))

    def person(self, row: Row) -> Person | None:
        found = self.known.people.get(row.draft.said["email"], ())
        if len(found) > 1:
            row.notes.append(_("Several people of ours have this address, so none was taken for this one."))
        return found[0] if len(found) == 1 else None

    def area(self, row: Row) -> Area | None:
        text, postcode = row.draft.said["district"], row.draft.said["postcode"]
        found = self.known.areas.get(fold(text), ()) if text else ()
        if len(found) > 1:
            names = ", ".join(area.identifier for area in found[:3])
            sentence = _("This means several districts. Write the division id, for example one of: %(names)s.")
            self.fault(row, "district", sentence % {"names": names})
        elif found:
            return found[0]
        elif text and not self.known.postcodes.get(normalise_postcode(text)):
            self.fault(row, "district", _("No district has this code or name. Correct it, or give a postcode instead."))
        elif text or postcode:
            return self.by_postcode(row, text or postcode)
        return None

    def by_postcode(self, row: Row, text: str) -> Area | None:
        shares = self.known.postcodes.get(normalise_postcode(text), ())
        if len(shares) == 1 and shares[0].share >= WHOLE:
            return shares[0].area
        if shares:
            row.notes.append(_("This postcode lies in several districts, so none was taken: write the district."))
        else:
            row.notes.append(_("No table of ours has this postcode, so no district was taken: write the district."))
        return None

    def settle(self, row: Row) -> None:
        """Whether this is somebody new, somebody of the day, or the same as an earlier row."""
        values = row.values
        if row.draft.cells.get("email", "").strip() and not values["email"]:
            row.fate = Fate.WRONG
            return
        keys = list(_keys(values["email"], values["person"], values["name"]))
        delegate = next((self.there[key] for key in keys if key in self.there), None)
        earlier = next((self.seen[key] for key in keys if key in self.seen), None)
        if delegate is not None:
            row.fate = Fate.THERE
            row.notes += _differences(row, delegate, self.columns)
            if delegate.left_at is not None:
                row.notes.append(_("It was noted that they cannot come."))
        elif earlier is not None and earlier.values == values:
            row.fate = Fate.REPEATED
            row.notes.append(_("The same as row %(number)s.") % {"number": earlier.draft.number})
        elif earlier is not None:
            sentence = _("Row %(number)s is about the same person and says something else; keep one of them.")
            self.fault(row, "email" if values["email"] else "name", sentence % {"number": earlier.draft.number})
        elif not values["email"] and fold(values["name"]) in self.named:
            sentence = _("Somebody of this name is in the delegation with an address; write the address in the file.")
            self.fault(row, "name", sentence)
        self.seen |= {key: row for key in keys if key not in self.seen}
        row.fate = Fate.WRONG if row.faults else row.fate


def _keys(email: str, person: Person | None, name: str) -> Iterator[Any]:
    """What somebody is known by on one day: the address and the person; the name only where there is neither."""
    if email:
        yield "email", email
    if person is not None:
        yield "person", person.pk
    if not email and person is None and name:
        yield "name", fold(name)


def _differences(row: Row, delegate: Delegate, columns: Mapping[str, str]) -> Iterator[str]:
    """Which columns of the file say something else than the entry that stays."""
    given = {"area": ("district", "postcode")}
    said = [key for key in COMPARED if any(row.draft.cells.get(each, "") for each in given.get(key, (key,)))]
    other = [key for key in said if row.values[key] != getattr(delegate, key)]
    headers = [columns.get(each, "") for key in other for each in given.get(key, (key,)) if columns.get(each)]
    if headers:
        sentence = _("The file says something else in: %(columns)s. Change the entry by hand if it is right.")
        yield sentence % {"columns": ", ".join(headers)}
