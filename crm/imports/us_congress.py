"""Profile `us-congress`: a folder of the congress-legislators project (CC0).

https://github.com/unitedstates/congress-legislators, README.md, "Data format".
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from crm.imports import ocd
from crm.imports.enums import ProblemKind
from crm.imports.errors import SourceError
from crm.imports.json_yaml_csv import Folder, mapping, mappings, text
from crm.imports.popolo import Batch, Problem, Record, Sheet
from crm.imports.us_congress_committees import committee_records, seat_records
from crm.imports.us_congress_offices import account_records, capitol_records, office_records
from crm.imports.us_congress_terms import (
    Seat,
    body_records,
    leadership_posts,
    leadership_records,
    seat_of,
    term_record,
)
from crm.people.enums import Level, PersonCategory
from crm.people.models import Identifier, OtherName, Person
from crm.people.rules import full_name, sort_name_of

PROFILE = "us-congress"
SOURCE = "congress-legislators (CC0)"
ADDRESS = "https://unitedstates.github.io/congress-legislators/"
FORMATS = ("json", "yaml", "csv")
LEGISLATORS = "legislators-current"
# What may be absent, in the order it is read, with what is lost then.
OPTIONAL = {
    "committees-current": (("json", "yaml"), committee_records),
    "committee-membership-current": (("json", "yaml", "csv"), seat_records),
    "legislators-district-offices": (("csv", "json", "yaml"), office_records),
    "legislators-social-media": (("json", "yaml"), account_records),
}
CSV_IDS = "bioguide thomas opensecrets lis cspan govtrack votesmart ballotpedia washington_post icpsr wikipedia"


def read(path: Path) -> Batch:
    """Read a folder, or its list of legislators alone. Raises `SourceError` when it is not congress-legislators."""
    folder = Folder(path if path.is_dir() else path.parent)
    listed = folder.find(LEGISLATORS, *FORMATS) if path.is_dir() else path
    if listed is None:
        raise SourceError(_not_congress(path))
    people = _legislators(listed, folder.load(listed))
    sheet = Sheet(ADDRESS)
    _read_people(sheet, listed.name, people)
    notes = sheet.notes
    for stem, (formats, reader) in OPTIONAL.items():
        found = folder.find(stem, *formats) if path.is_dir() else None
        if found is None:
            notes.append(_("There is no %(file)s, so what it holds was left out.") % {"file": f"{stem}.{formats[0]}"})
        else:
            sheet.add(found.name, reader(found.name, folder.load(found)))
    return Batch(
        profile=PROFILE,
        source=SOURCE,
        source_name=_name(path),
        source_hash=folder.hash,
        records=tuple(sheet.records),
        problems=tuple(sheet.problems),
        notes=tuple(notes),
        is_complete=all(folder.find(stem, *formats) for stem, (formats, _reader) in OPTIONAL.items()),
    )


def _name(path: Path) -> str:
    return path.absolute().name or str(path)


def _not_congress(path: Path) -> str:
    sentence = _(
        "“%(path)s” holds no %(file)s.json, .yaml or .csv, so it is not a congress-legislators folder; "
        "check the path or name another profile."
    )
    return sentence % {"path": _name(path), "file": LEGISLATORS}


def _legislators(path: Path, data: Any) -> list[dict[str, Any]]:
    rows = data if isinstance(data, list) else []
    if path.suffix == ".csv" and rows and {"bioguide_id", "last_name", "type"} <= rows[0].keys():
        return [_from_csv(row) for row in rows]
    if any(isinstance(row, dict) and isinstance(row.get("terms"), list) for row in rows):
        return [row if isinstance(row, dict) else {} for row in rows]
    sentence = _(
        "“%(file)s” is no list of members of Congress with id, name and terms; check the path or name another profile."
    )
    raise SourceError(sentence % {"file": path.name})


def _from_csv(row: Mapping[str, str]) -> dict[str, Any]:
    """The CSV holds one term per person, without its dates."""
    ids: dict[str, Any] = {scheme: row.get(f"{scheme}_id", "") for scheme in CSV_IDS.split()}
    names = {"first": "first_name", "middle": "middle_name", "last": "last_name", "official_full": "full_name"}
    term = ("type", "state", "district", "party", "url", "address", "phone", "contact_form")
    return {
        "id": ids | {"fec": [fec for fec in row.get("fec_ids", "").split(",") if fec]},
        "name": {key: row.get(column, "") for key, column in names.items()}
        | {key: row.get(key, "") for key in ("suffix", "nickname")},
        "bio": {key: row.get(key, "") for key in ("birthday", "gender")},
        "terms": [{key: row.get(key, "") for key in term} | {"class": row.get("senate_class", "")}],
    }


def _read_people(sheet: Sheet, file: str, people: list[dict[str, Any]]) -> None:
    seats = {id(term): seat_of(term) for person in people for term in mappings(person.get("terms"))}
    known = [seat for seat in seats.values() if seat]
    districts = {(seat.state, seat.district) for seat in known if seat.district is not None}
    sheet.add(file, ocd.area_records(districts, {seat.state for seat in known}, sheet.address + file))
    sheet.add(file, body_records(known, [term for person in people for term in mappings(person.get("terms"))]))
    sheet.add(file, leadership_posts(role for person in people for role in mappings(person.get("leadership_roles"))))
    for number, person in enumerate(people, start=1):
        sheet.add(file, _person_records(f"{file}, {number}", person, seats))


def _person_records(
    where: str, person: dict[str, Any], seats: Mapping[int, Seat | None]
) -> Iterator[Record | Problem | str]:
    ids = mapping(person, "id")
    key = text(ids, "bioguide")
    if not key:
        sentence = _("This legislator has no bioguide id; add it, the others were read.")
        yield Problem(ProblemKind.ERROR, Person, where, "id", "", sentence)
        return
    ref = f"person:{key}"
    yield from _name_records(ref, person)
    owner = {"person": ref}
    for scheme in ids:
        for value in _several(ids[scheme]):
            pair = {"scheme": scheme, "identifier": value}
            yield Record(Identifier, f"id:{scheme}:{value}", pair, owner, kind="person identifier")
    for term in mappings(person.get("terms")):
        seat = seats[id(term)]
        if seat is None:
            sentence = _("This term has no chamber, state and district we know; mend it, the others were read.")
            yield Problem(ProblemKind.ERROR, Person, where, "terms", text(term, "start"), sentence)
        else:
            yield term_record(ref, seat, term)
    yield from capitol_records(ref, (mappings(person.get("terms")) or [{}])[-1])
    yield from leadership_records(ref, mappings(person.get("leadership_roles")))


def _name_records(ref: str, person: dict[str, Any]) -> Iterator[Record]:
    names, bio = mapping(person, "name"), mapping(person, "bio")
    given, middle, family = text(names, "first"), text(names, "middle"), text(names, "last")
    suffix = text(names, "suffix")
    name = text(names, "official_full") or full_name(given, middle, family, suffix)
    values = {
        "name": name,
        "given_name": given,
        "additional_name": middle,
        "family_name": family,
        "honorific_suffix": suffix,
        "sort_name": sort_name_of(name, given, family),
        "gender": text(bio, "gender"),
        "birth_date": text(bio, "birthday"),
        "category": PersonCategory.POLICYMAKER.value,
        "level": Level.NATIONAL.value,
    }
    yield Record(Person, ref, values, kind="person")
    if nickname := text(names, "nickname"):
        yield Record(OtherName, f"{ref}:nickname", {"name": nickname, "note": "nickname"}, {"person": ref}, "nickname")


def _several(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str) and each]
