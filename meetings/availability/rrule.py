"""Repeating days (RFC 5545 section 3.3.10) from a day to a day, never walking further than that.

Days and longer; by the hour, minute or second see `hourly`. Every rule costs as many steps as there are days in its
periods, so a hostile one costs no more than an honest one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import count as counting
from itertools import product

DAYS = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4, "SA": 5, "SU": 6}
NUMBERS = {"BYMONTH": 12, "BYMONTHDAY": 31, "BYYEARDAY": 366, "BYWEEKNO": 53, "BYSETPOS": 366}
TIMES = {"BYHOUR": 23, "BYMINUTE": 59, "BYSECOND": 59}
FINE = {"HOURLY": 3600, "MINUTELY": 60, "SECONDLY": 1}
"""Repeats finer than days, and how many seconds each is."""
MAX_TIMES = 24
MAX_RULE = 2_000
"""Letters of a rule; the longest honest one names every day of a year."""
ONE_DAY = timedelta(days=1)


class RuleError(ValueError):
    """This rule is broken, or repeats in a way we do not read."""


class TooManyStepsError(ValueError):
    """The calendar repeats more than may be worked out in one go."""


@dataclass
class Budget:
    """Days that may still be looked at for one calendar."""

    steps: int
    taken: int = 0

    def take(self, steps: int) -> None:
        """Raises TooManyStepsError, and takes nothing then."""
        if self.taken + steps > self.steps:
            raise TooManyStepsError
        self.taken += steps


@dataclass(frozen=True)
class Rule:
    freq: str
    interval: int = 1
    count: int | None = None
    until: str = ""
    weekdays: tuple[tuple[int, int], ...] = ()
    """(which one or 0, weekday)."""
    week_start: int = 0
    numbers: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def by(self, name: str) -> tuple[int, ...]:
        return self.numbers.get(name, ())

    @cached_property
    def nths(self) -> dict[int, frozenset[int]]:
        """By weekday which ones."""
        return {day: frozenset(nth for nth, other in self.weekdays if other == day) for _nth, day in self.weekdays}


def parse_rule(text: str) -> Rule:
    """Raises RuleError."""
    if len(text) > MAX_RULE:
        raise RuleError
    parts = dict(part.partition("=")[::2] for part in text.upper().strip().split(";") if part)
    known = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST", "RSCALE", "SKIP", *NUMBERS, *TIMES}
    readable = parts.get("FREQ") in {"DAILY", "WEEKLY", "MONTHLY", "YEARLY", *FINE}
    if not readable or set(parts) - known or parts.get("RSCALE", "GREGORIAN") != "GREGORIAN":
        raise RuleError(text)
    numbers = {name: _numbers(parts[name], low=-top, top=top) for name, top in NUMBERS.items() if name in parts}
    numbers |= {name: _numbers(parts[name], low=0, top=top) for name, top in TIMES.items() if name in parts}
    return Rule(
        freq=parts["FREQ"],
        interval=_positive(parts.get("INTERVAL", "1"), 10**6 if parts["FREQ"] in FINE else 10_000),
        count=_positive(parts["COUNT"], 10**6) if "COUNT" in parts else None,
        until=parts.get("UNTIL", ""),
        weekdays=tuple(sorted({_weekday(each) for each in parts["BYDAY"].split(",")})) if "BYDAY" in parts else (),
        week_start=_weekday(parts.get("WKST", "MO"))[1],
        numbers=numbers,
    )


def _positive(text: str, top: int) -> int:
    (number,) = _numbers(text, low=1, top=top)
    return number


def _numbers(text: str, *, low: int, top: int) -> tuple[int, ...]:
    if not re.fullmatch(r"[+-]?\d{1,9}(,[+-]?\d{1,9})*", text):
        raise RuleError(text)
    found = tuple(sorted({int(each) for each in text.split(",")}))
    if found[0] < low or found[-1] > top or (low < 0 and 0 in found):
        raise RuleError(text)
    return found


def _weekday(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)", text.strip())
    if not found or found[1] and not 1 <= abs(int(found[1])) <= 53:
        raise RuleError(text)
    return int(found[1] or 0), DAYS[found[2]]


def occurrences(
    rule: Rule, start: datetime, *, first: datetime, last: datetime, until: datetime | None, budget: Budget
) -> Iterator[datetime]:
    """Naive local times from `first` to `last`, in order; `start` itself counts only if the rule gives it.

    Raises TooManyStepsError, and RuleError for times of day beyond reason.
    """
    stop = min(last, until) if until else last
    given = 0
    for moments in _rounds(rule, start, first, stop, budget):
        for moment in moments:
            if moment < start:
                continue
            given += 1
            if moment > stop or (rule.count is not None and given > rule.count):
                return
            if moment >= first:
                yield moment


def _rounds(rule: Rule, start: datetime, first: datetime, stop: datetime, budget: Budget) -> Iterator[list[datetime]]:
    """The times of each period, in order, until a period begins after `stop`."""
    times = _times(rule, start)
    offsets = _offsets(rule, start)
    for period in _periods(rule, start, first):
        if offsets is not None:
            budget.take(1)
            found = [datetime.combine(period, times[0]) + each for each in offsets]
            if found[0] - offsets[0] - ONE_DAY > stop:
                return
            yield found
            continue
        days = _days(rule, period, start.date())
        budget.take(len(days) * max(1, len(times) // 4) + 12)
        if not days or days[0] > stop.date():
            return
        yield _chosen(rule, [day for day in days if fits(rule, day, start.date())], times)


def _offsets(rule: Rule, start: datetime) -> list[timedelta] | None:
    """For rules by the day or week without further conditions, which are most: how far into the period. Else None."""
    if rule.numbers or rule.freq not in {"DAILY", "WEEKLY"} or (rule.freq == "DAILY" and rule.weekdays):
        return None
    if rule.freq == "DAILY":
        return [timedelta(0)]
    weekdays = {weekday for _nth, weekday in rule.weekdays} or {start.weekday()}
    return [timedelta(days=each) for each in sorted((weekday - rule.week_start) % 7 for weekday in weekdays)]


def _times(rule: Rule, start: datetime) -> list[time]:
    given = (rule.by("BYHOUR"), rule.by("BYMINUTE"), rule.by("BYSECOND"))
    hours, minutes, seconds = (each or (own,) for each, own in zip(given, start.timetuple()[3:6], strict=True))
    if len(hours) * len(minutes) * len(seconds) > MAX_TIMES:
        raise RuleError("times")
    return [time(*each) for each in product(hours, minutes, seconds)]


def _chosen(rule: Rule, days: list[date], times: list[time]) -> list[datetime]:
    found = [datetime.combine(day, clock) for day in days for clock in times]
    places = rule.by("BYSETPOS")
    if not places:
        return found
    at = {place - 1 if place > 0 else len(found) + place for place in places}
    return [moment for number, moment in enumerate(found) if number in at]


def _periods(rule: Rule, start: datetime, first: datetime) -> Iterator[date]:
    """The first day of each period, from the one of `start`, or without a count from just before `first`."""
    origin = start.date()
    if rule.freq == "WEEKLY":
        origin -= timedelta(days=(origin.weekday() - rule.week_start) % 7)
    ahead = max(0, (first.date() - origin).days - 1) if rule.count is None else 0
    per = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 31, "YEARLY": 366}[rule.freq] * rule.interval
    for number in counting(max(0, ahead // per - 1)):
        steps = number * rule.interval
        try:
            if rule.freq == "MONTHLY":
                yield date(origin.year + (origin.month - 1 + steps) // 12, (origin.month - 1 + steps) % 12 + 1, 1)
            elif rule.freq == "YEARLY":
                yield date(origin.year + steps, 1, 1)
            else:
                yield origin + timedelta(days=steps * (7 if rule.freq == "WEEKLY" else 1))
        except (ValueError, OverflowError):
            return


def _days(rule: Rule, period: date, start: date) -> list[date]:
    """Every day of a period, before any filter but the month's."""
    if rule.freq == "YEARLY":
        plain = not (rule.weekdays or rule.by("BYWEEKNO") or rule.by("BYYEARDAY") or rule.by("BYMONTHDAY"))
        if plain:
            return _same_days(period.year, rule.by("BYMONTH") or (start.month,), start.day)
        if len(rule.by("BYMONTH")) == 1 and rule.by("BYMONTH")[0] > 0:
            first = period.replace(month=rule.by("BYMONTH")[0])
            return _until(first, (first + timedelta(days=31)).replace(day=1))
        return _until(period, period.replace(year=period.year + 1))
    if rule.freq == "MONTHLY":
        return _until(period, (period + timedelta(days=31)).replace(day=1))
    return _until(period, period + timedelta(days=7 if rule.freq == "WEEKLY" else 1))


