"""The bodies, districts and parties that Open States names by jurisdiction, chamber and district.

Their ids are worked out from the jurisdiction alone, so the same body and the same area come out whatever was
imported before.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from crm.imports import ocd
from crm.imports.popolo import Record
from crm.people.enums import Level, MembershipRole, OrganizationClassification
from crm.people.models import Identifier, Organization, Post
from crm.places.enums import AreaClassification
from crm.places.models import Area

SCHEME = "openstates"
# Role types that are seats in a chamber; every other type is an executive or municipal post.
CHAMBERS = ("upper", "lower", "legislature")
SEATS = {"upper": "Senator", "lower": "Representative", "legislature": "Legislator"}
POSTS = {"lt_governor": "Lieutenant Governor"}
HEADS = frozenset({"governor", "lt_governor", "mayor", "president", "prime minister"})
# Lower chambers that are not called House of Representatives.
LOWER = dict.fromkeys(("CA", "NV", "NJ", "NY", "WI"), "Assembly") | dict.fromkeys(
    ("MD", "VA", "WV"), "House of Delegates"
)
_DISTRICT_OF_OCD = {"upper": "sldu", "lower": "sldl", "legislature": "sldu"}
_SEPARATORS = re.compile(r"[\s,/]+")


@dataclass(frozen=True)
class Jurisdiction:
    """An `ocd-jurisdiction/…/government` id, taken apart."""

    identifier: str

    @property
    def division(self) -> str:
        path = self.identifier.removeprefix("ocd-jurisdiction/")
        return ocd.DIVISION + path.rpartition("/")[0]

    @property
    def is_known(self) -> bool:
        return self.identifier.startswith("ocd-jurisdiction/country:") and self.identifier.count("/") > 1

    @property
    def name(self) -> str:
        return ocd.made_up_name(self.division)

    @property
    def level(self) -> Level:
        kind = ocd.classification_of(self.division)
        known = {AreaClassification.COUNTRY: Level.NATIONAL, AreaClassification.STATE: Level.STATE}
        return known.get(kind, Level.LOCAL)

    def body(self, role_type: str) -> str:
        """The ref of the body a role of this type belongs to."""
        if role_type == "legislature" or (role_type not in CHAMBERS and self.level == Level.LOCAL):
            return self.identifier
        return f"{self.identifier}/{role_type if role_type in CHAMBERS else 'executive'}"


def area_records(jurisdiction: Jurisdiction) -> Iterator[Record]:
    """The area of the jurisdiction and those it lies in."""
    identifier = jurisdiction.division
    while identifier:
        yield ocd.division(identifier)
        identifier = ocd.parent_id(identifier)


def body_records(jurisdiction: Jurisdiction, role_type: str) -> Iterator[Record]:
    """The body a role of this type belongs to, with the legislature above a chamber."""
    kinds = OrganizationClassification
    ref, name = jurisdiction.body(role_type), jurisdiction.name
    if role_type in CHAMBERS:
        yield from _body(jurisdiction, jurisdiction.identifier, f"{name} Legislature", kinds.LEGISLATURE)
    if role_type in ("upper", "lower"):
        chamber = _chamber_name(jurisdiction, role_type)
        yield from _body(jurisdiction, ref, chamber, kinds.CHAMBER, jurisdiction.identifier)
    if role_type not in CHAMBERS:
        title = f"Municipality of {name}" if jurisdiction.level == Level.LOCAL else f"Government of {name}"
        yield from _body(jurisdiction, ref, title, kinds.GOVERNMENT)


def _chamber_name(jurisdiction: Jurisdiction, role_type: str) -> str:
    if not jurisdiction.division.startswith(f"{ocd.COUNTRY}/"):
        return f"{jurisdiction.name} Legislature, {role_type} chamber"
    code = jurisdiction.division.rpartition(":")[2].upper()
    chamber = "Senate" if role_type == "upper" else LOWER.get(code, "House of Representatives")
    return f"{jurisdiction.name} {chamber}"


def _body(
    jurisdiction: Jurisdiction, ref: str, name: str, kind: OrganizationClassification, parent: str = ""
) -> Iterator[Record]:
    values = {"name": name, "classification": kind.value, "level": jurisdiction.level.value}
    links = {"area": jurisdiction.division} | ({"parent": parent} if parent else {})
    yield Record(Organization, ref, values, links, kind=kind.value)
    yield identifier_record(ref, SCHEME, ref, "organization")


def identifier_record(ref: str, scheme: str, value: str, owner: str) -> Record:
    """One identifier of a person or an organization."""
    pair = {"scheme": scheme, "identifier": value}
    return Record(Identifier, f"id:{scheme}:{value}", pair, {owner: ref}, kind=f"{owner} identifier")


def party_ref(name: str) -> str:
    return f"party/{name.lower()}"


def party_records(name: str) -> Iterator[Record]:
    """A party, one row for all states it sits in."""
    values = {"name": name, "classification": OrganizationClassification.PARTY.value}
    yield Record(Organization, party_ref(name), values, kind="party")
    yield identifier_record(party_ref(name), SCHEME, party_ref(name), "organization")


def district_id(jurisdiction: Jurisdiction, role_type: str, district: str) -> str:
    """The area a seat stands for. Outside the United States there is no rule, so the id is of this source alone."""
    slug = _SEPARATORS.sub("_", district.strip().lower())
    if not jurisdiction.division.startswith(f"{ocd.COUNTRY}/"):
        return f"{SCHEME}/{jurisdiction.identifier}/{role_type}:{slug}"
    slug = slug.lstrip("0") or slug
    if jurisdiction.division.endswith("/district:dc"):
        return f"{jurisdiction.division}/ward:{slug[5:]}" if slug.startswith("ward_") else jurisdiction.division
    return f"{jurisdiction.division}/{_DISTRICT_OF_OCD[role_type]}:{slug}"


def district_record(jurisdiction: Jurisdiction, role_type: str, district: str) -> Record:
    """The area of a district, under the jurisdiction's own."""
    identifier = district_id(jurisdiction, role_type, district)
    if ocd.is_division(identifier):
        return ocd.division(identifier)
    kind = AreaClassification.LOWER_DISTRICT if role_type == "lower" else AreaClassification.UPPER_DISTRICT
    values = {"identifier": identifier, "classification": kind.value}
    defaults = {"name": f"{jurisdiction.name} {district}"}
    return Record(Area, identifier, values, {"parent": jurisdiction.division}, kind="area", defaults=defaults)


def post_label(role_type: str, district: str) -> str:
    """What the seat or job is called."""
    title = SEATS.get(role_type) or POSTS.get(role_type) or role_type.replace("_", " ").title()
    return f"{title} for {district}" if district else title


def post_record(jurisdiction: Jurisdiction, role_type: str, district: str) -> Record:
    """A seat of a district, or an executive job. Several people may hold a seat of one district at once."""
    body, label = jurisdiction.body(role_type), post_label(role_type, district)
    has_area = district and role_type in CHAMBERS
    area = district_id(jurisdiction, role_type, district) if has_area else jurisdiction.division
    values = {"label": label, "role": post_label(role_type, "").lower()}
    return Record(Post, f"{body}/{label}", values, {"organization": body, "area": area}, kind="post")


def role_of_type(role_type: str) -> MembershipRole:
    return MembershipRole.LEADERSHIP if role_type in HEADS else MembershipRole.MEMBER
