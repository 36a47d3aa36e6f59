"""A table as XLSX (ECMA-376) whose cells are all typed as text."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

CELL_LIMIT = 32_767


def write_xlsx(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write row by row; a text that looks like a formula stays a text, because its cell says so."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Parley")
    sheet.freeze_panes = "A2"
    sheet.append([_text(sheet, cell, bold=True) for cell in header])
    for row in rows:
        sheet.append([_text(sheet, cell) for cell in row])
    book.save(path)


def _text(sheet: Any, value: str, *, bold: bool = False) -> Any:
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value)[:CELL_LIMIT])
    cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    return cell
