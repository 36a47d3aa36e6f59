"""Calendar feeds on django-ical's writer (RFC 5545, 7986).

What it gets wrong is mended here and in `views.CalendarFeed`: titles escaped for HTML, no PRODID, no VTIMEZONE, DTSTAMP
of the moment of reading, Last-Modified that hides deletions, METHOD without ORGANIZER, zeros and CLASS dropped, empty
CATEGORIES, UID made of the host, raw names, any method accepted. Pure: no clock, no database.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from io import BytesIO
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django_ical.feedgenerator import ICal20Feed
from icalendar import Calendar, FreeBusy, vDatetime, vText, vUri

from meetings.feeds.enums import Detail
from meetings.invitations.itip import PRODID, clean_text
from meetings.invitations.vtimezone import fits_standing, standing_vtimezone
from meetings.scheduling.enums import MeetingState
from meetings.scheduling.models import Meeting, OfferedTime

END = b"END:VCALENDAR\r\n"
REFRESH = timedelta(hours=1)
HOLD = "X-MICROSOFT-CDO-BUSYSTATUS"
Period = tuple[datetime, datetime]


@dataclass(frozen=True)
class Part:
    """One entry as text, and the zone whose VTIMEZONE it needs; empty when it is in UTC."""

    body: str
    zone: str


class KeptFeed(ICal20Feed):
    """A calendar joined of parts that are text already."""

    def __init__(self, title: str, link: str = "", description: str = "", **kwargs: Any) -> None:
        super().__init__(title, link, description, **kwargs)
        self.parts: list[Part] = []

    def add_item(self, title: str, link: str, description: str | None, **kwargs: Any) -> None:
        """Keep what says something: zeros stay, empty texts and lists go."""
        super().add_item(title, link, description, **kwargs)
        self.items[-1] = {name: value for name, value in self.items[-1].items() if value not in (None, "", ())}

    def write(self, outfile: Any, encoding: str) -> None:
        zones = sorted({part.zone for part in self.parts} - {""})
        whole = [self._head(), *(standing_vtimezone(zone).to_ical() for zone in zones)]
        outfile.write(b"".join(whole) + "".join([part.body for part in self.parts]).encode() + END)

    def _head(self) -> bytes:
        """A bare Calendar(): Calendar.new() would add a random UID. Names as vText, else nothing escapes them."""
        calendar, name = Calendar(), vText(clean_text(self.feed["title"]))
        calendar.add("prodid", PRODID)
        calendar.add("version", "2.0")
        calendar.add("calscale", "GREGORIAN")
        calendar.add("name", name, encode=False)
        calendar.add("x-wr-calname", name, encode=False)
        calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", vText("PT1H"), encode=False)
        return bytes(calendar.to_ical()).removesuffix(END)


def meeting_part(meeting: Meeting, detail: Detail) -> Part:
    """The entry of a meeting. DTSTAMP is its last change: the same meeting gives the same bytes."""
    zone = _zone_for(meeting.time_zone, meeting.starts_at, meeting.ends_at)
    is_off = meeting.state == MeetingState.CANCELLED
    item = {
        "unique_id": meeting.uid,
        "sequence": meeting.sequence,
        "timestamp": meeting.updated_at.astimezone(UTC),
        "updateddate": meeting.updated_at.astimezone(UTC),
        "created": meeting.created_at.astimezone(UTC),
        "start_datetime": _time(meeting.starts_at, zone),
        "end_datetime": _time(meeting.ends_at, zone),
        "status": "CANCELLED" if is_off else "CONFIRMED",
        "transparency": "TRANSPARENT" if is_off else "OPAQUE",
        "class": "PUBLIC" if meeting.is_public else "PRIVATE",
    }
    extras: dict[str, Any] = {}
    with translation.override(settings.LANGUAGE_CODE):
        if detail == Detail.SHARED and meeting.is_confidential:
            return _part(item, _("Busy"), "", zone, extras)
        text = ""
        if meeting.venue:
            item["location"] = clean_text(str(meeting.venue))
        if detail != Detail.SHARED:
            text = clean_text(meeting.description, multiline=True)
            if meeting.join_url:
                text = f"{text}\n\n{_('Join online')}: {meeting.join_url}".strip()
                extras["conference"] = _uri(meeting.join_url)
        if detail == Detail.OWN:
            item["url"] = settings.PUBLIC_URL + reverse("meeting_page", args=[meeting.public_id])
        return _part(item, meeting.title, text, zone, extras)


def hold_part(offer: OfferedTime) -> Part:
    """A time we offered and nobody took yet: in the calendar, but not settled (STATUS:TENTATIVE)."""
    request = offer.request
    with translation.override(settings.LANGUAGE_CODE):
        title = _("HOLD: %(ask)s, %(name)s") % {"ask": request.ask.title, "name": request.person.name}
    span = (offer.starts_at, offer.ends_at)
    return _hold_part(request.public_id, settings.PUBLIC_URL, title, span, offer.time_zone, request.updated_at)


@lru_cache(maxsize=1000)
def _hold_part(public_id: str, site: str, title: str, span: Period, time_zone: str, stamp: datetime) -> Part:
    """Remembered, since offers are read far more often than made. UID: this request at this time, on any host."""
    starts_at, ends_at = span
    zone = _zone_for(time_zone, starts_at, ends_at)
    item = {
        "unique_id": str(uuid5(NAMESPACE_URL, f"{public_id} {starts_at.astimezone(UTC).isoformat()}")),
        "sequence": 0,
        "timestamp": stamp.astimezone(UTC),
        "start_datetime": _time(starts_at, zone),
        "end_datetime": _time(ends_at, zone),
        "status": "TENTATIVE",
        "transparency": "OPAQUE",
        "class": "PRIVATE",
        "url": site + reverse("request_page", args=[public_id]),
    }
    return _part(item, title, "", zone, {HOLD: vText("TENTATIVE")})


def calendar_file(title: str, parts: Iterable[Part]) -> bytes:
    """A calendar of these parts, in their order."""
    feed = KeptFeed(title)
    feed.parts = list(parts)
    return _written(feed)


def busy_file(uid: str, span: Period, stamp: datetime, busy: Sequence[Period], tentative: Sequence[Period]) -> bytes:
    """When somebody is busy and nothing else (RFC 5545 section 3.6.4), all in UTC."""
    part = FreeBusy()
    part.add("uid", uid)
    part.add("dtstamp", stamp.astimezone(UTC))
    part.add("dtstart", span[0].astimezone(UTC))
    part.add("dtend", span[1].astimezone(UTC))
    for kind, periods in (("BUSY", busy), ("BUSY-TENTATIVE", tentative)):
        for each in periods:
            part.add("freebusy", tuple(_whole(at) for at in each), parameters={"FBTYPE": kind})
    with translation.override(settings.LANGUAGE_CODE):
        feed = KeptFeed(_("Busy"))
    feed.parts = [Part(part.to_ical().decode(), "")]
    return _written(feed)


def _written(feed: KeptFeed) -> bytes:
    out = BytesIO()
    feed.write(out, "utf-8")
    return out.getvalue()


def _part(item: dict[str, Any], title: str, text: str, zone: str, extras: dict[str, Any]) -> Part:
    """One VEVENT through django-ical's own table of properties."""
    feed, calendar = KeptFeed(""), Calendar()
    feed.add_item(clean_text(title) or _("Meeting"), item.pop("url", ""), text or None, **item)
    feed.write_items(calendar)
    event = calendar.subcomponents[0]
    for name, value in extras.items():
        event.add(name, value, encode=False)
    return Part(event.to_ical().decode(), zone)


def _zone_for(zone: str, starts_at: datetime, ends_at: datetime) -> str:
    """The zone the entry is written in: its own, unless the one VTIMEZONE of the whole feed would be wrong there."""
    return zone if fits_standing(zone, starts_at, ends_at) else ""


def _time(at: datetime, zone: str) -> vDatetime:
    """TZID by hand: icalendar may write an equivalent zone's name."""
    if not zone:
        return vDatetime(_whole(at))
    value = vDatetime(at.replace(microsecond=0).astimezone(ZoneInfo(zone)).replace(tzinfo=None))
    value.params["TZID"] = zone
    return value


def _whole(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)


def _uri(address: str) -> vUri:
    value = vUri(address)
    value.params["VALUE"] = "URI"
    return value
