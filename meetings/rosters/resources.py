"""A table of delegates: what its columns may be called, and how a cell is read.

The reader is that of every import: the same formats, encodings, limits and words.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export.widgets import Widget

from crm.base.email import normalise_email
from crm.base.text import fold, one_line, plain_cell
from crm.batches.zip import delete_folder, source_path, store_uploads
from crm.imports.csv_columns import FIELDS, NO, YES, guess_among
from crm.imports.spreadsheet import read_table
from crm.people.resources import CellError, Column, TextWidget, header_key, read_cell
from meetings.rosters.errors import NoDelegateColumnsError
from meetings.rosters.rules import Draft, Fault

_CLOCK = re.compile(r"(\d{1,2})(?:[:.h](\d{2})(?::\d{2}(?:\.0+)?)?)?\s*([ap])?\.?(?:m\.?)?", re.IGNORECASE)


class AddressWidget(Widget):
    """One mail address."""

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str:
        try:
            return normalise_email(one_line(plain_cell(value))).lower()
        except ValidationError as error:
            raise CellError(error.messages[0], "") from error


class YesNoWidget(Widget):
    def clean(self, value: str, row: Any = None, **kwargs: Any) -> bool:
        word = header_key(value)
        if word not in YES | NO:
            raise CellError(_("Write yes or no."), False)
        return word in YES


class ClockWidget(Widget):
    """A time of the day as clocks, spreadsheets and people write it: 14:30, 14.30, 14:30:00, 2:30 pm."""

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> time:
        found = _CLOCK.fullmatch(one_line(value))
        try:
            if found is None:
                raise ValueError(value)
            hour, half = int(found[1]), (found[3] or "").lower()
            if half and not 1 <= hour <= 12:
                raise ValueError(value)
            return time(hour % 12 + 12 * (half == "p") if half else hour, int(found[2] or 0))
        except ValueError as error:
            raise CellError(_("Enter the time like 14:30.")) from error


class LanguageWidget(Widget):
    """A language we write mails in, by its code or its name."""

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str:
        known = {"ingles": "en", "espanol": "es"}
        for code, name in settings.LANGUAGES:
            known |= {code: code, fold(str(name)): code}
        word = fold(value)
        if word not in known:
            codes = ", ".join(code for code, _name in settings.LANGUAGES)
            raise CellError(_("This is not one of the known values: %(codes)s.") % {"codes": codes}, "")
        return known[word]


def _like(key: str, name: str, others: str, widget: Widget) -> Column:
    """A column known by the names it has in every import, and by some more."""
    return Column(name, "|".join([others, *sorted(FIELDS[key].headers)]), widget=widget)


COLUMNS: dict[str, Column] = {
    "name": _like("name", "Name", "delegate|participant|nombre", TextWidget(200)),
    "given_name": _like("given_name", "Given name", "nombre de pila", TextWidget(200)),
    "family_name": _like("family_name", "Family name", "apellido", TextWidget(200)),
    "email": _like("email", "E-mail", "correo electronico", AddressWidget()),
    "district": _like(
        "district", "District", "district code|home district|division|division id|distrito", TextWidget(200)
    ),
    "postcode": _like("postcode", "Postcode", "home postcode|codigo postal", TextWidget(20)),
    "can_lead": Column("Can lead", "lead|leads|leader|team lead|can lead a team|puede dirigir", widget=YesNoWidget()),
    "free_from": Column("Free from", "from|available from|can come from|arrives|desde", widget=ClockWidget()),
    "free_until": Column(
        "Free until", "until|to|free to|available until|can stay until|leaves|hasta", widget=ClockWidget()
    ),
    "language": _like("language", "Language", "idioma", LanguageWidget()),
}
TEXTS = ("name", "given_name", "family_name", "email", "district", "postcode", "language")


@dataclass(frozen=True)
class Sheet:
    """A table as it was handed in: the headers we know by key, the rows with their numbers, what was left out."""

    columns: dict[str, str]
    rows: list[tuple[int, tuple[str, ...]]]
    shifted: frozenset[int] = frozenset()
    left: tuple[str, ...] = ()

    def drafts(self) -> list[Draft]:
        return [self.draft(number, cells) for number, cells in self.rows]

    def draft(self, number: int, cells: Sequence[str]) -> Draft:
        """One row, read cell by cell, with everything that is wrong with it."""
        kept = dict(zip(self.columns, cells, strict=True))
        said: dict[str, Any] = {key: "" if key in TEXTS else None for key in COLUMNS} | {"can_lead": False}
        faults = list(self._shifted(number))
        for key, cell in kept.items():
            value, sentence = read_cell(COLUMNS[key], cell)
            said[key] = said[key] if value is None else value
            if sentence:
                faults.append(Fault(self.columns[key], cell[:200], sentence))
        parts = (said.pop("given_name"), said.pop("family_name"))
        said["name"] = said["name"] or one_line(" ".join(parts), limit=200)
        return Draft(number, {key: cell[:200] for key, cell in kept.items()}, said, tuple(faults))

    def _shifted(self, number: int) -> Iterator[Fault]:
        if number in self.shifted:
            sentence = _("This row has more cells than the header has columns, so they may have shifted; mend it.")
            yield Fault("", "", sentence)


def read_upload(upload: Any) -> Sheet:
    """The table in a file that was handed in; the file itself is not kept. Raises SourceError, NoDelegateColumnsError.

    Columns nobody knows are left out and named in `left`.
    """
    root = Path(settings.IMPORTS_ROOT)
    folder, _digest = store_uploads([upload], root)
    try:
        table = read_table(source_path(root / folder))
    finally:
        delete_folder(root / folder)
    guessed = guess_among(COLUMNS, table.headers)
    columns = {key: header for header, key in guessed.items() if key}
    if not columns.keys() & {"name", "given_name", "family_name", "email"}:
        raise NoDelegateColumnsError
    places = [table.headers.index(header) for header in columns.values()]
    return Sheet(
        columns,
        [(line.number, tuple(line.cells[place] for place in places)) for line in table.lines],
        frozenset(line.number for line in table.lines if line.given > len(table.headers)),
        tuple(header for header, key in guessed.items() if not key and table.samples(header)),
    )
