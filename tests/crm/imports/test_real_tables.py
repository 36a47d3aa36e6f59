"""The exports of seven programs and every awkward file, as they really are."""

import csv
import json
import random
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import models

from crm.base.errors import ParleyError
from crm.base.text import safe_cell
from crm.consent.enums import Purpose
from crm.consent.queries import suppressed_among
from crm.imports.csv_columns import kind_of
from crm.imports.models import ImportBatch, ImportRow
from crm.imports.spreadsheet import read_table
from crm.people.models import ContactDetail, Identifier, Membership, Organization, Person
from crm.tags.models import Tagging
from crm.tags.resources import TaggedPersonResource
from tests.crm.imports.steps import dump
from tests.crm.imports.tables import bring, changed, said

MEMORY = 512 * 1024 * 1024
SECONDS = 30


def exports(shared_data: Path) -> list[Path]:
    return sorted((shared_data / "crm-exports").glob("*.csv"))


def expected(shared_data: Path, folder: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((shared_data / folder / "EXPECTED.json").read_text())
    return found


def test_every_export_is_known_by_its_columns_alone(shared_data: Path) -> None:
    found = {path.stem: getattr(kind_of(read_table(path).headers), "name", "") for path in exports(shared_data)}

    assert found == {
        "actionnetwork-report": "actionnetwork",
        "civicrm-primary-fields": "civicrm",
        "google-contacts-2024": "google",
        "google-contacts-legacy": "google-legacy",
        "mailchimp-audience": "mailchimp",
        "nationbuilder-people": "nationbuilder",
        "outlook-contacts": "outlook",
    }


def rows_and_addresses(path: Path) -> tuple[int, int, int]:
    table = read_table(path)
    report, _batch = bring(path)
    return len(table.lines), len(table.headers), report["totals"]["person"]


@pytest.mark.django_db
def test_each_export_holds_what_it_should(shared_data: Path) -> None:
    wanted = expected(shared_data, "crm-exports")

    for path in exports(shared_data):
        counts = wanted[path.stem]
        assert rows_and_addresses(path) == (counts["rows"], counts["columns"], counts["distinct_emails"])


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 9))])
def test_seven_exports_in_any_order_are_forty_people(shared_data: Path, seed: int) -> None:
    wanted = expected(shared_data, "crm-exports")["_all_files_in_any_order"]
    files = exports(shared_data)
    random.Random(seed).shuffle(files)

    reports = [bring(path)[0] for path in files]
    first = dump()
    again = [bring(path)[0]["rows"] for path in files]

    assert (Person.objects.count(), wanted["people_in_pool"]) == (40, 40)
    assert (again, dump()) == ([[]] * 7, first)
    assert [said(report) for report in reports] == [[]] * 7
    addresses = list(ContactDetail.objects.filter(type="email").values_list("value", flat=True))
    assert sorted(suppressed_among(addresses, Purpose.UPDATES)) == wanted["never_mail"]


@pytest.mark.django_db
def test_forty_people_go_out_and_come_in_again(shared_data: Path, tmp_path: Path) -> None:
    for path in exports(shared_data):
        bring(path)
    rows = TaggedPersonResource().export(Person.objects.order_by("id"))
    path = tmp_path / "export.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([safe_cell(cell) for cell in row] for row in [rows.headers, *rows])
    here = bring(path)[0]

    known = set(Person.objects.values_list("public_id", "name", "sort_name"))
    _empty_people()
    bring(path)

    assert changed(here) == []
    assert set(Person.objects.values_list("public_id", "name", "sort_name")) == known
    again = TaggedPersonResource().export(Person.objects.order_by("public_id"))
    before = sorted(rows.dict, key=lambda row: row["Parley ID"])
    assert [_told(row) for row in again.dict] == [_told(row) for row in before]


def _empty_people() -> None:
    for model in (ImportRow, ImportBatch, Tagging, Membership, Identifier, ContactDetail, Person, Organization):
        models.QuerySet(model).all()._raw_delete(model._default_manager.db)


def _told(row: dict[str, str]) -> dict[str, Any]:
    """A row with several values in one cell in any order."""
    return {name: sorted(cell.split("; ")) for name, cell in row.items()}


def report_of(path: Path) -> dict[str, Any]:
    try:
        return bring(path)[0]
    except ParleyError as refusal:
        return {"refusal": str(refusal.sentence), "rows": []}


def told_rows(report: dict[str, Any]) -> list[int]:
    return sorted({int(where.removeprefix("row ")) for where, _column, _sentence in said(report)})


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    [
        *("bom-utf8", "semicolon-cp1252", "quoted-newlines", "ragged", "duplicate-ids", "formula-cells"),
        *("markup-in-names", "partial-dates", "empty", "header-only", "not-a-csv"),
    ],
)
def test_awkward_table_gives_what_it_should(shared_data: Path, name: str) -> None:
    wanted = expected(shared_data, "dirty")[f"{name}.csv"]

    report = report_of(shared_data / "dirty" / f"{name}.csv")

    people = {p.identifiers.get().identifier: p for p in Person.objects.all()}
    ok_rows = 2 if name == "ragged" else wanted.get("ok_rows", wanted.get("people"))
    assert len(people) == ok_rows
    assert told_rows(report) == wanted.get("rows_to_report", wanted.get("rows_to_warn", []))
    assert ("refusal" in report) == (ok_rows == 0)
    if "names" in wanted:
        assert [people[key].name for key in sorted(people)] == wanted["names"]
    if name == "partial-dates":
        births = wanted["birth"] | {"D006": "1958-10-13"}
        assert {key: found.birth_date or None for key, found in people.items()} == births
    if name == "formula-cells":
        phones = ContactDetail.objects.filter(person=people["D002"], type="voice")
        assert list(phones.values_list("value", flat=True)) == [wanted["phone_D002"]]
        assert people["D001"].name == '=HYPERLINK("http://evil.example","x")'


SCRIPT = """
import os, sys, django
os.environ["DJANGO_SETTINGS_MODULE"] = "campaigns_site.settings.test"
django.setup()
from pathlib import Path
from crm.base.errors import ParleyError
from crm.imports.registry import read_source
for path in map(Path, sys.argv[1:]):
    try:
        batch = read_source(path, profile="csv")
        print(path.name, len(batch.records), len(batch.problems))
    except ParleyError as refusal:
        print(path.name, refusal.sentence)
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM:")))
"""


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


@pytest.mark.slow
def test_every_awkward_file_is_read_within_memory_and_time(shared_data: Path) -> None:
    files = sorted(map(str, (shared_data / "dirty").iterdir()))

    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *files],
        capture_output=True,
        check=True,
        cwd=settings.BASE_DIR,
        preexec_fn=limited,
        text=True,
    )

    *answers, memory = done.stdout.splitlines()
    assert [answer.split()[0] for answer in answers] == [Path(file).name for file in files]
    assert int(memory) * 1024 < MEMORY
