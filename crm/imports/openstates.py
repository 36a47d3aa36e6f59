"""Profile `openstates`: YAML files of the Open States people project, one per person or committee (CC0).

https://github.com/openstates/people, schema.md. One file, a folder of any depth, or a zip of one. `extras` and home
offices are private or free-form and stay out.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from crm.imports import openstates_bodies as bodies
from crm.imports.enums import ProblemKind
from crm.imports.errors import SourceError
from crm.imports.json_yaml_csv import Folder, mappings, text
from crm.imports.openstates_bodies import SCHEME, Jurisdiction, identifier_record
from crm.imports.openstates_files import documents, tree
from crm.imports.openstates_people import link_records, name_records, person_records, role_records
from crm.imports.popolo import Batch, Problem, Record, Sheet
from crm.imports.popolo_parts import source_lines
from crm.imports.us_congress_committees import role_of_title
from crm.people.enums import OrganizationClassification
from crm.people.models import Membership, Organization, Person

PROFILE = "openstates"
SOURCE = "Open States people (CC0)"
ADDRESS = "https://github.com/openstates/people"
PERSON, COMMITTEE = "ocd-person/", "ocd-organization/"
CHAMBER_OF_COMMITTEE = frozenset(bodies.CHAMBERS)
COMMITTEE_KINDS = frozenset({OrganizationClassification.COMMITTEE, OrganizationClassification.SUBCOMMITTEE})

Documents = dict[str, tuple[str, dict[str, Any]]]


def recognises(path: Path) -> bool:
    """Whether the first YAML file names an Open States person or committee; zips are looked into when read."""
    files = sorted(path.rglob("*.yml")) if path.is_dir() else [path]
    if not files or files[0].suffix.lower() not in (".yml", ".yaml"):
        return False
    with files[0].open("rb") as file:
        lines = file.read(4000).decode("utf-8", "replace").splitlines()
    return any(line.startswith((f"id: {PERSON}", f"id: {COMMITTEE}")) for line in lines)


def read(path: Path) -> Batch:
    """Read a file, a folder or a zip. Raises `SourceError` when nothing in it is a person or a committee."""
    sheet, folder = Sheet(), Folder(path)
    people, committees, towns = Documents(), Documents(), list[Jurisdiction]()
    with tree(path) as unpacked:
        for name, data in documents(folder, unpacked, sheet):
            if listed := _towns(data):
                towns += listed
            else:
                sheet.add("", _sort_in(name, data, people, committees))
    if not people and not committees and not towns:
        raise SourceError(_why_empty(path, sheet))
    sheet.add("", records(people, committees, towns))
    return Batch(
        profile=PROFILE,
        source=SOURCE,
        source_name=path.absolute().name,
        source_hash=folder.hash,
        records=tuple(sheet.records),
        problems=tuple(sheet.problems),
        notes=tuple(sheet.notes),
        is_complete=bool(people and committees) and not sheet.problems,
        elsewhere=_elsewhere(committees),
    )


def _why_empty(path: Path, sheet: Sheet) -> str:
    if len(sheet.problems) == 1:
        return str(sheet.problems[0].sentence)
    sentence = _("“%(path)s” holds no Open States file of a person or a committee; check the path.")
    return sentence % {"path": path.name}


def _towns(data: Any) -> list[Jurisdiction]:
    """The municipalities of municipalities.yml, a list of jurisdictions; empty for any other file."""
    found = [Jurisdiction(text(row, "id").strip()) for row in mappings(data)]
    return [town for town in found if town.is_known]


def _sort_in(name: str, data: Any, people: Documents, committees: Documents) -> Iterator[Problem]:
    document = data if isinstance(data, dict) else {}
    key = text(document, "id").strip()
    kind, model = (committees, Organization) if key.startswith(COMMITTEE) else (people, Person)
    if not key.startswith((PERSON, COMMITTEE)) or not text(document, "name"):
        sentence = _("This file needs an id that begins with ocd-person/ or ocd-organization/, and a name; mend it.")
        yield Problem(ProblemKind.ERROR, model, name, "id", key[:200], sentence)
    elif key in kind:
        sentence = _("%(file)s has the same id; keep one of the two files.") % {"file": kind[key][0]}
        yield Problem(ProblemKind.ERROR, model, name, "id", key, sentence)
    else:
        kind[key] = (name, document)


def _elsewhere(committees: Documents) -> dict[str, tuple[str, str]]:
    """People and parent committees that may have come with another file."""
    members = {
        text(member, "person_id")
        for _name, committee in committees.values()
        for member in mappings(committee.get("members"))
    }
    parents = {text(committee, "parent") for _name, committee in committees.values()}
    return {ref: (SCHEME, ref) for ref in members | parents if ref}


def records(people: Documents, committees: Documents, towns: Iterable[Jurisdiction] = ()) -> Iterator[Record | Problem]:
    """Every body, area and post once, whoever names it; then the people and the committees."""
    once = dict[str, Record]()
    for town in towns:
        for record in (*bodies.area_records(town), *bodies.body_records(town, "mayor")):
            once.setdefault(record.ref, record)
    for name, person in people.values():
        for found in (*person_records(person), *role_records(name, person)):
            if isinstance(found, Record) and found.model not in (Membership, Person):
                once.setdefault(found.ref, found)
            else:
                yield found
    for name, committee in committees.values():
        for found in _committee(name, committee):
            if isinstance(found, Record) and found.model is not Membership:
                once.setdefault(found.ref, found)
            else:
                yield found
    yield from once.values()


def _committee(name: str, committee: Mapping[str, Any]) -> Iterator[Record | Problem]:
    ref, chamber = text(committee, "id"), text(committee, "chamber")
    jurisdiction = Jurisdiction(text(committee, "jurisdiction"))
    if not jurisdiction.is_known or chamber not in CHAMBER_OF_COMMITTEE:
        sentence = _("This committee needs its jurisdiction and the chamber upper, lower or legislature; add them.")
        yield Problem(ProblemKind.ERROR, Organization, name, "chamber", chamber, sentence)
        return
    yield from bodies.area_records(jurisdiction)
    yield from bodies.body_records(jurisdiction, chamber)
    kind = text(committee, "classification")
    values = {
        "name": text(committee, "name"),
        "classification": kind if kind in COMMITTEE_KINDS else OrganizationClassification.COMMITTEE.value,
        "level": jurisdiction.level.value,
        "sources": source_lines(committee),
    }
    parent = text(committee, "parent") or jurisdiction.body(chamber)
    url = values["sources"].partition("\n")[0]
    yield Record(Organization, ref, values, {"parent": parent}, kind=values["classification"], source_url=url)
    yield identifier_record(ref, SCHEME, ref, "organization")
    yield from link_records(committee, {"organization": ref})
    yield from name_records(committee, {"organization": ref})
    yield from _members(name, ref, committee)


def _members(name: str, committee: str, document: Mapping[str, Any]) -> Iterator[Record | Problem]:
    for number, member in enumerate(mappings(document.get("members")), start=1):
        person, role = text(member, "person_id") or text(member, "id"), text(member, "role").strip()
        where = f"{name}, {number}"
        if not person:
            sentence = _("Only a name is given, and a name alone is never matched; add the person_id.")
            yield Problem(ProblemKind.UNRESOLVED, Membership, where, "person_id", text(member, "name"), sentence)
            continue
        values = {
            "role": role_of_title(role).value,
            "label": "" if role.lower() == "member" else role,
            "start_date": text(member, "start_date"),
            "end_date": text(member, "end_date"),
        }
        yield Record(Membership, where, values, {"person": person, "organization": committee}, kind="committee seat")
