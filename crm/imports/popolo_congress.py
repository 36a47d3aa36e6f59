"""A Popolo file of the United States Congress: its ids are those of our profile `us-congress`.

The file names people by their bioguide id, committees by their thomas id, and chambers, parties and seats as we do.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from crm.imports import ocd
from crm.imports.json_yaml_csv import mappings, text
from crm.imports.popolo import Record
from crm.imports.popolo_dataset import Dataset, Rows
from crm.imports.us_congress_terms import SCHEME, Seat, congresses
from crm.people.enums import Level, OrganizationClassification

COMMITTEES = frozenset({OrganizationClassification.COMMITTEE, OrganizationClassification.SUBCOMMITTEE})
CHAMBERS = frozenset({"us-house", "us-senate"})
_SEAT = re.compile(
    r"^(us-house|us-senate)/(?:state|territory|district):([a-z]{2})(?:/(?:cd:([0-9]{1,3})|class:([123])))?$"
)


def is_congress(found: Rows) -> bool:
    """Whether the people of the file are named by their bioguide ids and sit in the chambers of Congress."""
    bodies = {text(row, "id") for row in found["organizations"]}
    bioguide = (
        text(row, "id") == text(pair, "identifier")
        for row in found["persons"][:5]
        for pair in mappings(row.get("identifiers"))
        if text(pair, "scheme") == "bioguide"
    )
    return bool(bodies & CHAMBERS) and any(bioguide)


class Congress(Dataset):
    """The ids, seats and terms of Congress in our own words."""

    level = Level.NATIONAL.value

    def __init__(self, name: str, found: Rows) -> None:
        super().__init__(name, found)
        self._committees = {
            text(row, "id") for row in found["organizations"] if text(row, "classification") in COMMITTEES
        }

    def own_pair(self, kind: str, local: str) -> tuple[str, str]:
        if kind == "person":
            return "bioguide", local
        return ("thomas_id" if local in self._committees else SCHEME), local

    def post_label(self, row: Mapping[str, Any]) -> str:
        seat = seat_of(text(row, "id"))
        return seat.label if seat else super().post_label(row)

    def post_role(self, row: Mapping[str, Any]) -> str:
        seat = seat_of(text(row, "id"))
        return seat.role.lower() if seat else super().post_role(row)

    def period(self, row: Mapping[str, Any]) -> tuple[str, str]:
        in_chamber = text(row, "organization_id") in CHAMBERS
        return (congresses(text(row, "start_date"), text(row, "end_date")) if in_chamber else ""), ""

    def seat_area(self, row: Mapping[str, Any], post: str) -> str:
        """The file calls the whole state the area of its only seat; we call it the district at large."""
        seat = seat_of(post)
        return seat.area if seat else super().seat_area(row, post)

    def more_areas(self) -> Iterator[Record]:
        """The districts at large."""
        named = {seat.area for seat in map(seat_of, self.posts) if seat and seat.district == ocd.AT_LARGE}
        yield from map(ocd.division, sorted(named))

    def title(self, row: Mapping[str, Any]) -> str:
        seat = seat_of(text(row, "post_id"))
        return seat.role if seat else super().title(row)


def seat_of(local: str) -> Seat | None:
    """The seat of `us-house/state:wa/cd:1`, `us-house/state:wy` or `us-senate/state:wa/class:1`; else None."""
    match = _SEAT.match(local)
    if match is None or match[2].upper() not in ocd.STATES or (match[1] == "us-senate") != bool(match[4]):
        return None
    chamber, state, district, senate_class = match.groups()
    number = None if senate_class else int(district or ocd.AT_LARGE)
    return Seat(chamber, state.upper(), number, senate_class or "")
