"""Tables as spreadsheets write them: CSV and TSV in every spelling, XLSX within limits checked before it is opened.

Rows keep the number a spreadsheet shows beside them; the header is row 1 when it stands first.
"""

import csv
import hashlib
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from crm.imports.errors import SourceError
from crm.imports.json_yaml_csv import MAX_CELLS, MAX_ROWS, check_rows, named, read_bytes, read_text

MAX_UNPACKED = 20_000_000
MAX_RATIO = 100
DELIMITERS = (",", ";", "\t", "|")
SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx")
_SEP = re.compile(r"^sep=(.)\s*(?:\r\n|\r|\n)", re.IGNORECASE)
_ENTITY = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
# What reading a broken workbook raises; SyntaxError is a fault of the XML inside.
FAULTS = (
    InvalidFileException,
    zipfile.BadZipFile,
    SyntaxError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    OSError,
)
_EMPTY = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"})


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its number in the file, its cells in the order of the headers, and whether it had too few or many."""

    number: int
    cells: tuple[str, ...]
    given: int


@dataclass(frozen=True, slots=True)
class Table:
    """A header and the rows below it. No two headers are the same: the second `Phone` is `Phone (2)`."""

    headers: tuple[str, ...]
    lines: tuple[Line, ...]
    digest: str

    def samples(self, header: str, count: int = 3) -> list[str]:
        """The first different values below a header, to show beside it."""
        place = self.headers.index(header)
        values = (line.cells[place] for line in self.lines[:200])
        return list(dict.fromkeys(value for value in values if value.strip()))[:count]


def read_table(path: Path) -> Table:
    """Read a table. Raises `SourceError` with a sentence when it is none, is too large, or holds no rows."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        sentence = _("“%(file)s” is no table we can read; save it as .csv or .xlsx and try again.")
        raise SourceError(sentence % named(path))
    raw = read_bytes(path, MAX_UNPACKED)
    rows = _xlsx_rows(path, raw) if suffix == ".xlsx" else _text_rows(path, read_text(path, raw))
    return _table(path, rows, hashlib.sha256(path.name.encode() + b"\0" + raw).hexdigest())


def _table(path: Path, rows: Iterable[Sequence[str]], digest: str) -> Table:
    numbered = ((number, row) for number, row in enumerate(rows, start=1) if any(cell.strip() for cell in row))
    _first, header = next(numbered, (0, ()))
    names = [" ".join(name.split()) for name in header]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise SourceError(_("“%(file)s” has no header row; give every column a name in the first row.") % named(path))
    if len(names) > MAX_CELLS:
        raise SourceError(_("“%(file)s” has more than 200 columns; take away what is not needed.") % named(path))
    lines: list[Line] = []
    for number, row in numbered:
        lines.append(_line(number, row, len(names)))
        check_rows(path, len(lines))
    if not lines:
        raise SourceError(_("“%(file)s” holds a header and no rows; export it again.") % named(path))
    return Table(_distinct(names), tuple(lines), digest)


def _line(number: int, row: Sequence[str], width: int) -> Line:
    """The row cut or filled to the header's width; empty cells beyond it do not count."""
    given = len(row)
    while given > width and not row[given - 1].strip():
        given -= 1
    return Line(number, (*row[:width], *[""] * (width - len(row))), given)


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    seen = Counter[str]()
    found = []
    for place, name in enumerate(names, start=1):
        name = name or _("Column %(number)s") % {"number": place}
        seen[name] += 1
        found.append(f"{name} ({seen[name]})" if seen[name] > 1 else name)
    return tuple(found)


def _text_rows(path: Path, text: str) -> Iterator[list[str]]:
    said = _SEP.match(text)
    delimiter = said[1] if said else _delimiter(text)
    text = text[said.end() :] if said else text
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        yield from reader
    except csv.Error as error:
        sentence = _("“%(file)s” has a quotation mark too many or too few near line %(line)s; mend that line.")
        raise SourceError(sentence % {"file": path.name, "line": reader.line_num}) from error


def _delimiter(text: str) -> str:
    """What stands between the names of the header, outside quotes."""
    first = next((line for line in re.split(r"\r\n|\r|\n", text) if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", first)
    return max(DELIMITERS, key=bare.count)


def _xlsx_rows(path: Path, raw: bytes) -> Iterator[list[str]]:
    _check_archive(path, raw)
    try:
        book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True, keep_links=False)
        try:
            for sheet in book.worksheets:
                sheet.reset_dimensions()
                found = sheet.iter_rows(max_row=MAX_ROWS + 2, max_col=MAX_CELLS + 1, values_only=True)
                rows = [[_cell(value) for value in row] for row in found]
                if any(any(row) for row in rows):
                    yield from rows
                    return
        finally:
            book.close()
    except FAULTS as error:
        raise SourceError(_no_workbook(path)) from error


def _no_workbook(path: Path) -> str:
    return _("“%(file)s” is no Excel workbook we can read; save it anew as .xlsx or .csv.") % named(path)


def _check_archive(path: Path, raw: bytes) -> None:
    """Refuse what unpacks to more than it should, before anything reads it. Sizes are counted, not believed."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            declared = sum(entry.file_size for entry in archive.infolist())
            if declared > min(MAX_UNPACKED, MAX_RATIO * len(raw)):
                raise SourceError(_too_large(path))
            left = MAX_UNPACKED
            for entry in archive.infolist():
                with archive.open(entry) as part:
                    content = part.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise SourceError(_too_large(path))
                if entry.filename.lower().endswith((".xml", ".rels")) and _ENTITY.search(content):
                    raise SourceError(_no_workbook(path))
    except (zipfile.BadZipFile, RuntimeError, OSError, EOFError, ValueError) as error:
        raise SourceError(_no_workbook(path)) from error


def _too_large(path: Path) -> str:
    return _("“%(file)s” unpacks to more than a list of people can be; save the sheet as .csv.") % named(path)


def _cell(value: Any) -> str:
    """A cell as text. Excel keeps every number as a fraction and every date with a time."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    text = str(value)
    if "\0" in text:
        text = text.replace("\0", "")
    return "" if text in _EMPTY else text
