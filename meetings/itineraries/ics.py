"""One delegate's day as a calendar file (RFC 5545): VEVENTs, no METHOD, our own VTIMEZONE. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vDatetime, vText

from meetings.invitations.itip import PRODID, clean_text
from meetings.invitations.vtimezone import build_vtimezone, needs_utc


@dataclass(frozen=True)
class Entry:
    """One meeting. A confirmed one has the UID and SEQUENCE of its invitation, so that no calendar shows it twice."""

    uid: str
    sequence: int
    summary: str
    location: str
    description: str
    starts_at: datetime
    ends_at: datetime
    is_confirmed: bool


def build_calendar(entries: Sequence[Entry], *, name: str, time_zone: str, stamp: datetime) -> bytes:
    """The file; the same entries and stamp give the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", vText(clean_text(name)), encode=False)
    in_utc = any(needs_utc(time_zone, each.starts_at, each.ends_at) for each in entries)
    if entries and not in_utc:
        start, end = min(each.starts_at for each in entries), max(each.ends_at for each in entries)
        calendar.add_component(build_vtimezone(time_zone, start, end))
    for each in entries:
        calendar.add_component(_event(each, None if in_utc else time_zone, stamp))
    return bytes(calendar.to_ical())


def _event(each: Entry, time_zone: str | None, stamp: datetime) -> Event:
    event = Event()
    event.add("uid", each.uid)
    event.add("dtstamp", vDatetime(stamp.astimezone(UTC).replace(microsecond=0)))
    event.add("dtstart", _time(each.starts_at, time_zone))
    event.add("dtend", _time(each.ends_at, time_zone))
    event.add("sequence", each.sequence)
    event.add("status", "CONFIRMED" if each.is_confirmed else "TENTATIVE")
    event.add("class", "PRIVATE")
    for name, value, multiline in (
        ("summary", each.summary, False),
        ("location", each.location, False),
        ("description", each.description, True),
    ):
        if words := clean_text(value, multiline=multiline):
            event.add(name, vText(words), encode=False)
    return event


def _time(at: datetime, time_zone: str | None) -> vDatetime:
    """TZID is set by hand: icalendar may write an equivalent zone's name instead of ours."""
    at = at.replace(microsecond=0)
    if time_zone is None:
        return vDatetime(at.astimezone(UTC))
    value = vDatetime(at.astimezone(ZoneInfo(time_zone)).replace(tzinfo=None))
    value.params["TZID"] = time_zone
    return value
