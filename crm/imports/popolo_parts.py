"""The parts Popolo people and bodies share: identifiers, other names, ways to reach them, sources."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from crm.imports.enums import ProblemKind
from crm.imports.json_yaml_csv import mappings, text
from crm.imports.popolo import Problem, Record, partial_date
from crm.imports.popolo_dataset import Dataset
from crm.people.enums import ContactType
from crm.people.models import ContactDetail, Identifier, OtherName

TYPES = {
    "phone": ContactType.VOICE,
    "cell": ContactType.VOICE,
    "mobile": ContactType.VOICE,
    "website": ContactType.URL,
    "postal": ContactType.ADDRESS,
}
# Links that are the one website of their owner need no label.
HOMEPAGES = frozenset({"website", "homepage"})


def identifier_records(dataset: Dataset, kind: str, ref: str, row: Mapping[str, Any]) -> Iterator[Record]:
    """The identifiers of a row, each once, and its id when no identifier is that id."""
    named = [
        (text(pair, "scheme").strip(), text(pair, "identifier").strip()) for pair in mappings(row.get("identifiers"))
    ]
    own = dataset.own_id(kind, row)
    pairs = [pair for pair in (*named, own) if pair and all(pair)]
    for scheme, value in dict.fromkeys(pairs):
        values = {"scheme": scheme, "identifier": value}
        yield Record(Identifier, f"id:{scheme}:{value}", values, {kind: ref}, kind=f"{kind} identifier")


def name_records(row: Mapping[str, Any], owner: Mapping[str, str]) -> Iterator[Record]:
    """Other names, with language and dates; what stands twice is taken once."""
    seen = set[tuple[str, ...]]()
    for other in mappings(row.get("other_names")):
        values = {
            "name": text(other, "name"),
            "language": text(other, "lang"),
            "note": text(other, "note")[:100],
            "start_date": partial_date(text(other, "start_date")),
            "end_date": partial_date(text(other, "end_date")),
        }
        key = tuple(value.strip() for value in values.values())
        if key[0] and key not in seen:
            seen.add(key)
            yield Record(OtherName, f"{next(iter(owner.values()))} name {len(seen)}", values, owner, kind="other name")


def contact_records(row: Mapping[str, Any], owner: Mapping[str, str]) -> Iterator[Record | Problem]:
    """E-mail, contact details and links, each address once. An e-mail address that is none is reported."""
    seen = set[tuple[str, str]]()
    for type_, value, label, note in _contacts(row):
        where = f"{next(iter(owner.values()))} {type_.value} {value}"
        if (type_.value, value) in seen:
            continue
        seen.add((type_.value, value))
        if type_ == ContactType.EMAIL and not _is_email(value):
            sentence = _("This is no e-mail address; correct it.")
            yield Problem(ProblemKind.ERROR, ContactDetail, where, "value", value, sentence)
            continue
        values = {"type": type_.value, "value": value, "label": label[:100], "note": note[:200]}
        yield Record(ContactDetail, where, values, owner, kind=type_.value)


def _contacts(row: Mapping[str, Any]) -> Iterator[tuple[ContactType, str, str, str]]:
    if email := text(row, "email").strip():
        yield ContactType.EMAIL, email, "", ""
    for detail in mappings(row.get("contact_details")):
        kind, label, value = (text(detail, key).strip() for key in ("type", "label", "value"))
        type_ = ContactType(kind) if kind in ContactType.values else TYPES.get(kind, ContactType.OTHER)
        if type_ == ContactType.URL and "contact form" in label.lower():
            type_, label = ContactType.FORM, ""
        if value:
            yield type_, value, label or (kind if type_ == ContactType.OTHER else ""), text(detail, "note")
    for link in mappings(row.get("links")):
        note, url = text(link, "note").strip(), text(link, "url").strip()
        if url:
            yield ContactType.URL, url, "" if note.lower() in HOMEPAGES else note, ""


def _is_email(value: str) -> bool:
    try:
        validate_email(value)
    except ValidationError:
        return False
    return True


def source_lines(row: Mapping[str, Any]) -> str:
    """The addresses a row was put together from, one per line."""
    urls = (text(source, "url").strip() for source in mappings(row.get("sources")))
    return "\n".join(dict.fromkeys(url for url in urls if url))
