"""Repeats by the hour, minute or second (RFC 5545 section 3.3.10): as times, or where they touch as one block.

An hour later is an hour later, also in the night the clocks change; the days, hours and minutes a rule names are
those of its own zone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from functools import cached_property
from itertools import product

from meetings.availability.rrule import FINE, MAX_TIMES, ONE_DAY, Budget, Rule, RuleError, fits

MAX_FINE = 20_000
"""Steps of one rule. Every hour of 500 days is 12,000."""
COST = 2
"""What a step costs, measured in days looked at."""
TOUCHING = timedelta(minutes=5)
"""Free time shorter than this is no use to anybody: the search for slots counts in five minutes."""


class TooFineError(RuleError):
    """More times than anybody could meet."""


@dataclass(frozen=True)
class Fine:
    """A rule with the moment it begins (aware, in its zone) and, where it has an end, the last moment."""

    rule: Rule
    start: datetime
    until: datetime | None

    @property
    def every(self) -> timedelta:
        return timedelta(seconds=FINE[self.rule.freq] * self.rule.interval)

    @property
    def zone(self) -> tzinfo:
        return self.start.tzinfo or UTC

    @property
    def begins(self) -> datetime:
        """Of the period the start lies in, in UTC."""
        bare = {"HOURLY": {"minute": 0, "second": 0}, "MINUTELY": {"second": 0}}.get(self.rule.freq, {})
        return self.start.replace(**bare).astimezone(UTC)  # type: ignore[arg-type]

    @property
    def is_plain(self) -> bool:
        """Nothing but every so often."""
        return not self.rule.numbers and not self.rule.weekdays

    @cached_property
    def daily(self) -> Rule:
        """What the rule asks of a day."""
        return replace(self.rule, freq="DAILY")


def block(fine: Fine, long: timedelta, *, first: datetime, last: datetime) -> tuple[datetime, datetime] | None:
    """From the first to the end of the last time that touch first–last, when they leave no free time between them.

    None when they do, or when there is none.
    """
    if not fine.is_plain or not long or fine.every - long >= TOUCHING:
        return None
    start = fine.start.astimezone(UTC)
    ends = [last, *([fine.until] if fine.until else [])]
    if fine.rule.count is not None:
        ends.append(start + fine.every * min(fine.rule.count - 1, 10**9 // int(fine.every.total_seconds())))
    begin = start + fine.every * max(0, (first - start) // fine.every)
    if begin > min(ends):
        return None
    return begin, begin + fine.every * ((min(ends) - begin) // fine.every) + long


def moments(fine: Fine, *, first: datetime, last: datetime, budget: Budget) -> Iterator[datetime]:
    """Aware times in the rule's zone, from `first` to `last`, in order.

    Raises TooFineError beyond MAX_FINE steps, TooManyStepsError when the calendar has used up its own.
    """
    if fine.rule.by("BYSETPOS") or fine.rule.by("BYWEEKNO"):
        raise RuleError("BYSETPOS")
    offsets = _offsets(fine)
    start, begins = fine.start.astimezone(UTC), fine.begins
    stop = min(last, fine.until) if fine.until else last
    count = fine.rule.count
    number = 0 if count is not None and not fine.is_plain else max(0, (first - begins) // fine.every - 1)
    given = max(0, number * len(offsets) - sum(begins + each < start for each in offsets)) if number else 0
    for _step in range(MAX_FINE):
        budget.take(COST)
        period = begins + fine.every * number
        if period > stop:
            return
        ahead = timedelta(0) if fine.is_plain else _ahead(fine, period.astimezone(fine.zone))
        if ahead:
            number += max(1, -(-ahead // fine.every))
            continue
        for moment in (period + each for each in offsets):
            if moment < start:
                continue
            given += 1
            if moment > stop or (count is not None and given > count):
                return
            if moment >= first:
                yield moment.astimezone(fine.zone)
        number += 1
    raise TooFineError


def _offsets(fine: Fine) -> list[timedelta]:
    """How far into each period its times lie."""
    rule, start = fine.rule, fine.start
    minutes = (rule.by("BYMINUTE") or (start.minute,)) if rule.freq == "HOURLY" else (0,)
    seconds = (rule.by("BYSECOND") or (start.second,)) if rule.freq != "SECONDLY" else (0,)
    if len(minutes) * len(seconds) > MAX_TIMES:
        raise TooFineError
    return [timedelta(minutes=minute, seconds=second) for minute, second in product(minutes, seconds)]


def _ahead(fine: Fine, local: datetime) -> timedelta:
    """Nothing when the rule wants this period, else how long until it may want one."""
    rule = fine.rule
    if not fits(fine.daily, local.date(), fine.start.date()):
        midnight = datetime.combine(local.date() + ONE_DAY, time(), fine.zone)
        return max(midnight.astimezone(UTC) - local.astimezone(UTC), timedelta(seconds=1))
    hours, minutes, seconds = rule.by("BYHOUR"), rule.by("BYMINUTE"), rule.by("BYSECOND")
    if hours and local.hour not in hours:
        return timedelta(hours=1) - timedelta(minutes=local.minute, seconds=local.second)
    if minutes and rule.freq != "HOURLY" and local.minute not in minutes:
        return timedelta(minutes=1) - timedelta(seconds=local.second)
    return timedelta(seconds=bool(seconds and rule.freq == "SECONDLY" and local.second not in seconds))
