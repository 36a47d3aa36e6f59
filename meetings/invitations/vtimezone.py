"""VTIMEZONE components every calendar client reads the same way.

One STANDARD and at most one DAYLIGHT part, each a yearly RRULE with one month and one weekday,
taken from the POSIX rule in the footer of the zone's TZif file (RFC 9636 section 3.3) and checked
against ``zoneinfo``. icalendar's own ``add_missing_timezones`` writes RDATE lists instead, which
show summer meetings one hour late in Thunderbird and are ignored by Outlook.
"""

import re
import zoneinfo
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib import resources
from pathlib import Path

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard
from icalendar.timezone.tzid import is_utc

from meetings.invitations.errors import ZoneNotExpressibleError

WEEKDAYS = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")  # POSIX counts from Sunday
DAY = timedelta(days=1)
MIDNIGHT = time.min
STANDING_SINCE = 2020


@dataclass(frozen=True)
class YearlyRule:
    """One change-over of a POSIX TZ string: ``Mm.w.d``, ``Jn`` or ``n``, and a time of day."""

    day: str
    clock: timedelta

    def falls_on(self, year: int) -> datetime:
        """The wall-clock time of the change, before the jump; the time may be outside 0-24 h."""
        return datetime.combine(self._day_in(year), MIDNIGHT) + self.clock

    def _day_in(self, year: int) -> date:
        if self.day.startswith("M"):
            month, week, weekday = (int(part) for part in self.day[1:].split("."))
            return _nth_weekday(year, month, -1 if week == 5 else week, weekday)
        if self.day.startswith("J"):  # 1-365, 29 February is never counted
            number = int(self.day[1:])
            leap_shift = int(monthrange(year, 2)[1] == 29 and number > 59)
            return date(year, 1, 1) + (number - 1 + leap_shift) * DAY
        return date(year, 1, 1) + int(self.day) * DAY


@dataclass(frozen=True)
class PosixZone:
    """A parsed POSIX TZ string; offsets are east of Greenwich. No ``dst_name``: no change-overs."""

    std_name: str
    std_offset: timedelta
    dst_name: str = ""
    dst_offset: timedelta = timedelta()
    dst_starts: YearlyRule | None = None
    dst_ends: YearlyRule | None = None


@dataclass(frozen=True)
class Onset:
    """One half of a VTIMEZONE: from ``first_year`` on, every year, the offset changes."""

    name: str
    offset_from: timedelta
    offset_to: timedelta
    month: int
    nth: int
    weekday: int
    clock: timedelta
    first_year: int

    def falls_on(self, year: int) -> datetime:
        day = _nth_weekday(year, self.month, self.nth, self.weekday)
        return datetime.combine(day, MIDNIGHT) + self.clock

    def instants_until(self, instant: datetime) -> Iterator[datetime]:
        for year in range(self.first_year, instant.year + 1):
            at = (self.falls_on(year) - self.offset_from).replace(tzinfo=UTC)
            if at <= instant:
                yield at


def build_vtimezone(zone_key: str, start: datetime, end: datetime) -> Timezone:
    """A VTIMEZONE right at `start` and `end` (aware). TZID is `zone_key`.

    Raises ZoneNotExpressibleError when neither yearly rules nor one fixed offset fit both times,
    and zoneinfo.ZoneInfoNotFoundError (or ValueError) for an unknown key.
    """
    zone = zoneinfo.ZoneInfo(zone_key)
    moments = (start.astimezone(UTC), end.astimezone(UTC))
    first_year = start.astimezone(zone).year - 1
    for onsets in _candidates(parse_footer(read_footer(zone_key)), first_year):
        if all(_offset_at(onsets, m) == m.astimezone(zone).utcoffset() for m in moments):
            return _component(zone_key, onsets)
    return _component(zone_key, (_fixed_onset(zone, moments, first_year),))


