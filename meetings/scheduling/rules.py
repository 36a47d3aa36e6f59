"""Times, places and states of meetings: pure decisions."""

import re
import zoneinfo
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format, get_format
from django.utils.translation import gettext_lazy as _

from meetings.scheduling.enums import AttendeeRole, MeetingFormat, MeetingState, OfferState, PartStat, RequestState
from meetings.scheduling.errors import (
    AmbiguousTimeError,
    JoinUrlError,
    MeetingOverError,
    PlaceMissingError,
    PublicAndConfidentialError,
    SkippedTimeError,
    TimesError,
    UnknownZoneError,
    WrongStateError,
)
from meetings.scheduling.models import OPEN_STATES, Attendee, Meeting, MeetingRequest, OfferedTime, Venue

MAX_OFFERS = 6
OPEN_REQUEST = tuple(OPEN_STATES)
ASKED = tuple(state for state in OPEN_STATES if state != RequestState.DRAFTED)
WAITING_OFFERS = (OfferState.OFFERED, OfferState.HELD)
REQUIRED_ROLES = frozenset({AttendeeRole.POLICYMAKER, AttendeeRole.SCHEDULER, AttendeeRole.LEAD})
"""Without these the meeting cannot go ahead: their refusal makes a task."""

_HTTPS = re.compile(r"https://[^\s<>\"\\^`{|}]+")


def zone_of(key: str) -> zoneinfo.ZoneInfo:
    """The IANA zone. Raises UnknownZoneError for anything that is not a key in the database."""
    try:
        if key in {"", "localtime", "Factory"}:
            raise UnknownZoneError
        return zoneinfo.ZoneInfo(key)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError) as error:
        raise UnknownZoneError from error


def localise(naive: datetime, zone: str, fold: int | None = None) -> datetime:
    """The moment a clock in `zone` shows `naive`.

    Raises AmbiguousTimeError or SkippedTimeError, with both moments as `choices`, when the clocks
    change there and `fold` (0 the first, 1 the second of `choices`) does not say which is meant.
    """
    place = zone_of(zone)
    local = naive.replace(tzinfo=None)
    utc = [local.replace(tzinfo=place, fold=each).astimezone(UTC) for each in (0, 1)]
    if utc[0] == utc[1]:
        return utc[0].astimezone(place)
    earlier, later = (moment.astimezone(place) for moment in sorted(utc))
    if fold is not None:
        return (earlier, later)[fold]
    names = {"time": f"{local:%H:%M}", "earlier": _clock(earlier), "later": _clock(later)}
    if earlier.replace(tzinfo=None) == later.replace(tzinfo=None):
        sentence = _("The clocks go back that night and pass %(time)s twice. Choose %(earlier)s or %(later)s.")
        raise AmbiguousTimeError(sentence % names, (earlier, later))
    sentence = _("The clocks go forward that night, so there is no %(time)s. Choose %(earlier)s or %(later)s.")
    raise SkippedTimeError(sentence % names, (earlier, later))


def moved_to(meeting: Meeting, wanted: str) -> datetime | None:
    """The start somebody wants, as the clocks at the place show it: a day keeps the hour of the meeting.

    A moment with an offset is read at the place. None for anything that is no day and no time.
    """
    place = zone_of(meeting.time_zone)
    try:
        given = datetime.fromisoformat(wanted)
        if given.tzinfo is not None:
            return given.astimezone(place).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None
    is_day = len(wanted) <= len("2026-10-28")
    return datetime.combine(given, meeting.starts_at.astimezone(place).time()) if is_day else given


def offset_name(local: datetime) -> str:
    """`UTC-04:00`."""
    east = f"{local:%z}"
    return f"UTC{east[:3]}:{east[3:5]}"


def _clock(local: datetime) -> str:
    return f"{local:%H:%M} ({offset_name(local)})"


def describe_times(starts_at: datetime, ends_at: datetime, zone: str, language: str = "en") -> str:
    """`Wednesday 28 October 2026, 15:00–15:30 (America/New_York, UTC-04:00)` in the words of `language`."""
    start, end = (moment.astimezone(zone_of(zone)) for moment in (starts_at, ends_at))
    with translation.override(language):
        day = _day(start, language)
        until = f"{end:%H:%M}" if end.date() == start.date() else f"{_day(end, language)}, {end:%H:%M}"
    offsets = offset_name(start)
    if end.utcoffset() != start.utcoffset():
        offsets = f"{offsets} → {offset_name(end)}"
    return f"{day}, {start:%H:%M}–{until} ({zone}, {offsets})"


def _day(local: datetime, language: str) -> str:
    shape = "j F Y" if language.startswith("en") else get_format("DATE_FORMAT", language)
    return f"{date_format(local, 'l')} {date_format(local, shape)}"


def check_times(starts_at: datetime, ends_at: datetime, zone: str) -> None:
    """Raises TimesError or UnknownZoneError."""
    zone_of(zone)
    if starts_at.utcoffset() is None or ends_at.utcoffset() is None or ends_at <= starts_at:
        raise TimesError


def check_place(format: str, venue: Venue | None, join_url: str) -> None:
    """In person needs a venue, online an https link. Raises PlaceMissingError or JoinUrlError."""
    if join_url and not _HTTPS.fullmatch(join_url):
        raise JoinUrlError
    if (format == MeetingFormat.IN_PERSON and venue is None) or (format == MeetingFormat.ONLINE and not join_url):
        raise PlaceMissingError


