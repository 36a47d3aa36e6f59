"""Calendar answers that come back by mail: REPLY, COUNTER and REFRESH (RFC 5546).

Everything here is hostile text. Only the few lines we need are read, by hand: a full parse by
icalendar keeps foreign VTIMEZONEs for the whole process and takes seconds for large files.
mime.find_calendar_part finds them, rules.judge_reply says what to do, an action does it.
"""

import re
import zoneinfo
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from icalendar import Parameters, vDuration
from icalendar.parser import Contentline
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from meetings.invitations.errors import (
    ReplyIncompleteError,
    ReplyMethodError,
    ReplyNotAllowedError,
    ReplyTooLargeError,
    ReplyUnreadableError,
)
from meetings.invitations.itip import MAX_SEQUENCE, PARTSTATS, clean_email, clean_text

MAX_BYTES = 1_000_000
METHODS = frozenset({"REPLY", "COUNTER", "REFRESH"})


class Flag(StrEnum):
    """What a reader should know about an answer that could still be read."""

    UNKNOWN_PARTSTAT = "unknown-partstat"
    UNCERTAIN_TIME = "uncertain-time"  # floating, all-day, or in a zone nobody knows
    NO_DTSTAMP = "no-dtstamp"
    NO_ORGANIZER = "no-organizer"  # Exchange and outlook.com leave it out: fine
    NO_SEQUENCE = "no-sequence"
    UNKNOWN_ADDRESS = "unknown-address"


@dataclass(frozen=True)
class ReplyParsed:
    """One answer. Addresses are lower case without ``mailto:`` (empty: unreadable), times aware.

    `starts_at` and `ends_at` are the proposal in a COUNTER and an echo otherwise; None when
    absent or uncertain, and then `time_as_written` holds the sender's words for staff.
    """

    method: str
    uid: str
    sequence: int
    dtstamp: datetime | None
    attendee: str
    attendee_name: str
    partstat: str
    sent_by: str
    delegated_to: tuple[str, ...]
    delegated_from: tuple[str, ...]
    comment: str
    starts_at: datetime | None
    ends_at: datetime | None
    time_as_written: str
    location: str
    flags: frozenset[Flag]


@dataclass(frozen=True)
class _Property:
    params: Parameters
    value: str

    def param(self, name: str) -> str:
        return next(iter(self.params_of(name)), "")

    def params_of(self, name: str) -> list[str]:
        value = self.params.get(name, [])
        return [str(v) for v in value] if isinstance(value, list) else [str(value)]

    @property
    def text(self) -> str:
        return re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], self.value)


def parse_reply(raw_ics: bytes, header_method: str | None) -> ReplyParsed:
    """Read one REPLY, COUNTER or REFRESH; `header_method` is what find_calendar_part gave.

    Raises a CalendarReplyError. REQUEST, CANCEL and PUBLISH from outside are never read.
    """
    if len(raw_ics) > MAX_BYTES:
        raise ReplyTooLargeError("The calendar part is larger than 1 MB and was not opened. Read the mail by hand.")
    method, lines = _scan(raw_ics.decode("utf-8", "replace").removeprefix("\ufeff"))
    _check_method(method, header_method)
    attendee, delegate = _attendees(lines.get("ATTENDEE", []))
    partstat = attendee.param("PARTSTAT").strip().upper() or "NEEDS-ACTION"
    email, delegated_to = _email(attendee), _emails(attendee, "DELEGATED-TO")
    starts_at, ends_at, as_written = _times(lines)
    dtstamp = _first(lines, "DTSTAMP")
    stamped_at = _instant(dtstamp) if dtstamp else None
    return ReplyParsed(
        method=method,
        uid=_uid(lines),
        sequence=_sequence(lines),
        dtstamp=stamped_at,
        attendee=email,
        attendee_name=clean_text(attendee.param("CN"))[:200],
        partstat=clean_text(partstat)[:15],
        sent_by=clean_email(attendee.param("SENT-BY")),
        delegated_to=delegated_to or ((_email(delegate),) if delegate else ()),
        delegated_from=_emails(attendee, "DELEGATED-FROM"),
        comment=_comment(lines, attendee),
        starts_at=starts_at,
        ends_at=ends_at,
        time_as_written=as_written,
        location=clean_text(loc.text)[:500] if (loc := _first(lines, "LOCATION")) else "",
        flags=_flags(lines, partstat=partstat, email=email, stamped_at=stamped_at, as_written=as_written),
    )


