"""People of Open States: names, addresses, offices, parties and the roles they hold or held."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from crm.imports import openstates_bodies as bodies
from crm.imports.enums import ProblemKind
from crm.imports.json_yaml_csv import mapping, mappings, text
from crm.imports.openstates_bodies import SCHEME, Jurisdiction, identifier_record, party_ref
from crm.imports.popolo import Problem, Record, partial_date
from crm.imports.popolo_parts import source_lines
from crm.people.enums import ContactType, MembershipRole, OfficeClassification, PersonCategory
from crm.people.models import ContactDetail, Membership, Office, OtherName, Person
from crm.people.rules import sort_name_of

ACCOUNTS = {
    "twitter": ContactType.TWITTER,
    "facebook": ContactType.FACEBOOK,
    "youtube": ContactType.YOUTUBE,
    "instagram": ContactType.INSTAGRAM,
    "mastodon": ContactType.MASTODON,
}
HOME = "home"


def person_records(person: Mapping[str, Any]) -> Iterator[Record]:
    """The person with everything that is not a role."""
    ref = text(person, "id").strip()
    owner = {"person": ref}
    sources = source_lines(person)
    yield Record(Person, ref, _values(person, sources), kind="person", source_url=sources.partition("\n")[0])
    yield identifier_record(ref, SCHEME, ref, "person")
    for found in mappings(person.get("other_identifiers")):
        scheme, value = text(found, "scheme").strip(), text(found, "identifier").strip()
        if scheme and value and (scheme, value) != (SCHEME, ref):
            yield identifier_record(ref, scheme, value, "person")
    yield from name_records(person, owner)
    if email := text(person, "email").strip():
        yield contact(owner, ContactType.EMAIL, email)
    for key, value in mapping(person, "ids").items():
        if isinstance(value, str) and value.strip():
            kind = ACCOUNTS.get(key)
            yield contact(owner, kind, value) if kind else identifier_record(ref, key, value.strip(), "person")
    yield from link_records(person, owner)
    yield from _offices(ref, person)


def _values(person: Mapping[str, Any], sources: str) -> dict[str, str]:
    name, given, family = (text(person, key) for key in ("name", "given_name", "family_name"))
    roles = [Jurisdiction(text(role, "jurisdiction")) for role in mappings(person.get("roles"))]
    levels = {role.level.value for role in roles if role.is_known}
    return {
        "name": name,
        "given_name": given,
        "additional_name": text(person, "middle_name"),
        "family_name": family,
        "honorific_suffix": text(person, "suffix"),
        "sort_name": sort_name_of(name, given, family),
        "gender": text(person, "gender").lower(),
        "birth_date": partial_date(text(person, "birth_date")),
        "death_date": partial_date(text(person, "death_date")),
        "category": PersonCategory.POLICYMAKER.value,
        "level": levels.pop() if len(levels) == 1 else "",
        "summary": text(person, "biography"),
        "sources": sources,
    }


def contact(owner: Mapping[str, str], kind: ContactType, value: str, label: str = "") -> Record:
    """One address or account; a file that says it twice says it once."""
    values = {"type": kind.value, "value": value, "label": label}
    return Record(ContactDetail, f"{next(iter(owner.values()))} {kind.value} {value}", values, owner, kind.value)


def link_records(document: Mapping[str, Any], owner: Mapping[str, str]) -> Iterator[Record]:
    """Web pages; what the page is about becomes the label."""
    for link in mappings(document.get("links")):
        if url := text(link, "url").strip():
            yield contact(owner, ContactType.URL, url, text(link, "note")[:100])


def name_records(document: Mapping[str, Any], owner: Mapping[str, str]) -> Iterator[Record]:
    """Other spellings and former names."""
    ref = next(iter(owner.values()))
    for other in mappings(document.get("other_names")):
        if name := text(other, "name").strip():
            values = {"name": name} | {key: partial_date(text(other, key)) for key in ("start_date", "end_date")}
            yield Record(OtherName, f"{ref} {name} {values['start_date']}", values, owner, kind="other name")


def _offices(ref: str, person: Mapping[str, Any]) -> Iterator[Record]:
    """Offices of one kind are told apart by their order; home addresses stay out."""
    seen = dict[str, int]()
    for office in mappings(person.get("offices")):
        kind = text(office, "classification").strip()
        if kind == HOME:
            continue
        known = kind if kind in OfficeClassification.values else OfficeClassification.DISTRICT.value
        seen[known] = seen.get(known, 0) + 1
        values = {
            "identifier": f"{SCHEME}:{known}" + (f"-{seen[known]}" if seen[known] > 1 else ""),
            "classification": known,
            "building": text(office, "name"),
            "address": text(office, "address"),
            "voice": text(office, "voice"),
            "fax": text(office, "fax"),
        }
        yield Record(Office, f"{ref} {values['identifier']}", values, {"person": ref}, kind="office")


def role_records(name: str, person: Mapping[str, Any]) -> Iterator[Record | Problem]:
    """Roles as memberships of a chamber, government or municipality, and parties as memberships of their own."""
    ref = text(person, "id").strip()
    parties = [party for party in mappings(person.get("party")) if text(party, "name").strip()]
    for number, party in enumerate(parties, start=1):
        label = text(party, "name").strip()
        yield from bodies.party_records(label)
        dates = {key: partial_date(text(party, key)) for key in ("start_date", "end_date")}
        links = {"person": ref, "organization": party_ref(label)}
        values = {"role": MembershipRole.MEMBER.value} | dates
        yield Record(Membership, f"{ref} party {number}", values, links, kind="party membership")
    for number, role in enumerate(mappings(person.get("roles")), start=1):
        jurisdiction, kind = Jurisdiction(text(role, "jurisdiction").strip()), text(role, "type").strip()
        if not jurisdiction.is_known or not kind:
            sentence = _("This role needs a type and the jurisdiction it belongs to; add them.")
            where = f"{name}, {number}"
            yield Problem(ProblemKind.ERROR, Membership, where, "jurisdiction", jurisdiction.identifier, sentence)
            continue
        yield from _role(f"{ref} role {number}", ref, jurisdiction, kind, role, parties)


def _role(
    where: str,
    person: str,
    jurisdiction: Jurisdiction,
    kind: str,
    role: Mapping[str, Any],
    parties: list[dict[str, Any]],
) -> Iterator[Record]:
    district = text(role, "district").strip()
    yield from bodies.area_records(jurisdiction)
    yield from bodies.body_records(jurisdiction, kind)
    if district and kind in bodies.CHAMBERS:
        yield bodies.district_record(jurisdiction, kind, district)
    post = bodies.post_record(jurisdiction, kind, district)
    yield post
    values = {
        "role": bodies.role_of_type(kind).value,
        "label": bodies.post_label(kind, ""),
        "start_date": partial_date(text(role, "start_date")),
        "end_date": partial_date(text(role, "end_date")),
    }
    links = {"person": person, "organization": post.links["organization"], "post": post.ref, "area": post.links["area"]}
    if party := _party_of(role, parties):
        links["on_behalf_of"] = party_ref(party)
    yield Record(Membership, where, values, links, kind=kind)


def _party_of(role: Mapping[str, Any], parties: list[dict[str, Any]]) -> str:
    """The party of the person when the role began; empty when the file does not tell which of several it was."""
    start = text(role, "start_date")
    fitting = [
        party
        for party in parties
        if (text(party, "start_date") or "0") <= (start or "9") and (text(party, "end_date") or "9") >= (start or "9")
    ]
    names = {text(party, "name").strip() for party in (parties if len(parties) == 1 else fitting)}
    return names.pop() if len(names) == 1 else ""
