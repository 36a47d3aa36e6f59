"""Which zone a TZID means (RFC 5545 sections 3.2.19 and 3.6.5): of a place, Windows' name of one, or the file's own.

A zone of the file's own is worked out for the years that are asked about and no further, by our own rules: what a
stranger wrote there costs a bounded number of steps.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from meetings.availability.rrule import Budget, occurrences, parse_rule
from meetings.scheduling.errors import UnknownZoneError
from meetings.scheduling.rules import zone_of

MAX_KEY, MAX_KEYS = 200, 200
MAX_ZONES, MAX_ZONE_LINES = 50, 500
MAX_ZONE_TEXT = 20_000
MAX_ZONE_STEPS, MAX_ONSETS = 40_000, 2_000
AROUND = timedelta(days=800)

PLAIN_ZONE = re.compile(r"([A-Z][A-Za-z_]+(?:/[A-Z][A-Za-z_+-]+){1,2})$")
KEY = re.compile(r"TZID(?:;[^:]*)?:(.*)", re.IGNORECASE)
OFFSET = re.compile(r"([+-])(\d\d)(\d\d)(\d\d)?")
ONSET = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)?Z?")
NEVER = timedelta(0)


class Zones:
    """Finds zones by their keys, each only once."""

    def __init__(self, blocks: list[list[str]], *, first: datetime, last: datetime) -> None:
        named = ((KEY.fullmatch(line.strip()), lines) for lines in blocks[:MAX_ZONES] for line in lines)
        self._blocks = {found[1].strip(): lines for found, lines in named if found}
        self._first, self._last = first.replace(tzinfo=None) - AROUND, last.replace(tzinfo=None) + AROUND
        self._known: dict[str, Any] = {}
        self._budget = Budget(MAX_ZONE_STEPS)

    def find(self, key: str) -> Any:
        """None when nobody knows it, or the file names more zones than the world has use for."""
        if key not in self._known:
            if len(key) > MAX_KEY or len(self._known) >= MAX_KEYS:
                return None
            self._known[key] = self._look(key)
        return self._known[key]

    def _look(self, key: str) -> Any:
        ending = PLAIN_ZONE.search(key)
        for name in (key.strip("/"), WINDOWS_TO_OLSON.get(key, ""), ending[1] if ending else ""):
            try:
                return zone_of(name)
            except UnknownZoneError:
                continue
        return self._own(self._blocks[key]) if key in self._blocks else None

    def _own(self, lines: list[str]) -> "OwnZone | None":
        """A zone the file spells out, unless it is broken or repeats in another way than zones do."""
        if len(lines) >= MAX_ZONE_LINES or sum(map(len, lines)) > MAX_ZONE_TEXT:
            return None
        try:
            changes = [each for part in _parts(lines) for each in self._changes(part)]
        except (ValueError, ArithmeticError):
            return None
        return OwnZone(sorted(changes)) if changes else None

    def _changes(self, part: "_Part") -> Iterator["_Change"]:
        """Each time the clocks change by this part: when it begins, and within the years asked about."""
        onset = _onset(part.first("DTSTART"))
        before, after = _offset(part.first("TZOFFSETFROM")), _offset(part.first("TZOFFSETTO"))
        wanted = {onset}
        for value in part.values.get("RDATE", ()):
            wanted |= {_onset(text.strip()) for text in value.split(",") if text.strip()}
        for value in part.values.get("RRULE", ()):
            rule = parse_rule(value)
            if rule.freq != "YEARLY":
                raise ValueError(value)
            until = _until(rule.until, before)
            found = occurrences(rule, onset, first=self._first, last=self._last, until=until, budget=self._budget)
            wanted |= set(found)
        if len(wanted) > MAX_ONSETS:
            raise ValueError("onsets")
        return (_Change(each - before, before, after) for each in wanted)


@dataclass
class _Part:
    """One STANDARD or DAYLIGHT as it stands."""

    values: dict[str, list[str]] = field(default_factory=dict)

    def first(self, name: str) -> str:
        return self.values[name][0].strip() if name in self.values else ""


@dataclass(frozen=True, order=True)
class _Change:
    """The clocks change at `at`, in UTC without saying so."""

    at: datetime
    before: timedelta
    after: timedelta


def _parts(lines: list[str]) -> Iterator[_Part]:
    part: _Part | None = None
    for line in lines:
        head, _colon, value = line.strip().partition(":")
        name = head.partition(";")[0].strip().upper()
        if name == "BEGIN" and value.strip().upper() in {"STANDARD", "DAYLIGHT"}:
            part = _Part()
        elif name == "END" and part is not None:
            yield part
            part = None
        elif part is not None:
            part.values.setdefault(name, []).append(value)


def _onset(text: str) -> datetime:
    found = ONSET.fullmatch(text)
    if not found:
        raise ValueError(text)
    year, month, day, hour, minute, second = (int(each or 0) for each in found.groups())
    return datetime.combine(date(max(year, 1900), month, day), time(hour, minute, second))


def _offset(text: str) -> timedelta:
    found = OFFSET.fullmatch(text)
    if not found:
        raise ValueError(text)
    hours, minutes, seconds = (int(each or 0) for each in found.groups()[1:])
    long = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if long >= timedelta(hours=24):
        raise ValueError(text)
    return -long if found[1] == "-" else long


def _until(text: str, before: timedelta) -> datetime | None:
    if not text:
        return None
    until = _onset(text if "T" in text else f"{text}T235959")
    return until + before if text.endswith("Z") else until


class OwnZone(tzinfo):
    """Offsets by a list of changes. Of an hour that passes twice the first; a skipped one as the clocks stood before.

    `fold` says which of the two hours, as for any zone.
    """

    def __init__(self, changes: list[_Change]) -> None:
        self._changes = changes
        self._at = [each.at for each in changes]
        self._walls = [each.at + max(each.before, each.after) for each in changes]
        self._folds = [each.at + min(each.before, each.after) for each in changes]

    def _by(self, number: int) -> timedelta:
        return self._changes[number - 1].after if number else self._changes[0].before

    def utcoffset(self, moment: datetime | None) -> timedelta:
        if moment is None:
            return NEVER
        walls = self._folds if moment.fold else self._walls
        return self._by(bisect_right(walls, moment.replace(tzinfo=None, fold=0)))

    def dst(self, moment: datetime | None) -> timedelta:
        return NEVER

    def tzname(self, moment: datetime | None) -> str:
        return ""

    def fromutc(self, moment: datetime) -> datetime:
        bare = moment.replace(tzinfo=None)
        offset = self._by(bisect_right(self._at, bare))
        there = (bare + offset).replace(tzinfo=self)
        return there if self.utcoffset(there) == offset else there.replace(fold=1)