def _flags(
    lines: dict[str, list[_Property]], *, partstat: str, email: str, stamped_at: datetime | None, as_written: str
) -> frozenset[Flag]:
    found = {
        Flag.UNKNOWN_PARTSTAT: partstat not in PARTSTATS,
        Flag.UNCERTAIN_TIME: bool(as_written),
        Flag.NO_DTSTAMP: stamped_at is None,
        Flag.NO_ORGANIZER: "ORGANIZER" not in lines,
        Flag.NO_SEQUENCE: "SEQUENCE" not in lines,
        Flag.UNKNOWN_ADDRESS: not email,
    }
    return frozenset(flag for flag, is_set in found.items() if is_set)


_WANTED = frozenset(
    ("UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "DURATION") + ("ORGANIZER", "ATTENDEE", "COMMENT", "LOCATION")
)
_BOUNDARY = re.compile(r"(?i)(BEGIN|END)\s*(?:;[^:]*)?:\s*([A-Z0-9-]+)\s*")
_NAME = re.compile(r"\s*([A-Za-z0-9-]+)\s*[;:]")
_MAX_LINE, _MAX_REPEATS = 20_000, 25


def _scan(text: str) -> tuple[str, dict[str, list[_Property]]]:
    """METHOD, and the wanted properties of the one VEVENT; everything else is never parsed."""
    path: list[str] = []
    seen: list[tuple[str, ...]] = []
    methods: set[str] = set()
    lines: dict[str, list[_Property]] = {}
    for line in re.split(r"\r\n|\n|\r", re.sub(r"\r?\n[ \t]", "", text)):
        if edge := _BOUNDARY.fullmatch(line):
            _step(path, edge[1].upper(), edge[2].upper())
            seen += [tuple(path)] if edge[1].upper() == "BEGIN" and len(path) < 3 else []
        elif name := _NAME.match(line):
            key = name[1].upper()
            if path == ["VCALENDAR"] and key == "METHOD":
                methods.add(_property(line).text.strip().upper())
            elif path == ["VCALENDAR", "VEVENT"] and key in _WANTED:
                bucket = lines.setdefault(key, [])
                if len(bucket) < _MAX_REPEATS:
                    bucket.append(_property(line))
    if path or seen.count(("VCALENDAR",)) != 1 or seen.count(("VCALENDAR", "VEVENT")) != 1:
        raise ReplyUnreadableError("The calendar part is damaged or holds several events. Read the mail by hand.")
    return methods.pop() if len(methods) == 1 else "", lines


def _step(path: list[str], edge: str, name: str) -> None:
    if edge == "BEGIN":
        path.append(name)
    elif not path or path.pop() != name:
        raise ReplyUnreadableError("The calendar part is damaged. Read the mail by hand.")


def _property(line: str) -> _Property:
    try:
        _, params, value = Contentline(line[:_MAX_LINE]).raw_parts()  # type: ignore[no-untyped-call]
    except ValueError as error:
        raise ReplyUnreadableError("A line of the calendar part is damaged. Read the mail by hand.") from error
    return _Property(params, value.strip())


def _check_method(method: str, header_method: str | None) -> None:
    if not method:
        raise ReplyMethodError("The calendar part names no method. Read the mail by hand.")
    if header_method and header_method.strip().upper() != method:
        raise ReplyMethodError("The mail and its calendar part contradict each other. Read it.")
    if method not in METHODS:
        raise ReplyNotAllowedError(
            f"The mail carries {clean_text(method)[:40]}, which only an organiser may send. Nothing was changed."
        )


def _first(lines: dict[str, list[_Property]], name: str) -> _Property | None:
    return next(iter(lines.get(name, [])), None)


def _uid(lines: dict[str, list[_Property]]) -> str:
    """Without stray spaces and in lower case, as ours are."""
    uids = {clean_text(prop.text).lower() for prop in lines.get("UID", [])}
    if len(uids) != 1 or not 0 < len(uid := uids.pop()) <= 255:
        raise ReplyIncompleteError("The answer does not say which meeting it is for. Read it.")
    return uid


def _sequence(lines: dict[str, list[_Property]]) -> int:
    values = {prop.value for prop in lines.get("SEQUENCE", [])} or {"0"}
    value = values.pop()
    if values or not re.fullmatch(r"[0-9]{1,10}", value) or int(value) > MAX_SEQUENCE:
        raise ReplyIncompleteError("The answer carries an impossible version number. Read it.")
    return int(value)


def _attendees(found: list[_Property]) -> tuple[_Property, _Property | None]:
    """Who answers, and the second ATTENDEE of a delegation (RFC 5546 section 3.2.2.3)."""
    if len(found) == 1:
        return found[0], None
    giving = [prop for prop in found if prop.param("PARTSTAT").upper() == "DELEGATED"]
    if len(found) == 2 and len(giving) == 1:
        return giving[0], next(prop for prop in found if prop is not giving[0])
    raise ReplyIncompleteError("The answer must name exactly one person. Read the mail by hand.")


def _email(prop: _Property) -> str:
    """Exchange writes ``invalid:nomail`` and puts the address in EMAIL= (RFC 7986)."""
    return clean_email(prop.value) or clean_email(prop.param("EMAIL"))


def _emails(prop: _Property, name: str) -> tuple[str, ...]:
    return tuple(e for value in prop.params_of(name)[:10] if (e := clean_email(value)))


def _comment(lines: dict[str, list[_Property]], attendee: _Property) -> str:
    texts = [*(p.text for p in lines.get("COMMENT", [])), attendee.param("X-RESPONSE-COMMENT")]
    cleaned = dict.fromkeys(clean_text(text, multiline=True) for text in texts)
    return "\n".join(text for text in cleaned if text)[:1000]


def _times(lines: dict[str, list[_Property]]) -> tuple[datetime | None, datetime | None, str]:
    start, end = _first(lines, "DTSTART"), _first(lines, "DTEND")
    if start is None:
        return None, None, ""
    starts_at, ends_at = _instant(start), _instant(end) if end else None
    if starts_at and end is None:
        ends_at = _after(starts_at, _first(lines, "DURATION"))
    if starts_at and ends_at and starts_at < ends_at:
        return starts_at, ends_at, ""
    if starts_at and end is None and "DURATION" not in lines:
        return starts_at, None, ""
    return None, None, " – ".join(_as_written(prop) for prop in (start, end) if prop)


def _as_written(prop: _Property) -> str:
    zone = prop.param("TZID")
    return clean_text(f"{prop.value[:40]} ({zone[:80]})" if zone else prop.value[:40])


def _instant(prop: _Property) -> datetime | None:
    """None for all-day and floating times, unknown zones and years nobody means."""
    match = re.fullmatch(r"([0-9]{8}T[0-9]{6})(Z?)", prop.value.upper())
    zone = UTC if match and match[2] else _zone(prop.param("TZID"))
    if match is None or zone is None or not "1970" <= match[1] < "2200":
        return None
    try:
        return datetime.strptime(match[1], "%Y%m%dT%H%M%S").replace(tzinfo=zone).astimezone(UTC)
    except ValueError:
        return None


def _after(start: datetime, duration: _Property | None) -> datetime | None:
    try:
        length: timedelta | None = vDuration.from_ical(duration.value) if duration else None  # type: ignore[no-untyped-call]
        return start + length if length else None
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=256)
def _zone(tzid: str) -> zoneinfo.ZoneInfo | None:
    """An IANA key, also behind a prefix such as ``/mozilla.org/20050126_1/``, or a Windows name.

    The mail's own VTIMEZONE is not believed: the same name may mean two things in two mails.
    """
    pieces = tzid.strip().split("/")
    keys = [WINDOWS_TO_OLSON.get(tzid.strip(), ""), *("/".join(pieces[-n:]) for n in (3, 2, 1))]
    return next((zoneinfo.ZoneInfo(k) for k in keys if k in _known_zones()), None)


@lru_cache(maxsize=1)
def _known_zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())