def needs_utc(zone_key: str, start: datetime, end: datetime) -> bool:
    """Whether the event (aware times) must be sent in UTC instead of with TZID.

    True for UTC itself, for local hours that occur twice or never (readers disagree about them),
    and when no VTIMEZONE of ours is right at both times.
    """
    zone = zoneinfo.ZoneInfo(zone_key)
    if is_utc(zone) or any(is_doubtful_hour(moment.astimezone(zone)) for moment in (start, end)):
        return True
    try:
        build_vtimezone(zone_key, start, end)
    except ZoneNotExpressibleError:
        return True
    return False


@lru_cache(maxsize=128)
def standing_onsets(zone_key: str) -> tuple[Onset, ...]:
    """The yearly rules of a zone that hold in any year from STANDING_SINCE on; none where it has no such rules."""
    zone = parse_footer(read_footer(zone_key))
    if zone is None or is_utc(zoneinfo.ZoneInfo(zone_key)):
        return ()
    found = list(_candidates(zone, STANDING_SINCE))
    return found[0] if len(set(found)) == 1 else ()


def standing_vtimezone(zone_key: str) -> Timezone:
    """The one VTIMEZONE of a calendar with many events, for those that `fits_standing` says it is right for."""
    return _component(zone_key, standing_onsets(zone_key))


def fits_standing(zone_key: str, start: datetime, end: datetime) -> bool:
    """Whether `standing_vtimezone` is right at both (aware) times and neither is an hour readers disagree about."""
    zone, onsets = zoneinfo.ZoneInfo(zone_key), standing_onsets(zone_key)
    moments = [moment.astimezone(zone) for moment in (start, end)]
    return bool(onsets) and not any(
        is_doubtful_hour(local) or _offset_at(onsets, local.astimezone(UTC)) != local.utcoffset() for local in moments
    )


def is_doubtful_hour(local: datetime) -> bool:
    """Whether this local time occurs twice (autumn) or never (spring) in its own zone."""
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


@lru_cache(maxsize=64)
def read_footer(zone_key: str) -> str:
    """The POSIX TZ string of the zone file zoneinfo itself uses; empty when it has none."""
    zoneinfo.ZoneInfo(zone_key)  # refuses keys that would leave the zone folder
    for folder in zoneinfo.TZPATH:
        path = Path(folder, zone_key)
        if path.is_file():
            return _footer_of(path.read_bytes())
    package = resources.files("tzdata").joinpath("zoneinfo", *zone_key.split("/"))
    return _footer_of(package.read_bytes())


def _footer_of(tzif: bytes) -> str:
    if tzif[4:5] < b"2" or not tzif.endswith(b"\n"):  # version 1 files have no footer
        return ""
    return tzif[:-1].rpartition(b"\n")[2].decode("ascii", "replace")


_NAME = r"(<[^>]+>|[A-Za-z]{3,})"
_CLOCK = r"([+-]?\d{1,3}(?::\d{2}){0,2})"
_RULE = rf"(M\d+\.\d\.\d|J?\d+)(?:/{_CLOCK})?"
_FOOTER = re.compile(rf"{_NAME}{_CLOCK}(?:{_NAME}{_CLOCK}?,{_RULE},{_RULE})?")


def parse_footer(footer: str) -> PosixZone | None:
    """The rules in a POSIX TZ string, with the hours up to +-167 that RFC 9636 allows."""
    match = _FOOTER.fullmatch(footer)
    if match is None:
        return None
    std, offset, dst, dst_offset, starts, starts_at, ends, ends_at = match.groups()
    std_offset = -_clock(offset)
    if dst is None:
        return PosixZone(std.strip("<>"), std_offset)
    return PosixZone(
        std.strip("<>"),
        std_offset,
        dst.strip("<>"),
        -_clock(dst_offset) if dst_offset else std_offset + timedelta(hours=1),
        YearlyRule(starts, _clock(starts_at or "2")),
        YearlyRule(ends, _clock(ends_at or "2")),
    )


def _clock(text: str) -> timedelta:
    hours, minutes, seconds = ([int(p) for p in text.lstrip("+-").split(":")] + [0, 0])[:3]
    value = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return -value if text.startswith("-") else value


