import random
from datetime import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.base.errors import ParleyError
from crm.imports.errors import SourceError
from meetings.rosters.errors import NoDelegateColumnsError
from meetings.rosters.resources import read_upload
from tests.meetings.rosters.tables import HEADER, csv_file, xlsx_file

JUNK = ("", " ", "x" * 600, "'", '"', "=1+1", "'=1+1", "\u202edrow", "25:00", "a@b", "A@X.EXAMPLE", "@", "No", "yes")
JUNK += ("<script>", "{{ 7*7 }}", "٣", "1", "9", "9am", "é" * 300, "fh-1", "en", "2025-13-40", "🙂", "-1", "0.375")


def said(upload, key: str) -> list:
    return [draft.said[key] for draft in read_upload(upload).drafts()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_encoding_reads_the_same(encoding: str) -> None:
    assert said(csv_file("Zoë Vale,zoe@home.example,,,yes,9,5 pm,es", encoding=encoding), "name") == ["Zoë Vale"]


def test_a_workbook_reads_as_a_csv_does() -> None:
    lines = ["Kim Vale,KIM@Home.example,FH-1,01234,yes,9:00,14:30,Spanish"]
    rows = [["Kim Vale", "KIM@Home.example", "FH-1", "01234", True, time(9), time(14, 30), "es"]]

    assert [draft.said for draft in read_upload(csv_file(*lines)).drafts()] == [
        {
            "name": "Kim Vale",
            "email": "kim@home.example",
            "district": "FH-1",
            "postcode": "01234",
            "can_lead": True,
            "free_from": time(9),
            "free_until": time(14, 30),
            "language": "es",
        }
    ]
    assert read_upload(xlsx_file(*rows)).drafts()[0].said == read_upload(csv_file(*lines)).drafts()[0].said


def test_headers_of_others_are_known_and_the_rest_is_named() -> None:
    sheet = read_upload(csv_file("Kim;Vale;k@home.example;L", header="First Name;Last Name;Correo;Shirt"))

    assert sheet.columns == {"given_name": "First Name", "family_name": "Last Name", "email": "Correo"}
    assert (sheet.left, sheet.drafts()[0].said["name"]) == (("Shirt",), "Kim Vale")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("9", time(9)),
        ("09:30:00", time(9, 30)),
        ("14.30", time(14, 30)),
        ("2:30 pm", time(14, 30)),
        ("12 a.m.", time(0)),
        ("12pm", time(12)),
    ],
)
def test_clocks_are_read_as_people_write_them(cell: str, expected: time) -> None:
    assert said(csv_file(f"Kim,,,,,{cell}"), "free_from") == [expected]


@pytest.mark.parametrize(
    ("line", "column", "value", "sentence"),
    [
        ("Kim,kim@", "E-mail", "kim@", "Enter an e-mail address like name@example.org."),
        ("Kim,,,,perhaps", "Can lead", "perhaps", "Write yes or no."),
        ("Kim,,,,,25:00", "Free from", "25:00", "Enter the time like 14:30."),
        ("Kim,,,,,13 pm", "Free from", "13 pm", "Enter the time like 14:30."),
        ("Kim,,,,,,,fr", "Language", "fr", "This is not one of the known values: en, es."),
        ("K" * 201, "Name", "K" * 200, "This is longer than 200 characters; shorten it."),
        (
            "Kim,,,,,,,,x",
            "",
            "",
            "This row has more cells than the header has columns, so they may have shifted; mend it.",
        ),
    ],
)
def test_a_wrong_cell_is_said_with_column_and_value(line: str, column: str, value: str, sentence: str) -> None:
    draft = read_upload(csv_file(line)).drafts()[0]

    assert [(fault.column, fault.value, fault.sentence) for fault in draft.faults] == [(column, value, sentence)]
    assert draft.number == 2


def test_formulas_stay_text() -> None:
    names = said(csv_file("=1+1", "'=2+2", "+49 Kim"), "name")

    assert names == ["=1+1", "=2+2", "+49 Kim"]
    assert said(xlsx_file(["=1+1", "kim@home.example"]), "name") == [""]


def test_a_table_without_names_says_which_columns_to_give() -> None:
    with pytest.raises(NoDelegateColumnsError):
        read_upload(csv_file("red,9", header="Colour,Size"))


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.pdf", "a.zip", "../../a.csv"])
@pytest.mark.parametrize("seed", range(8))
def test_what_is_no_table_gives_a_sentence(name: str, seed: int, tmp_path, settings) -> None:
    settings.IMPORTS_ROOT = tmp_path
    chance = random.Random(seed)
    start = chance.choice((b"", b"PK\x03\x04", b"\xff\xfe", b'name,"email\n'))
    upload = SimpleUploadedFile(name, start + chance.randbytes(400))

    with pytest.raises(ParleyError) as caught:
        read_upload(upload)

    assert str(caught.value.sentence).endswith(".")
    assert list(tmp_path.iterdir()) == []


def test_no_file_is_kept(tmp_path, settings) -> None:
    settings.IMPORTS_ROOT = tmp_path

    read_upload(csv_file("Kim"))
    with pytest.raises(SourceError):
        read_upload(csv_file('"Kim'))

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("seed", range(6))
def test_junk_is_read_or_refused_cell_by_cell(seed: int) -> None:
    chance = random.Random(seed)
    rows = [[chance.choice(JUNK) for _cell in HEADER.split(",")] for _row in range(25)]

    drafts = read_upload(xlsx_file(["Kim"], *rows)).drafts()

    assert all(fault.sentence.endswith(".") for draft in drafts for fault in draft.faults)
