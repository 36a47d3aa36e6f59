"""Days of a calendar in somebody's own zone: pure decisions."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from meetings.calendars.enums import Shape

AGENDA_DAYS = 28
DAY = timedelta(days=1)


def days_shown(shape: Shape, day: date) -> list[date]:
    """Whole weeks from Monday for a month, one week, or four weeks from the day on."""
    if shape == Shape.AGENDA:
        return [day + number * DAY for number in range(AGENDA_DAYS)]
    if shape == Shape.WEEK:
        monday = day - day.weekday() * DAY
        return [monday + number * DAY for number in range(7)]
    first = day.replace(day=1)
    last = next_month(first) - DAY
    start = first - first.weekday() * DAY
    weeks = (last - start).days // 7 + 1
    return [start + number * DAY for number in range(7 * weeks)]


def next_month(day: date) -> date:
    """The first of the month after."""
    return (day.replace(day=1) + 32 * DAY).replace(day=1)


def neighbours(shape: Shape, day: date) -> tuple[date, date]:
    """A day of the page before and of the page after."""
    if shape == Shape.MONTH:
        return (day.replace(day=1) - DAY).replace(day=1), next_month(day)
    step = AGENDA_DAYS if shape == Shape.AGENDA else 7
    return day - step * DAY, day + step * DAY


def span(days: list[date], zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From the first moment of the first day to the first moment after the last, as clocks in `zone` show it.

    A week in which the clocks change is an hour shorter or longer.
    """
    return (
        datetime.combine(days[0], time(), tzinfo=zone),
        datetime.combine(days[-1] + DAY, time(), tzinfo=zone),
    )


def days_of(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> Iterator[date]:
    """Every day in `zone` something takes place on; one that ends at midnight does not reach the next day."""
    day = starts_at.astimezone(zone).date()
    last = (ends_at - timedelta(microseconds=1)).astimezone(zone).date()
    while day <= last:
        yield day
        day += DAY


def clock_words(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> str:
    """`15:00–15:30` as the clocks in `zone` show it, with the day after where it ends later."""
    start, end = starts_at.astimezone(zone), ends_at.astimezone(zone)
    days = (end.date() - start.date()).days
    return f"{start:%H:%M}–{end:%H:%M}" + (f" (+{days})" if days else "")