def _nth_weekday(year: int, month: int, nth: int, weekday: int) -> date:
    first = date(year, month, 1)
    day = 1 + (weekday - first.isoweekday()) % 7 + 7 * (nth - 1 if nth > 0 else 4)
    if day > monthrange(year, month)[1]:
        day -= 7
    return date(year, month, day)


def _candidates(zone: PosixZone | None, first_year: int) -> Iterator[tuple[Onset, ...]]:
    """Pairs of yearly rules worth checking. A rule such as "Thursday + 50 hours" has no exact
    form with one BYDAY, so its weekday is counted as it falls in one of the years around."""
    if zone is None or zone.dst_starts is None or zone.dst_ends is None:
        if zone is not None:
            yield (_steady(zone.std_name, zone.std_offset, first_year),)
        return
    to_dst = (zone.dst_name, zone.std_offset, zone.dst_offset)
    to_std = (zone.std_name, zone.dst_offset, zone.std_offset)
    for year in (first_year + 1, first_year, first_year + 2):
        yield (
            _yearly(*to_std, zone.dst_ends, year, first_year),
            _yearly(*to_dst, zone.dst_starts, year, first_year),
        )


def _yearly(name: str, before: timedelta, after: timedelta, rule: YearlyRule, year: int, first_year: int) -> Onset:
    at = rule.falls_on(year)
    if rule.day.startswith("M") and timedelta() <= rule.clock < DAY:
        month, week, weekday = (int(part) for part in rule.day[1:].split("."))
    else:  # Outlook knows the ordinals 1 to 4 and -1 only
        month, week, weekday = at.month, (at.day - 1) // 7 + 1, at.isoweekday() % 7
    clock = at - datetime.combine(at.date(), MIDNIGHT)
    return Onset(name, before, after, month, -1 if week == 5 else week, weekday, clock, first_year)


def _steady(name: str, offset: timedelta, first_year: int) -> Onset:
    return Onset(name, offset, offset, 1, 0, 0, timedelta(), first_year)


def _fixed_onset(zone: zoneinfo.ZoneInfo, moments: tuple[datetime, datetime], first_year: int) -> Onset:
    start, end = (moment.astimezone(zone) for moment in moments)
    offset = start.utcoffset() or timedelta()
    if offset != end.utcoffset() or offset % timedelta(minutes=1):
        raise ZoneNotExpressibleError(f"{zone.key} changes its offset during the event.")
    return _steady(start.tzname() or "", offset, first_year)


def _offset_at(onsets: tuple[Onset, ...], instant: datetime) -> timedelta | None:
    if len(onsets) == 1:
        return onsets[0].offset_to
    past = [(at, onset) for onset in onsets for at in onset.instants_until(instant)]
    return max(past, key=lambda pair: pair[0])[1].offset_to if past else None


def _component(zone_key: str, onsets: tuple[Onset, ...]) -> Timezone:
    """STANDARD is the lower offset: Dublin's "negative summer time" in winter puzzles clients."""
    timezone = Timezone()
    timezone.add("tzid", zone_key)
    for onset in sorted(onsets, key=lambda o: o.offset_to):
        is_daylight = onset.offset_to > onset.offset_from
        part = TimezoneDaylight() if is_daylight else TimezoneStandard()
        if onset.offset_to == onset.offset_from:
            part.add("dtstart", datetime.combine(date(onset.first_year, 1, 1), MIDNIGHT))
        else:
            part.add("dtstart", onset.falls_on(onset.first_year))
            byday = f"{onset.nth}{WEEKDAYS[onset.weekday]}"
            part.add("rrule", {"FREQ": "YEARLY", "BYMONTH": onset.month, "BYDAY": byday})
        part.add("tzoffsetfrom", onset.offset_from)
        part.add("tzoffsetto", onset.offset_to)
        part.add("tzname", onset.name)
        timezone.add_component(part)
    return timezone
