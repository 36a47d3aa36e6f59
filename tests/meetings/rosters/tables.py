"""Small tables of delegates as files to hand in."""

import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

HEADER = "Name,E-mail,District,Postcode,Can lead,Free from,Free until,Language"


def csv_file(*lines: str, header: str = HEADER, encoding: str = "utf-8", name: str = "delegates.csv") -> Any:
    return SimpleUploadedFile(name, "\n".join((header, *lines, "")).encode(encoding))


def xlsx_file(*rows: list[Any], header: str = HEADER) -> Any:
    book, kept = Workbook(), io.BytesIO()
    for row in (header.split(","), *rows):
        book.active.append(row)  # type: ignore[union-attr]
    book.save(kept)
    return SimpleUploadedFile("delegates.xlsx", kept.getvalue())
