"""The days of a series: the simple part of RFC 5545 section 3.3.10, and the moments they mean."""

import calendar
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from meetings.scheduling.enums import AttendeeRole, MeetingState
from meetings.scheduling.errors import AmbiguousTimeError, SkippedTimeError
from meetings.scheduling.models import Attendee, Meeting
from meetings.scheduling.rules import is_running, localise
from meetings.series.enums import Frequency, Stay
from meetings.series.errors import FirstDayError, RuleError
from meetings.series.models import SeriesOccurrence

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
LAST = -1
MAX_COUNT = 200
HORIZON = timedelta(days=400)
"""How far ahead meetings of a series are planned at most."""

_RULE = re.compile(
    r"FREQ=(?P<freq>WEEKLY|MONTHLY);INTERVAL=(?P<interval>\d{1,2});BYDAY=(?P<days>(?:-?\d)?[A-Z]{2}(?:,[A-Z]{2})*)"
    r"(?:;(?:COUNT=(?P<count>\d{1,3})|UNTIL=(?P<until>\d{8})))?"
)


@dataclass(frozen=True)
class Rule:
    """Every `interval` weeks on `weekdays` (0 is Monday), or months on the `nth` such weekday (1–4, -1 the last)."""

    freq: Frequency
    interval: int
    weekdays: tuple[int, ...]
    nth: int = 0
    count: int | None = None
    until: date | None = None

    def __str__(self) -> str:
        """The RRULE text. Its first day is a DATE, so UNTIL is one too."""
        nth = str(self.nth) if self.freq == Frequency.MONTHLY else ""
        days = ",".join(nth + WEEKDAYS[each] for each in self.weekdays)
        end = f";COUNT={self.count}" if self.count else f";UNTIL={self.until:%Y%m%d}" if self.until else ""
        return f"FREQ={self.freq};INTERVAL={self.interval};BYDAY={days}{end}"


def parse_rule(text: str) -> Rule:
    """The rule of its text. Raises RuleError."""
    found = _RULE.fullmatch(text)
    if found is None:
        raise RuleError
    nth, names = re.fullmatch(r"(-?\d)?(.*)", found["days"]).groups()  # type: ignore[union-attr]
    try:
        days = tuple(sorted({WEEKDAYS.index(name) for name in names.split(",")}))
        until = datetime.strptime(found["until"], "%Y%m%d").date() if found["until"] else None  # noqa: DTZ007
    except ValueError as error:
        raise RuleError from error
    count = int(found["count"]) if found["count"] else None
    return Rule(Frequency(found["freq"]), int(found["interval"]), days, int(nth or 0), count, until)


def check_rule(rule: Rule, first: date) -> None:
    """Raises RuleError, or FirstDayError when the first day is none of the rule's."""
    is_monthly = rule.freq == Frequency.MONTHLY
    nths = {1, 2, 3, 4, LAST} if is_monthly else {0}
    fits = 1 <= rule.interval <= 52 and rule.nth in nths and rule.weekdays and (not is_monthly or not rule.weekdays[1:])
    if not fits or (rule.count and rule.until) or not 1 <= (rule.count or 1) <= MAX_COUNT:
        raise RuleError
    if rule.until is not None and rule.until < first:
        raise RuleError
    if next(days_of(rule, first, first), None) != first:
        raise FirstDayError


def days_of(rule: Rule, first: date, last: date) -> Iterator[date]:
    """The days of a rule that begins on `first`, in order, up to `last`."""
    end = min(last, rule.until or last)
    for number, day in enumerate(_endless(rule, first)):
        if day > end or (rule.count is not None and number >= rule.count):
            return
        yield day


def _endless(rule: Rule, first: date) -> Iterator[date]:
    if rule.freq == Frequency.WEEKLY:
        monday = first - timedelta(days=first.weekday())
        while monday.year < 9000:
            week = (monday + timedelta(days=each) for each in rule.weekdays)
            yield from (day for day in week if day >= first)
            monday += timedelta(weeks=rule.interval)
    month = first.year * 12 + first.month - 1
    while month < 9000 * 12:
        day = nth_weekday(month // 12, month % 12 + 1, rule.weekdays[0], rule.nth)
        if day >= first:
            yield day
        month += rule.interval


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    """The nth (-1 the last) such weekday of a month."""
    if nth == LAST:
        last = date(year, month, calendar.monthrange(year, month)[1])
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7, weeks=nth - 1)


def moments(day: date, clock: time, minutes: int, zone: str) -> tuple[datetime, datetime]:
    """Start and end in UTC of a day's meeting, by the clocks at the place.

    An hour that comes twice means the first, one that is skipped the same time after the gap (RFC 5545 section 3.3.5).
    """
    try:
        start = localise(datetime.combine(day, clock), zone)
    except AmbiguousTimeError as error:
        start = error.choices[0]
    except SkippedTimeError as error:
        start = error.choices[1]
    begins = start.astimezone(UTC)
    return begins, begins + timedelta(minutes=minutes)


def was_moved_by_hand(occurrence: SeriesOccurrence) -> bool:
    meeting = occurrence.meeting
    return (meeting.starts_at, meeting.ends_at) != (occurrence.planned_starts_at, occurrence.planned_ends_at)


def is_ahead(meeting: Meeting, at: datetime) -> bool:
    """Whether it stands and has not begun."""
    return is_running(meeting) and meeting.starts_at > at


@dataclass(frozen=True)
class Shape:
    """What the meetings of a series have in common: words, place, who is invited and who leads."""

    title: str
    description: str
    format: str
    venue_id: int | None
    join_url: str
    is_confidential: bool
    people: frozenset[str]
    lead: str


def person_key(name: str, email: str) -> str:
    """Whom an invitation is for, the same at every meeting: the address, without one the name."""
    return email.strip().lower() or name.strip().casefold()


def shape_of(meeting: Meeting, invited: Iterable[Attendee]) -> Shape:
    keys = {person_key(each.name, each.email): each.role for each in invited}
    return Shape(
        title=meeting.title,
        description=meeting.description,
        format=meeting.format,
        venue_id=meeting.venue_id,
        join_url=meeting.join_url,
        is_confidential=meeting.is_confidential,
        people=frozenset(keys),
        lead=next((key for key, role in keys.items() if role == AttendeeRole.LEAD), ""),
    )


def usual_shape(meetings: Sequence[tuple[Meeting, Shape]]) -> Shape | None:
    """What most of these meetings look like; of equals, what was changed least often, then what comes first."""
    counts = Counter(shape for _meeting, shape in meetings)
    ranked = [(-counts[shape], meeting.version, number) for number, (meeting, shape) in enumerate(meetings)]
    return meetings[min(ranked)[2]][1] if ranked else None


def why_fixed(occurrence: SeriesOccurrence, at: datetime) -> Stay | None:
    """Why a meeting does not follow its series any more; None while it still may."""
    meeting = occurrence.meeting
    if meeting.state == MeetingState.CANCELLED:
        return Stay.CANCELLED
    if not is_ahead(meeting, at):
        return Stay.OVER
    return Stay.EDITED if was_moved_by_hand(occurrence) else None
