"""The calendar objects we send: REQUEST, CANCEL and DECLINECOUNTER (RFC 5545, 5546).

Pure: no clock, no database. The caller decides SEQUENCE, DTSTAMP and who is listed.
"""

import re
import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, Protocol, get_args

from icalendar import Calendar, Event, vCalAddress, vDatetime, vText

from meetings.invitations.errors import InvalidInviteError
from meetings.invitations.vtimezone import build_vtimezone, needs_utc

PRODID = "-//Parley//Parley//EN"
MAX_SEQUENCE = 2**31 - 1  # RFC 5545 section 3.3.8
MAX_ADDRESS = 254 + len("mailto:")  # RFC 5321 section 4.5.3.1.3

Role = Literal["CHAIR", "REQ-PARTICIPANT", "OPT-PARTICIPANT", "NON-PARTICIPANT"]
Partstat = Literal["NEEDS-ACTION", "ACCEPTED", "DECLINED", "TENTATIVE", "DELEGATED"]
Cutype = Literal["INDIVIDUAL", "GROUP", "RESOURCE", "ROOM", "UNKNOWN"]

ROLES = frozenset(get_args(Role))
PARTSTATS = frozenset(get_args(Partstat))
CUTYPES = frozenset(get_args(Cutype))


class Named(Protocol):
    """Someone with a name and an e-mail address."""

    @property
    def name(self) -> str: ...
    @property
    def email(self) -> str: ...


@dataclass(frozen=True)
class Party:
    """An ATTENDEE. A scheduler is one of her own right: role NON-PARTICIPANT, rsvp True."""

    name: str
    email: str
    role: Role = "REQ-PARTICIPANT"
    partstat: Partstat = "NEEDS-ACTION"
    rsvp: bool = True
    cutype: Cutype = "INDIVIDUAL"


@dataclass(frozen=True)
class Organizer:
    """The ORGANIZER: an inbox we read, since every reply goes there (RFC 6047 section 2.3)."""

    name: str
    email: str


@dataclass(frozen=True, kw_only=True)
class Invite:
    """One version of one meeting as one set of attendees gets it.

    `starts_at`, `ends_at`, `dtstamp` and `last_modified` are aware. `time_zone` is the zone key
    of the meeting's place. `dtstamp` must be new at every send: clients take an unchanged one
    for "already processed". `status` TENTATIVE marks a hold. `is_private` writes CLASS:PRIVATE.
    """

    uid: str
    sequence: int
    summary: str
    description: str = ""
    location: str = ""
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    organizer: Named
    attendees: tuple[Party, ...]
    status: Literal["CONFIRMED", "TENTATIVE"] | None = "CONFIRMED"
    url: str | None = None
    dtstamp: datetime
    last_modified: datetime | None = None
    is_private: bool = True


def build_request(invite: Invite) -> bytes:
    """METHOD:REQUEST (RFC 5546 section 3.2.2), for a new, a changed or a repeated invitation.

    PARTSTAT is written as given: echo the current answer in a minor update, and pass
    NEEDS-ACTION with rsvp=True after a move. The same invite gives the same bytes.
    """
    event = _event(invite, with_rsvp=True)
    _add_text(event, "description", invite.description, multiline=True)
    if invite.url:
        event.add("url", _absolute_url(invite.url))
    if invite.status:
        event.add("status", invite.status)
    if invite.status == "TENTATIVE":
        event.add("x-microsoft-cdo-busystatus", "TENTATIVE")
    return _calendar("REQUEST", invite, event)


def build_cancel(invite: Invite, *, whole: bool) -> bytes:
    """METHOD:CANCEL (RFC 5546 section 3.2.5); `invite.sequence` is already raised.

    `whole` calls the meeting off (STATUS:CANCELLED). Otherwise only the listed attendees are
    uninvited, and STATUS must be absent.
    """
    if invite.sequence < 1:
        raise InvalidInviteError("Raise the sequence before you cancel the meeting.")
    event = _event(invite, with_rsvp=False)
    if whole:
        event.add("status", "CANCELLED")
    return _calendar("CANCEL", invite, event)


def build_decline_counter(invite: Invite, *, comment: str = "") -> bytes:
    """METHOD:DECLINECOUNTER (RFC 5546 section 3.2.8): the time proposed was refused.

    `invite` holds the time that stands, the proposer as its only attendee, and the SEQUENCE her
    proposal carried.
    """
    event = _event(invite, with_rsvp=False)
    _add_text(event, "comment", comment, multiline=True)
    return _calendar("DECLINECOUNTER", invite, event)


# What a reader may take for a line end; then what is never text: other C0 and C1 controls,
# bidirectional controls, byte order marks and lone surrogates.
_LINE_ENDS = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_NEVER_TEXT = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def description_of(calendar: str) -> str:
    """The text inside a calendar entry of ours."""
    return str(Calendar.from_ical(calendar).events[0].get("DESCRIPTION", ""))


class Planned(Protocol):
    """A meeting as it stands now."""

    starts_at: datetime
    ends_at: datetime
    time_zone: str


def says_the_same(calendar: str, planned: Planned, location: str) -> bool:
    """Whether a calendar entry of ours shows this time, this zone and this place; what cannot be read does not."""
    try:
        event = Calendar.from_ical(calendar).events[0]
        times, zone = (event.start, event.end), event["DTSTART"].params.get("TZID", "UTC")
    except (ValueError, KeyError, IndexError):
        return False
    now = tuple(at.replace(microsecond=0) for at in (planned.starts_at, planned.ends_at))
    return times == now and zone == planned.time_zone and str(event.get("LOCATION", "")) == clean_text(location)


