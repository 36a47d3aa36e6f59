"""Profile `ocd-divisions`: lists of Open Civic Data division ids, one CSV file or a folder of them (CC0).

https://github.com/opencivicdata/ocd-division-ids, README.md. A division id is a path; its parent is the id without
the last part, and need not stand in the same file. Some lists have no header, some no names.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _

from crm.imports import ocd
from crm.imports.enums import ProblemKind
from crm.imports.errors import SourceError
from crm.imports.json_yaml_csv import Folder, mappings, text
from crm.imports.popolo import Batch, Problem, Record, Sheet
from crm.places.models import Area, AreaCode

PROFILE = "ocd-divisions"
SOURCE = "Open Civic Data division ids (CC0)"
ADDRESS = "https://github.com/opencivicdata/ocd-division-ids"
ALIAS = "ocd-alias"
HEAD = 2000
# What the columns with other people's codes are called, and what we call the scheme.
CODES = {
    "sameAs": ALIAS,
    "census_geoid": "census_geoid",
    "census_geoid_12": "census_geoid",
    "census_geoid_14": "census_geoid",
    "openstates_district": "openstates_district",
}


@dataclass
class Division:
    """What the files say of one generation of a division."""

    identifier: str
    since: str
    name: str = ""
    until: str = ""
    codes: dict[tuple[str, str], None] = field(default_factory=dict)


Divisions = dict[tuple[str, str], Division]


def recognises(path: Path) -> bool:
    """Whether a CSV file starts with division ids, with or without a header, or a folder holds such a file."""
    files = sorted(path.rglob("*.csv")) if path.is_dir() else [path]
    return any(_starts_with_divisions(file) for file in files[:1] if file.suffix.lower() == ".csv")


def _starts_with_divisions(path: Path) -> bool:
    with path.open("rb") as file:
        lines = file.read(HEAD).decode("utf-8-sig", "replace").splitlines()
    return any(ocd.is_division(line) for line in lines[:2])


def read(path: Path) -> Batch:
    """Read one list or every list of a folder. Raises `SourceError` when there is none."""
    folder = Folder(path)
    files = sorted(path.rglob("*.csv")) if path.is_dir() else [path]
    sheet, found = Sheet(), Divisions()
    for file in files:
        sheet.add(file.name, _take(found, file.name, rows_of(file.name, folder.load(file))))
    if not found:
        raise SourceError(_("“%(path)s” holds no list of division ids; check the path.") % {"path": path.name})
    sheet.add("", _records(found))
    return Batch(
        profile=PROFILE,
        source=SOURCE,
        source_name=path.absolute().name,
        source_hash=folder.hash,
        records=tuple(sheet.records),
        problems=tuple(sheet.problems),
        notes=tuple(sheet.notes),
    )


def rows_of(file: str, data: object) -> list[dict[str, str]]:
    """The rows of a list. Raises `SourceError` when its first column holds no division ids."""
    rows = mappings(data)
    header = list(rows[0]) if rows else []
    if header and ocd.is_division(header[0]):
        rows = [dict(zip(header, header, strict=True)), *rows]
        rows = [dict(zip(("id", "name"), list(row.values()), strict=False)) for row in rows]
    if not rows or "id" not in rows[0]:
        sentence = _("“%(file)s” has no column of division ids called “id”; check the file or name another profile.")
        raise SourceError(sentence % {"file": file})
    return rows


def _take(found: Divisions, file: str, rows: list[dict[str, str]]) -> Iterator[Problem]:
    for number, row in enumerate(rows, start=2):
        identifier, since = text(row, "id").strip(), text(row, "validFrom").strip()
        if not any(value for value in row.values()):
            continue
        if not ocd.is_division(identifier):
            sentence = _("This is no division id; it begins with ocd-division/country: followed by two letters.")
            yield Problem(ProblemKind.ERROR, Area, f"{file}, {number}", "id", identifier, sentence)
            continue
        division = found.setdefault((identifier, since), Division(identifier, since))
        if division.name and text(row, "name") not in ("", division.name):
            sentence = _("This division has two names in the files; the first one was taken.")
            yield Problem(ProblemKind.ERROR, Area, f"{file}, {number}", "name", text(row, "name"), sentence, False)
        division.name = division.name or text(row, "name")
        division.until = division.until or text(row, "validThrough")
        division.codes |= dict.fromkeys(_codes(row))


def _codes(row: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for column, scheme in CODES.items():
        if code := text(row, column).strip():
            yield scheme, code


def _records(found: Divisions) -> Iterator[Record]:
    latest = defaultdict[str, str](str)
    for identifier, since in found:
        latest[identifier] = max(latest[identifier], since)
    for (identifier, since), division in found.items():
        ref = identifier if since == latest[identifier] else f"{identifier}@{since}"
        parent = ocd.parent_id(identifier)
        yield Record(
            Area,
            ref,
            {
                "identifier": identifier,
                "classification": ocd.classification_of(identifier).value,
                "valid_from": since,
                "valid_until": division.until,
            }
            | ({"name": division.name} if division.name else {}),
            {"parent": parent} if parent else {},
            kind=identifier.rpartition("/")[2].partition(":")[0],
            source_url=ADDRESS,
            defaults={} if division.name else {"name": ocd.made_up_name(identifier)},
        )
        for scheme, code in division.codes:
            values = {"scheme": scheme, "code": code}
            yield Record(AreaCode, f"{ref} {scheme} {code}", values, {"area": ref}, scheme, ADDRESS)
