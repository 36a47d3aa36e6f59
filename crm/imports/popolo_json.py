"""Profile `popolo`: people, bodies, posts, memberships and areas as Popolo JSON, one file or a folder of them.

https://www.popoloproject.com/specs/. Objects may stand inside each other, as the specification allows. Ids hold
inside one dataset only: here they carry its name, unless the file says whose id it is.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from crm.imports.errors import SourceError
from crm.imports.json_yaml_csv import Folder, check_rows, mappings, text
from crm.imports.popolo import Batch, Sheet
from crm.imports.popolo_congress import Congress, is_congress
from crm.imports.popolo_dataset import Dataset
from crm.imports.popolo_records import (
    area_records,
    membership_records,
    organization_records,
    person_records,
    post_records,
)

PROFILE = "popolo"
COLLECTIONS = ("areas", "organizations", "persons", "posts", "memberships", "events")
SINGULAR = {"area": "areas", "organization": "organizations", "person": "persons", "post": "posts"}
# File names that say nothing of the dataset; the folders above them do.
NAMELESS = re.compile(r"(ep-)?popolo([-_.]?v?[\d.]+)?|data|export|people|persons|index", re.IGNORECASE)
READERS = (area_records, organization_records, person_records, post_records, membership_records)


def recognises(path: Path) -> bool:
    """Whether a JSON file has a list of persons or memberships at its top."""
    if path.is_dir() or path.suffix.lower() != ".json":
        return False
    with path.open("rb") as file:
        start = file.read(4000).decode("utf-8-sig", "replace").lstrip()
    return start.startswith("{") and any(f'"{name}"' in start for name in COLLECTIONS)


def read(path: Path, options: Mapping[str, Any] | None = None) -> Batch:
    """Read a file or a folder of JSON files; `options["dataset"]` names the dataset its ids belong to.

    Raises `SourceError` for a file of another shape, `TooManyRowsError` for more rows, of all kinds together, than
    one import takes.
    """
    folder = Folder(path)
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in COLLECTIONS}
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    for file in files:
        for name, rows in _collections(file, folder.load(file)).items():
            found[name] += rows
    if not any(found.values()):
        raise SourceError(_not_popolo(path))
    check_rows(path, sum(map(len, found.values())))
    _unfold(found)
    check_rows(path, sum(map(len, found.values())))
    name = str((options or {}).get("dataset") or "").strip() or dataset_name(path)
    dataset = Congress(name, found) if is_congress(found) else Dataset(name, found)
    sheet = Sheet()
    for reader in READERS:
        sheet.add("", reader(dataset, found))
    return Batch(
        profile=PROFILE,
        source=f"Popolo: {dataset.name}"[:200],
        source_name=path.absolute().name,
        source_hash=folder.hash,
        records=tuple(sheet.records),
        problems=tuple(sheet.problems),
        notes=tuple(dataset.notes),
        is_complete=bool(found["persons"] and found["memberships"]) and not sheet.problems,
        elsewhere=dataset.elsewhere,
    )


def name_in_file(path: Path) -> str:
    """The dataset as the name of the file says it; empty for a name that every dataset may have."""
    stem = path.name.removesuffix(".json").removesuffix(".popolo")
    return "" if NAMELESS.fullmatch(stem) else stem


def dataset_name(path: Path) -> str:
    """What the ids of a file are told apart by: its name, or the folders above a name that says nothing."""
    whole = path.absolute()
    return name_in_file(whole) or "/".join(whole.parts[-3:]).removesuffix(".json")


def _not_popolo(path: Path) -> str:
    sentence = _(
        "“%(path)s” holds no lists called persons, organizations or memberships, so it is not Popolo; "
        "check the file or name another profile."
    )
    return sentence % {"path": path.name}


def _collections(path: Path, data: Any) -> dict[str, list[dict[str, Any]]]:
    """The lists of one file. A file that is a list itself is named after what it lists. Raises `SourceError`."""
    stem = path.name.partition(".")[0].lower()
    if isinstance(data, list) and stem in COLLECTIONS:
        data = {stem: data}
    if not isinstance(data, dict):
        raise SourceError(_not_popolo(path))
    return {name: mappings(data.get(name)) for name in COLLECTIONS}


def _unfold(found: dict[str, list[dict[str, Any]]]) -> None:
    """Take embedded objects out of those that hold them, each with the id of its holder. An id alone adds nothing."""
    for organization in list(found["organizations"]):
        found["posts"] += _inner(organization, "posts", "organization_id")
        found["memberships"] += _inner(organization, "memberships", "organization_id")
    for person in found["persons"]:
        found["memberships"] += _inner(person, "memberships", "person_id")
    for post in list(found["posts"]):
        found["memberships"] += _inner(post, "memberships", "post_id")
    for holder in [*found["posts"], *found["memberships"], *found["organizations"]]:
        _take_out(found, holder)


def _inner(holder: dict[str, Any], name: str, key: str) -> Iterator[dict[str, Any]]:
    for row in mappings(holder.get(name)):
        yield {key: text(holder, "id")} | row


def _take_out(found: dict[str, list[dict[str, Any]]], holder: dict[str, Any]) -> None:
    for name, plural in SINGULAR.items():
        inner = holder.get(name)
        key = f"{name}_id"
        if isinstance(inner, dict) and text(inner, "id"):
            holder.setdefault(key, inner["id"])
            known = {text(row, "id") for row in found[plural]}
            if inner["id"] not in known and len(inner) > 1:
                found[plural].append(inner)
