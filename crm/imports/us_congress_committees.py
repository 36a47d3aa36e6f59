"""Committees, subcommittees and who sits on them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from crm.imports.enums import ProblemKind
from crm.imports.errors import SourceError
from crm.imports.json_yaml_csv import mappings, need_list, text
from crm.imports.popolo import Problem, Record
from crm.imports.us_congress_offices import contact
from crm.imports.us_congress_terms import CONGRESS
from crm.people.enums import ContactType, Level, MembershipRole, OrganizationClassification, Side
from crm.people.models import Identifier, Membership, Organization

PARENTS = {"house": "us-house", "senate": "us-senate", "joint": CONGRESS}
IDS = ("thomas_id", "house_committee_id", "senate_committee_id")
CONTACTS = (
    (ContactType.VOICE, "phone", ""),
    (ContactType.ADDRESS, "address", ""),
    (ContactType.URL, "url", ""),
    (ContactType.URL, "minority_url", "minority"),
)
ROLES = (
    ("vice chair", MembershipRole.VICE_CHAIR),
    ("vice-chair", MembershipRole.VICE_CHAIR),
    ("co-vice chair", MembershipRole.VICE_CHAIR),
    ("deputy chair", MembershipRole.VICE_CHAIR),
    ("vice-president", MembershipRole.VICE_CHAIR),
    ("vice president", MembershipRole.VICE_CHAIR),
    ("chair", MembershipRole.CHAIR),
    ("cochair", MembershipRole.CHAIR),
    ("co-chair", MembershipRole.CHAIR),
    ("president", MembershipRole.CHAIR),
    ("ranking ", MembershipRole.RANKING_MEMBER),
    ("ex officio", MembershipRole.EX_OFFICIO),
    ("ex-officio", MembershipRole.EX_OFFICIO),
    ("exoficio", MembershipRole.EX_OFFICIO),
)


def committee_records(file: str, data: Any) -> Iterator[Record | Problem]:
    """Committees with their subcommittees, whose id is the parent's followed by their own."""
    for number, committee in enumerate(need_list(file, data), start=1):
        key = text(committee, "thomas_id")
        parent = PARENTS.get(text(committee, "type"))
        if not key or not parent:
            sentence = _("This committee needs a thomas_id and the type house, senate or joint; add them.")
            yield Problem(ProblemKind.ERROR, Organization, f"{file}, {number}", "thomas_id", key, sentence)
            continue
        yield from _body(committee, key, parent, OrganizationClassification.COMMITTEE)
        for part in mappings(committee.get("subcommittees")):
            own = {**part, "thomas_id": key + text(part, "thomas_id")}
            yield from _body(own, own["thomas_id"], committee_ref(key), OrganizationClassification.SUBCOMMITTEE)


def committee_ref(key: str) -> str:
    return f"committee:{key}"


def _body(row: Mapping[str, Any], key: str, parent: str, kind: OrganizationClassification) -> Iterator[Record]:
    ref = committee_ref(key)
    values = {
        "name": text(row, "name"),
        "classification": kind.value,
        "description": text(row, "jurisdiction"),
        "level": Level.NATIONAL.value,
    }
    yield Record(Organization, ref, values, {"parent": parent}, kind=kind.value)
    for scheme in IDS:
        if value := text(row, scheme):
            pair = {"scheme": scheme, "identifier": value}
            link = {"organization": ref}
            yield Record(Identifier, f"id:{scheme}:{value}", pair, link, kind="organization identifier")
    for type_, column, label in CONTACTS:
        if value := text(row, column):
            found = contact({"organization": ref}, type_, value, label)
            yield Record(found.model, found.ref, found.values, found.links, kind=f"committee {type_.value}")


def seat_records(file: str, data: Any) -> Iterator[Record | Problem]:
    """Seats of committees and subcommittees. The title of the source stays; the role is what we can ask for."""
    for committee, members in _by_committee(file, data).items():
        for number, member in enumerate(members, start=1):
            person, title = text(member, "bioguide"), text(member, "title")
            if not person:
                sentence = _("This seat lacks the bioguide id of its holder; add it.")
                yield Problem(ProblemKind.ERROR, Membership, f"{file}, {committee} {number}", "bioguide", "", sentence)
                continue
            side = text(member, "party").lower()
            values = {
                "role": role_of_title(title).value,
                "label": title,
                "rank": text(member, "rank"),
                "side": side if side in Side.values else "",
            }
            links = {"person": f"person:{person}", "organization": committee_ref(committee)}
            yield Record(Membership, f"seat:{committee}/{person}", values, links, kind="committee seat")


def _by_committee(file: str, data: Any) -> dict[str, list[dict[str, Any]]]:
    if isinstance(data, dict):
        return {committee: mappings(members) for committee, members in data.items() if isinstance(committee, str)}
    rows = need_list(file, data)
    if "committee_id" not in rows[0]:
        raise SourceError(_("“%(file)s” names no committees; download it again or take it away.") % {"file": file})
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[text(row, "committee_id")].append(row)
    return found


def role_of_title(title: str) -> MembershipRole:
    """The role a title stands for; a title we do not know is a plain member's."""
    words = title.lower()
    return next((role for start, role in ROLES if words.startswith(start)), MembershipRole.MEMBER)
