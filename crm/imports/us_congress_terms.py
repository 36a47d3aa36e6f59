"""Seats, terms of office and leadership roles of the two chambers."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from crm.imports import ocd
from crm.imports.json_yaml_csv import text
from crm.imports.popolo import Record
from crm.people.enums import Level, MembershipRole, OrganizationClassification
from crm.people.models import Identifier, Membership, Organization, Post

SCHEME = "us-congress"
CONGRESS = "us-congress"
CHAMBERS = {
    "sen": ("us-senate", "United States Senate"),
    "rep": ("us-house", "United States House of Representatives"),
}
LEADERSHIP = {
    "senate": ("us-senate/leadership", "Leadership of the Senate"),
    "house": ("us-house/leadership", "Leadership of the House of Representatives"),
}
FIRST_CONGRESS_YEAR = 1789


@dataclass(frozen=True)
class Seat:
    """A seat that survives its holders. Senators have a class and no district."""

    chamber: str
    state: str
    district: int | None
    senate_class: str

    @property
    def ref(self) -> str:
        return f"{self.chamber}/{self.area}/{self.senate_class}"

    @property
    def area(self) -> str:
        return ocd.state_id(self.state) if self.district is None else ocd.district_id(self.state, self.district)

    @property
    def label(self) -> str:
        if self.district is None:
            return f"Senate seat class {self.senate_class} for {ocd.STATES[self.state]}"
        return f"Representative for {self.state}-{self.district}"

    @property
    def role(self) -> str:
        """What the holder is called: territories and the federal district send delegates without a vote."""
        if self.district is None:
            return "Senator"
        if self.state == "PR":
            return "Resident Commissioner"
        return "Delegate" if self.state in ocd.TERRITORIES or self.state == "DC" else "Representative"


def seat_of(term: Mapping[str, Any]) -> Seat | None:
    """The seat a term was served in; None when chamber, state or district is not one we know."""
    kind, state, district = text(term, "type"), text(term, "state"), text(term, "district")
    if state not in ocd.STATES:
        return None
    if kind == "sen" and text(term, "class") in ("1", "2", "3"):
        return Seat(CHAMBERS[kind][0], state, None, text(term, "class"))
    if kind == "rep" and district.isascii() and district.isdigit() and len(district) < 4:
        return Seat(CHAMBERS[kind][0], state, int(district), "")
    return None


def body_records(seats: Iterable[Seat], terms: Iterable[Mapping[str, Any]]) -> Iterator[Record]:
    """Congress, its chambers, their leadership, the parties of these terms, and these seats."""
    kinds = OrganizationClassification
    yield from _body(CONGRESS, "United States Congress", kinds.LEGISLATURE, area=ocd.COUNTRY)
    for ref, name in CHAMBERS.values():
        yield from _body(ref, name, kinds.CHAMBER, parent=CONGRESS)
    for ref, name in LEADERSHIP.values():
        yield from _body(ref, name, kinds.OTHER, parent=ref.partition("/")[0])
    for party in sorted({text(term, "party") for term in terms} - {""}):
        yield from _body(party_ref(party), party, kinds.PARTY)
    for seat in dict.fromkeys(seats):
        links = {"organization": seat.chamber, "area": seat.area}
        yield Record(Post, seat.ref, {"label": seat.label, "role": seat.role.lower()}, links, kind="seat")


def _body(ref: str, name: str, kind: OrganizationClassification, **links: str) -> Iterator[Record]:
    values = {"name": name, "classification": kind.value, "level": Level.NATIONAL.value}
    yield Record(Organization, ref, values, links, kind=kind.value)
    pair = {"scheme": SCHEME, "identifier": ref}
    yield Record(Identifier, f"id:{ref}", pair, {"organization": ref}, kind="organization identifier")


def party_ref(party: str) -> str:
    return f"party/{party.lower()}"


def term_record(person: str, seat: Seat, term: Mapping[str, Any]) -> Record:
    """One term as a membership of the chamber. Who caucuses with another party says so in the title."""
    start, end, party, caucus = (text(term, key) for key in ("start", "end", "party", "caucus"))
    values = {
        "role": MembershipRole.MEMBER.value,
        "label": f"{seat.role}, caucus: {caucus}" if caucus else seat.role,
        "legislative_period": congresses(start, end),
        "start_date": start,
        "end_date": end,
    }
    links = {"person": person, "organization": seat.chamber, "post": seat.ref, "area": seat.area}
    if party:
        links["on_behalf_of"] = party_ref(party)
    return Record(Membership, f"{person}/{seat.ref}/{start}", values, links, kind="term")


def congresses(start: str, end: str) -> str:
    """The numbers of the Congresses a term spans, `119` or `117-119`; empty when a date is not a whole day.

    A Congress begins at noon on 3 January of each odd year (20th Amendment, sections 1 and 2).
    """
    try:
        first, last = date.fromisoformat(start), date.fromisoformat(end) - timedelta(days=1)
    except ValueError:
        return ""
    numbers = [_congress(first), _congress(max(first, last))]
    return "-".join(dict.fromkeys(str(number) for number in numbers))


def _congress(day: date) -> int:
    year = day.year - 1 if (day.month, day.day) < (1, 3) else day.year
    return (year - FIRST_CONGRESS_YEAR) // 2 + 1


def leadership_posts(roles: Iterable[Mapping[str, Any]]) -> Iterator[Record]:
    """Each post once, whoever held it."""
    held = {(text(role, "chamber"), text(role, "title")) for role in roles}
    for chamber, title in sorted(held):
        if chamber in LEADERSHIP and title:
            body = LEADERSHIP[chamber][0]
            values = {"label": title, "role": "leadership"}
            yield Record(Post, f"{body}/{title}", values, {"organization": body}, kind="leadership post")


def leadership_records(person: str, roles: list[dict[str, Any]]) -> Iterator[Record | str]:
    """Posts such as majority whip. A role listed twice from one day on is taken once, with its later end."""
    longest: dict[tuple[str, str, str], str] = {}
    for role in roles:
        key = (text(role, "chamber"), text(role, "title"), text(role, "start"))
        end = text(role, "end")
        if key in longest:
            sentence = _("%(ref)s holds “%(title)s” twice from %(start)s on; the longer one was taken.")
            yield sentence % {"ref": person, "title": key[1], "start": key[2]}
            end = max(end, longest[key]) if end and longest[key] else ""
        longest[key] = end
    for (chamber, title, start), end in longest.items():
        if chamber in LEADERSHIP and title:
            yield _leadership(person, LEADERSHIP[chamber][0], title, start, end)


def _leadership(person: str, body: str, title: str, start: str, end: str) -> Record:
    post = f"{body}/{title}"
    values = {"role": MembershipRole.LEADERSHIP.value, "label": title, "start_date": start, "end_date": end}
    links = {"person": person, "organization": body, "post": post}
    return Record(Membership, f"{person}/{post}/{start}", values, links, kind="leadership role")