def check_audience(meeting: Meeting, changes: Mapping[str, Any]) -> None:
    """What is confidential is in no public calendar. Raises PublicAndConfidentialError."""
    if all(changes.get(name, getattr(meeting, name)) for name in ("is_confidential", "is_public")):
        raise PublicAndConfidentialError


def is_far(old: Venue | None, new: Venue | None) -> bool:
    """Whether people have to plan another way: another house, not another room (RFC 5546 section 2.1.4)."""
    return place_key(old) != place_key(new)


def place_key(venue: Venue | None) -> tuple[str, str]:
    return (venue.name, venue.address) if venue else ("", "")


def check_request(request: MeetingRequest, *states: RequestState) -> None:
    if request.state not in states:
        raise WrongStateError


def check_offer(offer: OfferedTime | None, request: MeetingRequest) -> None:
    """Only a time of this request that is still on offer may be chosen."""
    if offer is not None and (offer.request_id != request.pk or offer.state not in WAITING_OFFERS):
        raise WrongStateError


def check_running(meeting: Meeting) -> None:
    """Only a confirmed meeting may still change. Raises MeetingOverError."""
    if meeting.state != MeetingState.CONFIRMED:
        raise MeetingOverError


def is_running(meeting: Meeting) -> bool:
    return bool(meeting.state == MeetingState.CONFIRMED)


def sent_staff(attendee: Attendee) -> bool:
    """Whether she said that staff come in her place."""
    return bool(attendee.partstat == PartStat.DELEGATED)


def is_required(attendee: Attendee) -> bool:
    return attendee.role in REQUIRED_ROLES


def changed_fields(meeting: Meeting, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Those of `wanted` that differ from the meeting as it stands."""
    return {name: value for name, value in wanted.items() if getattr(meeting, name) != value}


def is_significant(meeting: Meeting, changed: Mapping[str, Any]) -> bool:
    """Whether everybody has to answer again: another time, zone, format or house."""
    if "venue" in changed and is_far(meeting.venue, changed["venue"]):
        return True
    return bool({"starts_at", "ends_at", "time_zone", "format"} & set(changed))


def next_number(current: int, seen: int | None, *, is_back: bool = False) -> int:
    """The SEQUENCE after a change everybody has to know of (RFC 5546 section 2.1.4).

    `seen` is the highest number anybody outside may have, None when nobody has any. A number nobody saw is used
    again, so that no calendar meets a gap; a meeting that `is_back` where they all have it needs no new one.
    """
    if seen is None or current <= seen:
        return current + 1
    return seen if is_back else seen + 1


def place_of(meeting: Meeting) -> str:
    """The venue, or where to join."""
    return str(meeting.venue) if meeting.venue else meeting.join_url


def differences(meeting: Meeting, changed: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
    """What guests notice, as (code, old, new). The codes are title, description, time, place and link;
    a time is packed by `pack_times`."""
    after = {name: changed.get(name, getattr(meeting, name)) for name in (*_TIME, "venue")}
    now = {name: getattr(meeting, name) for name in (*_TIME, "venue")}
    found = (
        ("title", meeting.title, changed.get("title", meeting.title)),
        ("time", pack_times(*(now[n] for n in _TIME)), pack_times(*(after[n] for n in _TIME))),
        ("place", str(now["venue"] or ""), str(after["venue"] or "")),
        ("link", meeting.join_url, changed.get("join_url", meeting.join_url)),
        ("description", meeting.description, changed.get("description", meeting.description)),
    )
    return tuple(each for each in found if each[1] != each[2])


_TIME = ("starts_at", "ends_at", "time_zone")


def pack_times(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    """Two moments and their zone as one text, for `unpack_times`."""
    return f"{starts_at.astimezone(UTC).isoformat()} {ends_at.astimezone(UTC).isoformat()} {zone}"


def unpack_times(packed: str) -> tuple[datetime, datetime, str]:
    starts_at, ends_at, zone = packed.split(" ")
    return datetime.fromisoformat(starts_at), datetime.fromisoformat(ends_at), zone


def offer_fields(times: Sequence[tuple[datetime, datetime, str]], language: str) -> dict[str, str]:
    """The merge fields time_1 … time_6 of the mail `meeting-offer`; empty where there are fewer."""
    lines = [describe_times(*each, language) for each in sorted(times, key=lambda each: each[0])]
    return {f"time_{n + 1}": lines[n] if n < len(lines) else "" for n in range(MAX_OFFERS)}


def request_fields(request: MeetingRequest) -> dict[str, str]:
    """The merge fields of every mail to a scheduler: who, what we ask, who we are."""
    return {
        "scheduler_name": request.scheduler.name if request.scheduler else "",
        "policymaker_name": request.person.name,
        "ask_title": request.ask.title,
        "ask_detail": request.ask.detail,
        "bill": request.ask.bill,
        "organisation_name": settings.ORGANISATION_NAME,
        "contact_name": request.owner.get_full_name() or request.owner.get_username(),
        "contact_email": request.owner.email,
    }


def missing_people(listed: Collection[int | None], wanted: Sequence[Any]) -> list[Any]:
    """Those of `wanted` (people, possibly None) whose key is not `listed`, each once."""
    found = {person.pk: person for person in wanted if person is not None and person.pk not in listed}
    return list(found.values())