def clean_text(value: str, *, multiline: bool = False) -> str:
    """The text without anything that could end a line or hide what it says.

    Line ends become newlines when `multiline`, else single spaces.
    """
    text = _NEVER_TEXT.sub("", _LINE_ENDS.sub("\n", value).replace("\t", " "))
    return text.strip() if multiline else " ".join(text.split())


def clean_email(value: str) -> str:
    """The address without ``mailto:``, in lower case; empty when it is not an address."""
    if len(value) > MAX_ADDRESS:
        return ""  # before the pattern, whose cost grows with the square of the length
    address = re.sub(r"(?i)^\s*mailto:", "", value).strip().lower()
    is_address = re.fullmatch(r'[^\s@<>",;:\\]+@[^\s@<>",;:\\]+\.[^\s@<>",;:\\]+', address)
    return address if is_address and address == clean_text(address) else ""


def _event(invite: Invite, *, with_rsvp: bool) -> Event:
    _check(invite)
    event = Event()
    event.add("uid", invite.uid)
    event.add("sequence", invite.sequence)
    event.add("dtstamp", invite.dtstamp.astimezone(UTC))
    if invite.last_modified is not None:
        event.add("last-modified", invite.last_modified.astimezone(UTC))
    event.add("dtstart", _time(invite, invite.starts_at), encode=False)
    event.add("dtend", _time(invite, invite.ends_at), encode=False)
    event.add("summary", vText(clean_text(invite.summary)), encode=False)
    _add_text(event, "location", invite.location)
    if invite.is_private:
        event.add("class", "PRIVATE")
    event.add("organizer", _address(invite.organizer), encode=False)
    for party in _once_per_address(invite.attendees):
        event.add("attendee", _attendee(party, with_rsvp=with_rsvp), encode=False)
    return event


def _calendar(method: str, invite: Invite, event: Event) -> bytes:
    """A bare Calendar(): Calendar.new() would add a random UID to the VCALENDAR."""
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    if not _in_utc(invite):
        zone = build_vtimezone(invite.time_zone, invite.starts_at, invite.ends_at)
        calendar.add_component(zone)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _check(invite: Invite) -> None:
    if not re.fullmatch(r"[\x21-\x7e]{1,255}", invite.uid) or re.search(r"[\\;,]", invite.uid):
        raise InvalidInviteError("The meeting needs a UID of plain letters and digits.")
    if not 0 <= invite.sequence <= MAX_SEQUENCE:
        raise InvalidInviteError("The sequence must lie between 0 and 2147483647.")
    if not clean_text(invite.summary):
        raise InvalidInviteError("Give the meeting a title.")
    times = (invite.starts_at, invite.ends_at, invite.dtstamp, invite.last_modified)
    if any(at is not None and at.utcoffset() is None for at in times):
        raise InvalidInviteError("Give every time with its time zone.")
    if invite.starts_at.replace(microsecond=0) >= invite.ends_at.replace(microsecond=0):
        raise InvalidInviteError("The meeting must end after it starts.")
    if not invite.attendees:
        raise InvalidInviteError("Add at least one person to the invitation.")
    try:
        zoneinfo.ZoneInfo(invite.time_zone)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError) as error:
        raise InvalidInviteError("Choose the time zone of the meeting from the list.") from error


def _in_utc(invite: Invite) -> bool:
    return needs_utc(invite.time_zone, invite.starts_at, invite.ends_at)


def _time(invite: Invite, at: datetime) -> vDatetime:
    """TZID is set by hand: icalendar may write an equivalent zone's name instead of ours, and
    drops the one passed to vDatetime with a naive time."""
    at = at.replace(microsecond=0)
    if _in_utc(invite):
        return vDatetime(at.astimezone(UTC))
    local = at.astimezone(zoneinfo.ZoneInfo(invite.time_zone)).replace(tzinfo=None)
    value = vDatetime(local)
    value.params["TZID"] = invite.time_zone
    return value


def _once_per_address(parties: Iterable[Party]) -> list[Party]:
    """An address may be listed once (RFC 5545 section 3.8.4.1); offices share theirs."""
    by_address: dict[str, Party] = {}
    for party in parties:
        by_address.setdefault(party.email.strip().lower(), party)
    return list(by_address.values())


def _address(who: Named) -> vCalAddress:
    email = clean_email(who.email)
    if not email:
        raise InvalidInviteError(f"Correct the e-mail address of {clean_text(who.name)[:80]}.")
    address = vCalAddress(f"mailto:{email}")
    address.params["CN"] = clean_text(who.name) or email
    return address


def _attendee(party: Party, *, with_rsvp: bool) -> vCalAddress:
    if party.role not in ROLES or party.partstat not in PARTSTATS or party.cutype not in CUTYPES:
        raise InvalidInviteError("An attendee has a role, answer or type that calendars lack.")
    address = _address(party)
    address.params["CUTYPE"] = party.cutype
    address.params["ROLE"] = party.role
    address.params["PARTSTAT"] = party.partstat
    if with_rsvp:
        address.params["RSVP"] = "TRUE" if party.rsvp else "FALSE"
    return address


def _add_text(event: Event, name: str, value: str, *, multiline: bool = False) -> None:
    """vText escapes; a plain str would not be escaped in every property."""
    if text := clean_text(value, multiline=multiline):
        event.add(name, vText(text), encode=False)


def _absolute_url(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s<>\"\\^`{|}]+", value) or value != clean_text(value):
        raise InvalidInviteError("The link must be a whole address that starts with https://.")
    return value
