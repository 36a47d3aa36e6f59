"""Pure rules about people: what a search finds them by, how a name is put together, what one is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from crm.base.text import fold, one_line
from crm.people.enums import OrganizationClassification
from crm.people.models import Membership
from crm.places.models import Area

COMMITTEES = (OrganizationClassification.COMMITTEE, OrganizationClassification.SUBCOMMITTEE)
SEAT_BODIES = (OrganizationClassification.CHAMBER, OrganizationClassification.LEGISLATURE)
# What two memberships share that may be one term of office, and what of it one of the two may not say.
TERM = ("person_id", "member_organization_id", "organization_id", "post_id", "role")
TERM_DETAILS = ("label", "area_id", "on_behalf_of_id")
# What the one with dates tells of the term.
TERM_DATES = ("legislative_period", "start_date", "end_date")
# What an `Overview` reads of a membership.
OVERVIEW = (
    *("person_id", "role", "label", "end_date", "organization__name", "organization__classification"),
    *("post__role", "post__area__name", "post__area__code", "area__name", "area__code"),
    *("on_behalf_of__name", "on_behalf_of__classification"),
)


def search_document(
    *,
    names: Iterable[str],
    emails: Iterable[str] = (),
    organizations: Iterable[str] = (),
    areas: Iterable[str] = (),
) -> str:
    """What `search_text` holds: every distinct text folded, names first, one per line."""
    texts = (fold(text) for group in (names, emails, organizations, areas) for text in group)
    return "\n".join(dict.fromkeys(text for text in texts if text))


def full_name(given: str, middle: str, family: str, suffix: str = "") -> str:
    """The name in reading order, from its parts."""
    return one_line(" ".join(part for part in (given, middle, family, suffix) if part))


def sort_name_of(name: str, given: str = "", family: str = "") -> str:
    """Family name first when the parts are known, else the name as it stands: nobody guesses where it splits."""
    return f"{family}, {given}" if family and given else family or name


def is_one_term(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether of two memberships that share `TERM` one is dated and the other is the same term without its dates.

    Columns by name. Two that are both dated, or both not, or say different things of the term, are two.
    """
    if _is_dated(one) == _is_dated(other):
        return False
    dated, bare = (one, other) if _is_dated(one) else (other, one)
    if bare["legislative_period"] and bare["legislative_period"] != dated["legislative_period"]:
        return False
    return all(not one[name] or not other[name] or one[name] == other[name] for name in TERM_DETAILS)


def _is_dated(held: Mapping[str, Any]) -> bool:
    return bool(held["start_date"] or held["end_date"])


def area_of(seat: Membership) -> Area | None:
    """The area a seat stands for: its own, else its post's."""
    return seat.area or (seat.post.area if seat.post else None)


def seat_words(seat: Membership) -> str:
    """A seat in a few words: the role and the short code of its area."""
    area = area_of(seat)
    role = seat.post.role if seat.post else seat.label
    return " ".join(part for part in (role.capitalize(), (area.code or area.name) if area else "") if part)


def party_name(held: Membership) -> str:
    """Whom a seat is held for. Never an office: its name could give away a hidden head."""
    party = held.on_behalf_of
    return party.name if party and party.classification != OrganizationClassification.OFFICE else ""


def job_words(held: Membership) -> str:
    """A job in a few words: what it is called and where."""
    title = held.label or held.get_role_display()
    return f"{title[:1].upper()}{title[1:]}, {held.organization.name}"


@dataclass
class Overview:
    """What a list shows of a person besides the name: the newest seat, else the newest job, else a committee."""

    seat: str = ""
    job: str = ""
    committee: str = ""
    party: str = ""
    term_end: str = ""
    columns: dict[str, Any] = field(default_factory=dict)

    @property
    def main_role(self) -> str:
        """What the person is, as far as memberships tell."""
        return self.seat or self.job or self.committee

    def add(self, held: Membership) -> None:
        """Take note of a current membership; called in the order in which they began."""
        kind = held.organization.classification
        if kind == OrganizationClassification.PARTY:
            self.party = held.organization.name
        elif kind in SEAT_BODIES and held.post and area_of(held):
            self.seat = seat_words(held)
            self.term_end = held.end_date
            self.party = party_name(held) or self.party
        elif kind in COMMITTEES:
            self.committee = job_words(held)
        else:
            self.job = job_words(held)
