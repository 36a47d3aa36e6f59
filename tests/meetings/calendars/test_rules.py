from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from meetings.calendars.enums import Shape
from meetings.calendars.rules import clock_words, days_of, days_shown, neighbours, span

NEW_YORK, LONDON = ZoneInfo("America/New_York"), ZoneInfo("Europe/London")
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("day", "first", "last", "number"),
    [
        (date(2026, 10, 28), date(2026, 9, 28), date(2026, 11, 1), 35),
        (date(2027, 2, 10), date(2027, 2, 1), date(2027, 2, 28), 28),
        (date(2026, 8, 31), date(2026, 7, 27), date(2026, 9, 6), 42),
        (date(2000, 1, 1), date(1999, 12, 27), date(2000, 2, 6), 42),
    ],
)
def test_a_month_is_whole_weeks_from_monday(day: date, first: date, last: date, number: int) -> None:
    days = days_shown(Shape.MONTH, day)

    assert (days[0], days[-1], len(days), len(set(days))) == (first, last, number, number)


def test_a_week_starts_on_monday_and_an_agenda_on_its_day() -> None:
    sunday = date(2026, 11, 1)

    assert days_shown(Shape.WEEK, sunday)[0] == date(2026, 10, 26)
    assert days_shown(Shape.AGENDA, sunday)[::27] == [sunday, date(2026, 11, 28)]


def test_neighbours_of_each_shape_meet_without_a_gap() -> None:
    day = date(2026, 3, 31)

    assert neighbours(Shape.MONTH, day) == (date(2026, 2, 1), date(2026, 4, 1))
    assert neighbours(Shape.WEEK, day) == (date(2026, 3, 24), date(2026, 4, 7))
    assert neighbours(Shape.AGENDA, day) == (date(2026, 3, 3), date(2026, 4, 28))


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2026, 3, 8), NEW_YORK, 167),
        (date(2026, 11, 1), NEW_YORK, 169),
        (date(2026, 3, 29), LONDON, 167),
        (date(2026, 10, 25), LONDON, 169),
        (date(2026, 7, 1), LONDON, 168),
        (date(2026, 9, 6), ZoneInfo("America/Santiago"), 167),
    ],
)
def test_a_week_in_which_the_clocks_change_is_an_hour_shorter_or_longer(day: date, zone: ZoneInfo, hours: int) -> None:
    start, end = (moment.astimezone(UTC) for moment in span(days_shown(Shape.WEEK, day), zone))

    assert end - start == hours * HOUR


def test_the_night_the_clocks_change_belongs_to_its_day() -> None:
    """00:30 to 02:30 in New York as the clocks go back: three hours, one day."""
    start = datetime(2026, 11, 1, 4, 30, tzinfo=UTC)

    assert list(days_of(start, start + 3 * HOUR, NEW_YORK)) == [date(2026, 11, 1)]
    assert clock_words(start, start + 3 * HOUR, NEW_YORK) == "00:30–02:30"
    assert list(days_of(start, start + 3 * HOUR, ZoneInfo("America/Los_Angeles"))) == [
        date(2026, 10, 31),
        date(2026, 11, 1),
    ]
    assert clock_words(start, start + 3 * HOUR, ZoneInfo("America/Los_Angeles")) == "21:30–00:30 (+1)"


def test_what_ends_at_midnight_does_not_reach_the_next_day() -> None:
    start = datetime(2026, 7, 1, 22, tzinfo=LONDON)

    assert list(days_of(start, start + 2 * HOUR, LONDON)) == [date(2026, 7, 1)]
