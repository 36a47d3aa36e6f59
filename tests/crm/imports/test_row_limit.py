"""No import takes more than 50,000 rows, whatever the format; each says so with the same sentence."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crm.imports.errors import TooManyRowsError
from crm.imports.json_yaml_csv import MAX_ROWS
from crm.imports.registry import read_source

TOO_MANY = MAX_ROWS + 1


def popolo(folder: Path) -> tuple[Path, str]:
    rows = [{"id": f"p{number}", "name": "Ada"} for number in range(TOO_MANY - 1)]
    path = folder / "council.json"
    path.write_text(json.dumps({"persons": rows, "organizations": [{"id": "o", "name": "Council"}]}))
    return path, "popolo"


def popolo_inside_each_other(folder: Path) -> tuple[Path, str]:
    held = [{"organization_id": "o"}] * MAX_ROWS
    path = folder / "council.json"
    path.write_text(json.dumps({"persons": [{"id": "p", "name": "Ada", "memberships": held}]}))
    return path, "popolo"


def popolo_in_files(folder: Path) -> tuple[Path, str]:
    path = folder / "council"
    path.mkdir()
    for name in ("persons", "organizations"):
        rows = [{"id": f"{name}{number}", "name": "Ada"} for number in range(MAX_ROWS // 2 + 1)]
        (path / f"{name}.json").write_text(json.dumps(rows))
    return path, "popolo"


def congress(folder: Path) -> tuple[Path, str]:
    path = folder / "legislators-current.json"
    path.write_text(json.dumps([{"id": {"bioguide": f"A{number}"}} for number in range(TOO_MANY)]))
    return path, "us-congress"


def towns_in_yaml(folder: Path) -> tuple[Path, str]:
    path = folder / "municipalities.yml"
    path.write_text("".join(f"- id: t{number}\n" for number in range(TOO_MANY)))
    return path, "openstates"


def divisions(folder: Path) -> tuple[Path, str]:
    path = folder / "country-zz.csv"
    path.write_text("id,name\n" + "".join(f"ocd-division/country:zz/t:{n},T\n" for n in range(TOO_MANY)))
    return path, "ocd-divisions"


def postcodes(folder: Path) -> tuple[Path, str]:
    path = folder / "zips.csv"
    path.write_text("postcode,area\n" + "".join(f"{number},A\n" for number in range(TOO_MANY)))
    return path, "postcodes"


def figures(folder: Path) -> tuple[Path, str]:
    path = folder / "gdp.csv"
    path.write_text("Country Name,Country Code,Year,Value\n" + "Fairland,FRL,1990,1\n" * TOO_MANY)
    return path, "reference"


def table(folder: Path) -> tuple[Path, str]:
    path = folder / "people.csv"
    path.write_text("Name,Email\n" + "Ada,ada@example.org\n" * TOO_MANY)
    return path, "csv"


SOURCES = [
    popolo,
    popolo_inside_each_other,
    popolo_in_files,
    congress,
    towns_in_yaml,
    divisions,
    postcodes,
    figures,
    table,
]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.__name__)
def test_more_rows_than_one_import_takes_are_no_import(
    tmp_path: Path, source: Callable[[Path], tuple[Path, str]]
) -> None:
    path, profile = source(tmp_path)

    with pytest.raises(TooManyRowsError) as refusal:
        read_source(path, profile=profile)

    said = f"“{path.name}” has more than 50,000 rows; split it and import the parts."
    assert str(refusal.value.sentence) == said


@pytest.fixture
def three_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm.imports.json_yaml_csv.MAX_ROWS", 3)


def trees(folder: Path, count: int) -> list[Path]:
    """A folder with so many Open States files, and a zip of it."""
    path, packed = folder / "vt", folder / "vt.zip"
    path.mkdir()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(count):
            content = f"id: ocd-person/{number}\nname: Ada\nlinks:\n" + "- url: https://example.org\n" * 9
            (path / f"{number}.yml").write_text(content)
            archive.writestr(f"vt/{number}.yml", content)
    return [path, packed]


def read_tree(path: Path) -> Any:
    return read_source(path, profile="openstates")


def test_a_tree_of_more_files_is_refused_and_one_of_as_many_is_read(tmp_path: Path, three_rows: None) -> None:
    for name, count in (("many", 4), ("few", 3)):
        (tmp_path / name).mkdir()
        for path in trees(tmp_path / name, count):
            if count == 3:
                assert {record.ref for record in read_tree(path).records} >= {f"ocd-person/{n}" for n in range(3)}
                continue
            with pytest.raises(TooManyRowsError) as refusal:
                read_tree(path)
            assert str(refusal.value.sentence).startswith(f"“{path.name}” has more than")


def test_lists_in_the_files_of_a_tree_count_too(tmp_path: Path, three_rows: None) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yml").write_text("- id: one\n- id: two\n")

    with pytest.raises(TooManyRowsError):
        read_tree(tmp_path)


def test_as_many_rows_as_allowed_are_read(tmp_path: Path) -> None:
    path = tmp_path / "council.json"
    people = [{"id": f"p{number}", "name": "Ada"} for number in range(MAX_ROWS)]
    path.write_text(json.dumps({"persons": people}))

    assert len(read_source(path, profile="popolo").records) >= MAX_ROWS
