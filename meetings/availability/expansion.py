"""From the lines of one entry to the times it takes (RFC 5545 sections 3.3.10, 3.8.2, 3.8.5)."""

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

from meetings.availability.enums import Note
from meetings.availability.hourly import TOUCHING, Fine, block, moments
from meetings.availability.rrule import (
    FINE,
    ONE_DAY,
    Budget,
    Rule,
    RuleError,
    TooManyStepsError,
    occurrences,
    parse_rule,
)
from meetings.availability.stamps import HasValues, Length, Span, Stamp, Times, length_of, period_of

MAX_LISTED = 5_000
"""Times one entry may list one by one."""
IS_FINE = re.compile(rf"FREQ=({'|'.join(FINE)})", re.IGNORECASE)


class Moved:
    """By UID the times of a series that stand in an entry of their own."""

    def __init__(self) -> None:
        self._stamps: dict[str, set[Stamp]] = {}
        self._days: dict[str, set[date]] = {}

    def add(self, uid: str, stamp: Stamp) -> None:
        self._stamps.setdefault(uid, set()).add(stamp)
        if stamp.is_day:
            self._days.setdefault(uid, set()).add(stamp.local.date())

    def of(self, uid: str) -> "Absent":
        return Absent(self._stamps.get(uid, set()), self._days.get(uid, set()))


@dataclass(frozen=True)
class Absent:
    """Times of a series that do not take place."""

    stamps: Set[Stamp] = frozenset()
    days: Set[date] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.stamps)

    def holds(self, stamp: Stamp) -> bool:
        return stamp in self.stamps or stamp.local.date() in self.days


def busy_periods(entry: HasValues, times: Times, budget: Budget) -> Iterator[Span]:
    """What a VFREEBUSY calls taken. Raises as `expand`."""
    for text, params in _values(entry, "FREEBUSY", budget):
        if params.get("FBTYPE", "BUSY").upper() != "FREE":
            start, end = period_of(text, params, times)
            if end > start.moment:
                yield Span(start.moment, end)


def _values(entry: HasValues, name: str, budget: Budget) -> Iterator[tuple[str, dict[str, str]]]:
    """Each value of a property that lists many. Raises TooManyStepsError beyond MAX_LISTED."""
    total = 0
    for params, value in entry.values.get(name, ()):
        total += value.count(",") + 1
        if total > MAX_LISTED:
            raise TooManyStepsError
        budget.take(value.count(",") + 1)
        for text in value.split(","):
            if text.strip():
                yield text.strip(), params


def expand(
    entry: HasValues, times: Times, moved: Moved, *, first: datetime, last: datetime, budget: Budget
) -> Iterator[Span]:
    """The times of one VEVENT between two moments, cancelled and moved ones left out.

    Raises ValueError for an entry that says no time, TooManyStepsError when it lists too many or when the calendar
    has used up its days.
    """
    budget.take(1)
    if "DTSTART" not in entry.values:
        raise ValueError("DTSTART")
    params, value = entry.values["DTSTART"][0]
    start = times.stamp(value, params)
    made = _Series(entry, start, length_of(entry, start, times), times, budget)
    if entry.first("STATUS").upper() == "CANCELLED":
        return
    absent = (Absent() if made.is_alone else moved.of(entry.first("UID")), made.left_out())
    found = made.spans(absent, first - made.length.long - ONE_DAY, last + ONE_DAY)
    yield from _joined(found) if made.is_fine else found


def _joined(spans: Iterator[Span]) -> Iterator[Span]:
    """The same times; those with no free time between them as one."""
    before: Span | None = None
    for span in sorted(spans, key=lambda each: each.starts_at):
        if before is not None and span.starts_at - before.ends_at < TOUCHING:
            before = replace(before, ends_at=max(before.ends_at, span.ends_at))
            continue
        if before is not None:
            yield before
        before = span
    if before is not None:
        yield before


