"""Profiles `postcodes` and `area-overlaps`: which areas a postcode lies in, and where an old area went.

Plain CSV whose columns are found by their names. An area is named by its division id, or by a code that only one
area here has.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from crm.imports.enums import ProblemKind
from crm.imports.errors import SourceError
from crm.imports.json_yaml_csv import Folder, need_list, text
from crm.imports.popolo import Batch, Problem, Record, Sheet
from crm.places.models import AreaOverlap, PostcodeArea
from crm.places.rules import normalise_postcode, shares_are_whole

POSTCODES = "postcodes"
OVERLAPS = "area-overlaps"
FOUR_PLACES = Decimal("0.0001")
# The names we know for each column, the surest first; case, spaces and hyphens do not matter.
COLUMNS = {
    "postcode": "postcode postal_code zip zip_code zipcode zcta zcta5 plz pcd pcds",
    "area": "area area_id division division_id ocd_id ocd_division ocdid area_code district district_id constituency "
    "constituency_id constituency_code code",
    "share": "share ratio weight res_ratio tot_ratio population_share proportion",
    "population": "population pop persons residents",
    "from_area": "from_area from_area_id from from_id old_area old old_id old_area_id from_code old_code",
    "to_area": "to_area to_area_id to to_id new_area new new_id new_area_id to_code new_code",
    "population_share": "population_share pop_share share weight population_ratio",
    "area_share": "area_share land_share arealand_share area_ratio",
}


def read_postcodes(path: Path) -> Batch:
    """Read one CSV file. Raises `SourceError` when it has no column of postcodes or areas."""
    rows, columns, digest = _rows(path, ("postcode", "area"))
    sheet = Sheet()
    by_postcode = defaultdict[str, list[tuple[int, Mapping[str, Any]]]](list)
    for number, row in enumerate(rows, start=2):
        by_postcode[normalise_postcode(text(row, columns["postcode"]))].append((number, row))
    for postcode, found in by_postcode.items():
        sheet.add("", _postcode(path.name, postcode, found, columns))
    return _batch(POSTCODES, path, digest, sheet)


def _postcode(
    file: str, postcode: str, found: list[tuple[int, Mapping[str, Any]]], columns: Mapping[str, str]
) -> Iterator[Record | Problem]:
    shares = _shares([row for _number, row in found], columns)
    if not postcode or shares is None:
        sentence = _("The shares of a postcode must be positive and add up to 1; correct its rows.")
        if not postcode:
            sentence = _("This row has no postcode; add it.")
        for number, _row in found:
            yield Problem(ProblemKind.ERROR, PostcodeArea, f"{file}, {number}", "share", postcode, sentence)
        return
    for (number, row), share in zip(found, shares, strict=True):
        values = {"postcode": postcode, "share": str(share)}
        links = {"area": text(row, columns["area"]).strip()}
        yield Record(PostcodeArea, f"{file}, {number}", values, links, kind="postcode")


def _shares(rows: list[Mapping[str, Any]], columns: Mapping[str, str]) -> list[Decimal] | None:
    """The share of each row, in four places that add up to 1; None when the file does not say them."""
    if len(rows) == 1 and not text(rows[0], columns.get("share", "")):
        return [Decimal(1)]
    column = columns.get("share") or columns.get("population") or ""
    parts = [_number(text(row, column)) for row in rows]
    total = sum((part or Decimal(0) for part in parts), Decimal(0))
    if any(part is None for part in parts) or total <= 0:
        return None
    if "share" not in columns:
        parts = [(part or Decimal(0)) / total for part in parts]
    known = [part or Decimal(0) for part in parts]
    return [part.quantize(FOUR_PLACES) for part in known] if shares_are_whole(known) else None


def _number(value: str) -> Decimal | None:
    """A share as a number; 35 % is 0.35."""
    bare = value.strip().rstrip("%").strip()
    try:
        number = Decimal(bare)
    except InvalidOperation:
        return None
    if not number.is_finite():
        return None
    return number / 100 if value.strip().endswith("%") else number


def read_overlaps(path: Path) -> Batch:
    """Read one CSV file. Raises `SourceError` when it has no columns of old and new areas."""
    rows, columns, digest = _rows(path, ("from_area", "to_area"))
    sheet = Sheet()
    sheet.add("", _overlaps(path.name, rows, columns))
    return _batch(OVERLAPS, path, digest, sheet)


def _overlaps(file: str, rows: list[dict[str, Any]], columns: Mapping[str, str]) -> Iterator[Record | Problem]:
    for number, row in enumerate(rows, start=2):
        where = f"{file}, {number}"
        shares = {
            name: _number(text(row, columns[name])) for name in ("population_share", "area_share") if name in columns
        }
        if any(share is not None and not 0 <= share <= 1 for share in shares.values()):
            sentence = _("A share lies between 0 and 1; correct it.")
            yield Problem(ProblemKind.ERROR, AreaOverlap, where, "share", str(row), sentence)
            continue
        values = {name: str(share) for name, share in shares.items() if share is not None}
        links = {name: text(row, columns[name]).strip() for name in ("from_area", "to_area")}
        yield Record(AreaOverlap, where, values, links, kind="overlap")


def _rows(path: Path, needed: tuple[str, ...]) -> tuple[list[dict[str, Any]], dict[str, str], str]:
    folder = Folder(path.parent)
    rows = need_list(path.name, folder.load(path))
    columns = _columns(list(rows[0]))
    if missing := [name for name in needed if name not in columns]:
        sentence = _("“%(file)s” has no column called %(names)s; name it so in the first line.")
        raise SourceError(sentence % {"file": path.name, "names": ", ".join(missing)})
    return rows, columns, folder.hash


def _columns(header: list[str]) -> dict[str, str]:
    """Which column of the file is which of ours."""
    spelled = {"_".join(name.lower().replace("-", " ").split()): name for name in reversed(header)}
    first = {ours: next((name for name in names.split() if name in spelled), "") for ours, names in COLUMNS.items()}
    return {ours: spelled[name] for ours, name in first.items() if name}


def _batch(profile: str, path: Path, digest: str, sheet: Sheet) -> Batch:
    return Batch(
        profile=profile,
        source=path.name,
        source_name=path.name,
        source_hash=digest,
        records=tuple(sheet.records),
        problems=tuple(sheet.problems),
    )
