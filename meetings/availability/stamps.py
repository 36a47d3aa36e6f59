"""What the dates, times and lengths of a calendar say (RFC 5545 sections 3.3.4 to 3.3.9, 3.8.2)."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from meetings.availability.enums import Note
from meetings.availability.rrule import ONE_DAY

DAY = re.compile(r"(\d{4})(\d\d)(\d\d)")
MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)?(Z?)")
DURATION = re.compile(r"([+-]?)P(?:(\d{1,4})W)?(?:(\d{1,5})D)?(T(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,8})S)?)?")
EARLIEST, LATEST = 1900, 2200
LONGEST = timedelta(days=3700)


@dataclass(frozen=True)
class Span:
    """One time, in UTC; whole days run from midnight to midnight of their zone."""

    starts_at: datetime
    ends_at: datetime
    is_all_day: bool = False
    is_busy: bool = True
    title: str = ""
    words: str = ""


@dataclass(frozen=True)
class Stamp:
    """A day, or a moment by some clock."""

    local: datetime
    zone: tzinfo
    is_day: bool = False

    @property
    def moment(self) -> datetime:
        """In UTC. Of an hour that passes twice the first; a skipped one as the clocks stood before."""
        return self.local.replace(tzinfo=self.zone).astimezone(UTC)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Stamp) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> Any:
        return self.local.date() if self.is_day else self.moment


class FindsZones(Protocol):
    def find(self, key: str) -> Any: ...


class HasValues(Protocol):
    values: dict[str, list[tuple[dict[str, str], str]]]

    def first(self, name: str) -> str: ...


class Times:
    """Reads values; where a zone is missing or unknown, the owner's counts and it is noted."""

    def __init__(self, zone: ZoneInfo, zones: FindsZones, notes: Counter[Note]) -> None:
        self.zone, self.zones, self.notes = zone, zones, notes
        self.unread: list[datetime] = []
        """When the entries begin whose repeats are not read."""

    def stamp(self, text: str, params: dict[str, str]) -> Stamp:
        """Raises ValueError for what is no date or time."""
        if found := DAY.fullmatch(text):
            year, month, day = (int(each) for each in found.groups())
            return Stamp(_local(year, month, day), self.zone, is_day=True)
        if not (found := MOMENT.fullmatch(text)):
            raise ValueError(text)
        year, month, day, hour, minute, second = (int(each or 0) for each in found.groups()[:6])
        local = _local(year, month, day, hour, minute, min(second, 59))
        return Stamp(local, UTC if found[7] else self._zone(params.get("TZID", "")))

    def _zone(self, key: str) -> tzinfo:
        if not key:
            self.notes[Note.FLOATING] += 1
            return self.zone
        found = self.zones.find(key)
        if found is None:
            self.notes[Note.UNKNOWN_ZONE] += 1
            return self.zone
        place: tzinfo = found
        return place


def _local(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    """A time by some clock, within the years zones are known for."""
    if not EARLIEST <= year <= LATEST:
        raise ValueError(year)
    return datetime.combine(date(year, month, day), time(hour, minute, second))


def _duration(text: str) -> tuple[timedelta, bool]:
    """How long, and whether by the calendar (days) rather than by the clock."""
    found = DURATION.fullmatch(text.strip().upper())
    if not found or text.strip().upper().strip("+-") in {"P", "PT"}:
        raise ValueError(text)
    weeks, days, hours, minutes, seconds = (int(found[n] or 0) for n in (2, 3, 5, 6, 7))
    long = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return (-long if found[1] == "-" else long), not found[4]


@dataclass(frozen=True)
class Length:
    long: timedelta
    by_calendar: bool

    def end(self, start: Stamp) -> datetime:
        if self.by_calendar:
            return Stamp(start.local + self.long, start.zone).moment
        return start.moment + self.long


def length_of(entry: HasValues, start: Stamp, times: Times) -> Length:
    if "DTEND" in entry.values:
        params, value = entry.values["DTEND"][0]
        end = times.stamp(value, params)
        if end.is_day != start.is_day:
            raise ValueError(value)
        made = Length(end.local - start.local, True) if start.is_day else Length(end.moment - start.moment, False)
    elif "DURATION" in entry.values:
        made = Length(*_duration(entry.first("DURATION")))
    else:
        made = Length(ONE_DAY if start.is_day else timedelta(0), start.is_day)
    if not timedelta(0) <= made.long <= LONGEST:
        raise ValueError("length")
    return made


def period_of(text: str, params: dict[str, str], times: Times) -> tuple[Stamp, datetime]:
    first, _sign, second = text.strip().partition("/")
    start = times.stamp(first, params)
    if second.lstrip("+-").upper().startswith("P"):
        return start, Length(*_duration(second)).end(start)
    return start, times.stamp(second, params).moment
