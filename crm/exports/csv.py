"""A table as CSV (RFC 4180) that no spreadsheet program takes for formulas."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from crm.base.text import safe_cell


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write row by row. The mark at the start tells Excel that it is UTF-8."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([safe_cell(cell) for cell in header])
        writer.writerows([safe_cell(cell) for cell in row] for row in rows)
