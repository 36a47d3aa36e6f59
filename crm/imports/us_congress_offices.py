"""Where members of Congress can be reached: their rooms in the Capitol, district offices, accounts."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from crm.imports.enums import ProblemKind
from crm.imports.json_yaml_csv import mapping, need_list, text
from crm.imports.popolo import Problem, Record
from crm.people.enums import ContactType, OfficeClassification
from crm.people.models import ContactDetail, Office

CAPITOL = "capitol"
CAPITOL_LABEL = "Capitol office"
ACCOUNTS = (
    ContactType.TWITTER,
    ContactType.FACEBOOK,
    ContactType.YOUTUBE,
    ContactType.INSTAGRAM,
    ContactType.MASTODON,
)
_ZIP = re.compile(r"\b(\d{5}(?:-\d{4})?)$")


def capitol_records(person: str, term: Mapping[str, Any]) -> Iterator[Record]:
    """Phone, form, website and room of the current term."""
    for type_, key, label in (
        (ContactType.VOICE, "phone", CAPITOL_LABEL),
        (ContactType.FAX, "fax", CAPITOL_LABEL),
        (ContactType.FORM, "contact_form", ""),
        (ContactType.URL, "url", ""),
    ):
        if value := text(term, key):
            yield contact({"person": person}, type_, value, label)
    if address := text(term, "address"):
        zip_code = _ZIP.search(address)
        values = {
            "identifier": CAPITOL,
            "classification": OfficeClassification.CAPITOL.value,
            "address": text(term, "office") or address,
            "city": "Washington",
            "state": "DC",
            "postcode": zip_code[1] if zip_code else "",
            "voice": text(term, "phone"),
            "fax": text(term, "fax"),
        }
        yield Record(Office, f"{person}/{CAPITOL}", values, {"person": person}, kind="capitol office")


def contact(owner: Mapping[str, str], type_: ContactType, value: str, label: str = "") -> Record:
    """One address, number or account of a person or a body."""
    ref = f"{next(iter(owner.values()))}/{type_.value}/{label}"
    return Record(ContactDetail, ref, {"type": type_.value, "value": value, "label": label}, owner, type_.value)


def office_records(file: str, data: Any) -> Iterator[Record | Problem]:
    """One row per district office (legislators-district-offices.csv)."""
    columns = ("address", "suite", "building", "city", "state", "fax", "hours", "latitude", "longitude")
    for number, row in enumerate(need_list(file, data), start=2):
        key, person = text(row, "id"), text(row, "bioguide")
        if not key or not person:
            sentence = _("This office needs an id and the bioguide id of its holder; add them.")
            yield Problem(ProblemKind.ERROR, Office, f"{file}, {number}", "id", key, sentence)
            continue
        values = {column: text(row, column) for column in columns} | {
            "identifier": key,
            "classification": OfficeClassification.DISTRICT.value,
            "postcode": text(row, "zip"),
            "voice": text(row, "phone"),
        }
        yield Record(Office, f"office:{key}", values, {"person": f"person:{person}"}, kind="district office")


def account_records(file: str, data: Any) -> Iterator[Record | Problem]:
    """Account names (legislators-social-media.json); the numbers behind the names are left out."""
    for number, row in enumerate(need_list(file, data), start=1):
        person = text(mapping(row, "id"), "bioguide")
        if not person:
            sentence = _("These accounts lack the bioguide id of their holder; add it.")
            yield Problem(ProblemKind.ERROR, ContactDetail, f"{file}, {number}", "id", "", sentence)
            continue
        accounts = mapping(row, "social")
        for type_ in ACCOUNTS:
            if value := text(accounts, type_.value):
                yield contact({"person": f"person:{person}"}, type_, value)