def _until(first: date, end: date) -> list[date]:
    return [first + ONE_DAY * number for number in range((end - first).days)]


def _same_days(year: int, months: tuple[int, ...], day: int) -> list[date]:
    """The day in each month that has it; a day of a shorter month stands for the whole year, so that walks end."""
    found = [date(year, month, day) for month in months if month >= 1 and day <= _length(year, month)]
    return found or [date(year, 1, 1)]


def _length(year: int, month: int) -> int:
    return (date(year + month // 12, month % 12 + 1, 1) - date(year, month, 1)).days


def fits(rule: Rule, day: date, start: date) -> bool:
    """Whether a rule that begins on `start` wants this day of a period."""
    months, month_days = rule.by("BYMONTH"), rule.by("BYMONTHDAY")
    if months and day.month not in months:
        return False
    if month_days and not {day.day, day.day - _length(day.year, day.month) - 1} & set(month_days):
        return False
    if not _fits_year(rule, day):
        return False
    if rule.weekdays:
        return _is_nth(rule, day, rule.nths.get(day.weekday(), frozenset()))
    if month_days or rule.by("BYYEARDAY") or rule.freq == "DAILY":
        return True
    if rule.freq == "WEEKLY" or rule.by("BYWEEKNO"):
        return day.weekday() == start.weekday()
    return day.day == start.day and (rule.freq == "MONTHLY" or bool(months) or day.month == start.month)


def _fits_year(rule: Rule, day: date) -> bool:
    year_days, weeks = rule.by("BYYEARDAY"), rule.by("BYWEEKNO")
    if year_days:
        number = day.timetuple().tm_yday
        if not {number, number - date(day.year, 12, 31).timetuple().tm_yday - 1} & set(year_days):
            return False
    if not weeks:
        return True
    number, total = _week(day, rule.week_start)
    return bool({number, number - total - 1} & set(weeks))


def _week(day: date, week_start: int) -> tuple[int, int]:
    """Number of the week a day stands in, and how many weeks the year of that week has."""
    year = day.year
    if day < _first_week(year, week_start):
        year -= 1
    elif day >= _first_week(year + 1, week_start):
        year += 1
    first, after = (_first_week(year + each, week_start) for each in (0, 1))
    return (day - first).days // 7 + 1, (after - first).days // 7


def _first_week(year: int, week_start: int) -> date:
    """Where week one begins: the first week with four days of the year."""
    fourth = date(year, 1, 4)
    return fourth - timedelta(days=(fourth.weekday() - week_start) % 7)


def _is_nth(rule: Rule, day: date, nths: frozenset[int]) -> bool:
    """Whether this is one of those such weekdays of its month or year, counted from its start or its end."""
    if 0 in nths or rule.freq in {"DAILY", "WEEKLY"} or rule.by("BYWEEKNO"):
        return bool(nths)
    if rule.freq == "MONTHLY" or rule.by("BYMONTH"):
        number, length = day.day, _length(day.year, day.month)
    else:
        number, length = day.timetuple().tm_yday, date(day.year, 12, 31).timetuple().tm_yday
    return not nths.isdisjoint(((number - 1) // 7 + 1, -((length - number) // 7 + 1)))