@dataclass(frozen=True)
class _Series:
    """One VEVENT with all it repeats."""

    entry: HasValues
    start: Stamp
    length: Length
    times: Times
    budget: Budget

    @property
    def is_alone(self) -> bool:
        """It stands for one time of a series."""
        return "RECURRENCE-ID" in self.entry.values

    @property
    def is_fine(self) -> bool:
        return any(IS_FINE.search(value[:2000]) for _params, value in self.entry.values.get("RRULE", ()))

    def left_out(self) -> Absent:
        found = {self.times.stamp(text, params) for text, params in _values(self.entry, "EXDATE", self.budget)}
        return Absent(found, {stamp.local.date() for stamp in found if stamp.is_day})

    def spans(self, absent: tuple[Absent, Absent], low: datetime, high: datetime) -> Iterator[Span]:
        given: set[tuple[datetime, datetime]] = set()
        for each, end in self._starts(any(absent), low, high):
            moment = each.moment
            if any(one.holds(each) for one in absent if one) or (moment, end) in given:
                continue
            given.add((moment, end))
            if end > moment:
                yield Span(moment, end, self.start.is_day)

    def _starts(self, is_broken: bool, low: datetime, high: datetime) -> Iterator[tuple[Stamp, datetime]]:
        """Each start with its end; `is_broken` when some of them do not take place."""
        yield self.start, self.length.end(self.start)
        if self.is_alone:
            return
        for text, params in _values(self.entry, "RDATE", self.budget):
            if "/" in text:
                yield period_of(text, params, self.times)
            else:
                listed = self.times.stamp(text, params)
                yield listed, self.length.end(listed)
        for _params, value in self.entry.values.get("RRULE", ()):
            try:
                rule = parse_rule(value)
                repeats = self._finely if rule.freq in FINE else self._by_days
                yield from repeats(rule, is_broken, low, high)
            except RuleError:
                self.times.notes[Note.TOO_OFTEN] += 1
                self.times.unread.append(self.start.local)

    def _by_days(self, rule: Rule, _is_broken: bool, low: datetime, high: datetime) -> Iterator[tuple[Stamp, datetime]]:
        first, last = (each.astimezone(self.start.zone).replace(tzinfo=None) for each in (low, high))
        until = _until(rule, self.start, self.times)
        for local in occurrences(rule, self.start.local, first=first, last=last, until=until, budget=self.budget):
            again = Stamp(local, self.start.zone, self.start.is_day)
            yield again, self.length.end(again)

    def _finely(self, rule: Rule, is_broken: bool, low: datetime, high: datetime) -> Iterator[tuple[Stamp, datetime]]:
        """By the hour or finer: as one block where it can be, else time by time."""
        if self.start.is_day:
            raise RuleError(rule.freq)
        zone, until = self.start.zone, _until(rule, self.start, self.times)
        ends = until.replace(tzinfo=zone).astimezone(UTC) if until else None
        fine = Fine(rule, self.start.local.replace(tzinfo=zone), ends)
        whole = None if is_broken else block(fine, self.length.long, first=low, last=high)
        if whole:
            yield Stamp(whole[0].astimezone(zone).replace(tzinfo=None), zone), whole[1]
            return
        for moment in list(moments(fine, first=low, last=high, budget=self.budget)):
            again = Stamp(moment.replace(tzinfo=None), zone)
            yield again, self.length.end(again)


def _until(rule: Rule, start: Stamp, times: Times) -> datetime | None:
    if not rule.until:
        return None
    try:
        until = times.stamp(rule.until, {"TZID": "UTC"} if start.is_day else {"TZID": str(start.zone)})
    except ValueError as error:
        if re.fullmatch(r"(22[0-9][1-9]|2[3-9]\d\d|[3-9]\d{3})\d{4}.*", rule.until):
            return None
        raise RuleError(rule.until) from error
    if until.is_day:
        return datetime.combine(until.local.date(), time.max)
    if start.is_day or not rule.until.endswith("Z"):
        return until.local
    return until.moment.astimezone(start.zone).replace(tzinfo=None)
