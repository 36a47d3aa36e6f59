"""What a delegate is told: read from the plan when it is published, shown from what was published."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from crm.activity.rules import type_key
from crm.base.links import link_url
from crm.briefings.enums import Audience
from crm.briefings.models import BriefingSnapshot
from meetings.itineraries.models import Itinerary
from meetings.lobbydays.models import Delegate, LobbyDay, LobbyOffice
from meetings.lobbydays.queries import is_confirmed, itinerary_of, starts_at
from meetings.scheduling.models import Meeting


@dataclass(frozen=True)
class Leg:
    """One meeting of somebody's day. Nothing internal is in it."""

    office: LobbyOffice
    starts_at: datetime
    ends_at: datetime
    place: str
    lead: str
    team: tuple[str, ...]
    is_confirmed: bool

    @property
    def visit_url(self) -> str:
        return visit_url(self.office)


def visit_url(office: LobbyOffice) -> str:
    """Where the delegation tells how it went: the address behind the QR code of the sheet."""
    return f"{link_url('v', office.public_id)}visit/"


def day_link(itinerary: Itinerary) -> str:
    """The personal address of a delegate's day."""
    return f"{link_url('d', itinerary.public_id)}day/"


def place_of(office: LobbyOffice) -> str:
    """Where the team goes: the building of the office; where there is none, what its meeting says."""
    meeting = office.meeting if office.building is None and is_confirmed(office) else None
    if meeting is not None and not office.room:
        return str(meeting.venue) if meeting.venue else meeting.join_url
    building = office.building
    parts = (building.name, office.room, building.address) if building else (office.room,)
    return ", ".join(part for part in parts if part)


def length_of(day: LobbyDay, office: LobbyOffice) -> timedelta:
    if office.meeting is not None and is_confirmed(office):
        return office.meeting.ends_at - office.meeting.starts_at
    return timedelta(minutes=day.slot_minutes)


def content_for(day: LobbyDay, delegate: Delegate) -> list[dict[str, Any]]:
    """The day of a delegate as it stands in the plan, ready to be kept."""
    if delegate.left_at is not None:
        return []
    return [
        {
            "office": office.public_id,
            "starts_at": starts_at(office).isoformat(),
            "minutes": int(length_of(day, office).total_seconds() // 60),
            "place": place_of(office),
            "lead": next((m.delegate.public_id for m in office.team.all() if m.is_lead), ""),
            "team": sorted(m.delegate.public_id for m in office.team.all()),
        }
        for office in itinerary_of(delegate)
    ]


def legs_of(itinerary: Itinerary) -> list[Leg]:
    """The published day, in order of time. Offices that left the day since are left out. Two queries."""
    keys = [each["office"] for each in itinerary.content]
    rows = LobbyOffice.objects.filter(public_id__in=keys).select_related("person", "meeting", "building")
    offices = {row.public_id: row for row in rows}
    everybody = {who for each in itinerary.content for who in each["team"]}
    names = dict(Delegate.objects.filter(public_id__in=everybody).values_list("public_id", "name"))
    return [_leg(each, offices[each["office"]], names) for each in itinerary.content if each["office"] in offices]


def _leg(kept: dict[str, Any], office: LobbyOffice, names: dict[str, str]) -> Leg:
    start = datetime.fromisoformat(kept["starts_at"])
    return Leg(
        office,
        start,
        start + timedelta(minutes=kept["minutes"]),
        kept["place"],
        names.get(kept["lead"], ""),
        tuple(sorted(names[who] for who in kept["team"] if who in names)),
        is_confirmed(office),
    )


def team_legs(day: LobbyDay, office: LobbyOffice) -> Leg:
    """One office of the plan as it stands, for the sheets staff print."""
    members = list(office.team.all())
    start = starts_at(office)
    lead = next((member.delegate.name for member in members if member.is_lead), "")
    team = tuple(sorted(member.delegate.name for member in members))
    return Leg(office, start, start + length_of(day, office), place_of(office), lead, team, is_confirmed(office))


def packs_of(legs: list[Leg]) -> dict[int, BriefingSnapshot]:
    """By office, the newest leave-behind made for its meeting. Never anything that stays in the house. One query."""
    meetings = {each.meeting_id: each.pk for leg in legs if (each := leg.office).meeting_id is not None}
    rows = BriefingSnapshot.objects.filter(
        anchor_type=type_key(Meeting), anchor_id__in=meetings, audience=Audience.LEAVE_BEHIND
    )
    found: dict[int, BriefingSnapshot] = {}
    for row in rows.order_by("created_at", "id"):
        if row.anchor_id is not None:
            found[meetings[row.anchor_id]] = row
    return found
