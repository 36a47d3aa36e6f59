"""Any table, however it was written; nothing that is too large, and never a shifted row."""

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from crm.imports.errors import SourceError
from crm.imports.spreadsheet import MAX_ROWS, read_table

ROWS = [["full_name", "city"], ["Zoë Ñandú", "Hà, Nội"], ["Ann", "São Tomé"]]


def written(separator: str = ",", end: str = "\r\n") -> str:
    return end.join(separator.join(f'"{cell}"' if separator in cell else cell for cell in row) for row in ROWS) + end


def rows_of(path: Path) -> list[list[str]]:
    table = read_table(path)
    return [list(table.headers), *(list(line.cells) for line in table.lines)]


def refusal(path: Path) -> str:
    with pytest.raises(SourceError) as caught:
        read_table(path)
    return str(caught.value.sentence)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_encoding_reads_the_same(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(written().encode(encoding))

    assert rows_of(path) == ROWS


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_every_separator_and_line_end_reads_the_same(tmp_path: Path, separator: str, end: str) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(written(separator, end).encode())

    assert rows_of(path) == ROWS


def test_western_excel_is_read(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes("sep=;\r\nname;city\r\nFrançois d’Arc;Zürich\r\n".encode("cp1252"))

    assert rows_of(path) == [["name", "city"], ["François d’Arc", "Zürich"]]


def test_rows_keep_the_number_a_spreadsheet_shows(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(b'name,notes\n\nAnn,"two\nlines"\n , \nBea,\n')

    table = read_table(path)

    assert [(line.number, line.cells) for line in table.lines] == [(3, ("Ann", "two\nlines")), (5, ("Bea", ""))]


def test_short_and_long_rows_are_told_apart_and_never_shift(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(b"name,email,phone\nAnn\nBea,b@x.example,1,2\nCleo,c@x.example,3,,\n")

    table = read_table(path)

    assert [(line.cells, line.given) for line in table.lines] == [
        (("Ann", "", ""), 1),
        (("Bea", "b@x.example", "1"), 4),
        (("Cleo", "c@x.example", "3"), 3),
    ]


def test_columns_of_one_name_stay_apart(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(b"Phone,Phone,,Name\n1,2,3,Ann\n")

    assert rows_of(path)[0] == ["Phone", "Phone (2)", "Column 3", "Name"]


def test_samples_are_the_first_different_values(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(b"name,city\na,Ys\nb,\nc,Ys\nd,Is\n")

    assert read_table(path).samples("city") == ["Ys", "Is"]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.csv", b"", "“a.csv” is empty; export it again."),
        ("a.csv", b"name,email\n", "“a.csv” holds a header and no rows; export it again."),
        ("a.csv", b",,\n,,\n", "“a.csv” has no header row; give every column a name in the first row."),
        ("a.csv", b"name\n\x00Ann\n", "“a.csv” is not a text file; export it as JSON, YAML or CSV and try again."),
        (
            "a.csv",
            b'name,email\n"Ann,a@x.example\n',
            "“a.csv” has a quotation mark too many or too few near line 2; mend that line.",
        ),
        ("a.csv", b"c," * 201 + b"c\n1\n", "“a.csv” has more than 200 columns; take away what is not needed."),
        ("a.ods", b"PK", "“a.ods” is no table we can read; save it as .csv or .xlsx and try again."),
        ("a.xlsx", b"name,email\n", "“a.xlsx” is no Excel workbook we can read; save it anew as .xlsx or .csv."),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, name: str, content: bytes, sentence: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    assert refusal(path) == sentence


def test_too_many_rows_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(b"n\n" + b"1\n" * (MAX_ROWS + 1))

    assert refusal(path) == "“people.csv” has more than 50,000 rows; split it and import the parts."


def workbook(path: Path) -> Path:
    book = Workbook()
    sheet = book.create_sheet("People")
    for row in (["name", "born", "zip", "opted", "x"], ["Ann", date(1975, 6, 1), 5602, True, "#N/A"]):
        sheet.append(row)
    book.save(path)
    return path


def test_workbook_is_read_from_the_first_sheet_with_rows(tmp_path: Path) -> None:
    assert rows_of(workbook(tmp_path / "people.xlsx")) == [
        ["name", "born", "zip", "opted", "x"],
        ["Ann", "1975-06-01", "5602", "true", ""],
    ]


def packed(path: Path, name: str, content: bytes) -> Path:
    """A workbook with one part more."""
    with zipfile.ZipFile(workbook(path), "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return path


def test_bomb_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    path = packed(tmp_path / "people.xlsx", "xl/worksheets/sheet9.xml", b" " * 19_000_000)

    assert path.stat().st_size < 60_000
    assert refusal(path) == "“people.xlsx” unpacks to more than a list of people can be; save the sheet as .csv."


def test_workbook_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "people.xlsx", "xl/media/a.bin", b"\0" * 3_000_000)
    raw = path.read_bytes().replace((3_000_000).to_bytes(4, "little"), (3).to_bytes(4, "little"))
    path.write_bytes(raw)

    assert refusal(path).startswith("“people.xlsx” ")


def test_workbook_with_entities_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "people.xlsx", "xl/x.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')

    assert refusal(path) == "“people.xlsx” is no Excel workbook we can read; save it anew as .xlsx or .csv."


def test_broken_workbook_is_refused(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "whole.xlsx").read_bytes()
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    path = tmp_path / "people.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content[: len(content) // 2] if name.endswith("sheet2.xml") else content)

    assert refusal(path) == "“people.xlsx” is no Excel workbook we can read; save it anew as .xlsx or .csv."
