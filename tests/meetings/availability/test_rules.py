"""The search by bits against one that looks at every minute."""

import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from meetings.availability.enums import InstitutionKind, Missing
from meetings.availability.rules import (
    CELL,
    DEFAULT_HOURS,
    STEP,
    Diary,
    Wish,
    days_between,
    find_starts,
    grid_for,
    hours_minutes,
    kind_from_words,
    local_minutes,
    merged,
    moment_of,
    whole_days,
)

NEW_YORK = ZoneInfo("America/New_York")


def slow_starts(required, optional, wish, grid, zone):
    """The same answer, one cell at a time."""

    def bits(mask, low, high):
        return [bool(mask >> cell & 1) if 0 <= cell < grid.cells else False for cell in range(low, high)]

    def fits(diary, cell):
        near = bits(diary.busy | wish.blocked, cell - wish.before, cell + wish.length + wish.after)
        return not any(near)

    def works(diary, cell):
        return all(bits(diary.hours, cell, cell + wish.length))

    ranked = []
    for cell in range(0, grid.cells, STEP // CELL):
        if cell - wish.before < 0 or cell + wish.length + wish.after > grid.cells:
            continue
        if not all(bits(wish.allowed, cell, cell + wish.length)) or any(
            bits(wish.blocked, cell - wish.before, cell + wish.length + wish.after)
        ):
            continue
        if not all(fits(diary, cell) for diary in required):
            continue
        outside = tuple(diary.key for diary in required if not works(diary, cell))
        if outside and not wish.outside_hours:
            continue
        missing = tuple(
            (diary.key, Missing.BUSY if works(diary, cell) else Missing.HOURS)
            for diary in optional
            if not (fits(diary, cell) and works(diary, cell))
        )
        ranked.append((bool(outside), len(missing), cell, missing, outside))
    chosen, days = [], {}
    for _outside, _missing, cell, missing, outside in sorted(ranked, key=lambda each: each[:3]):
        day = moment_of(grid.minute(cell)).astimezone(zone).date()
        if len(chosen) < wish.limit and days.get(day, 0) < wish.per_day:
            days[day] = days.get(day, 0) + 1
            chosen.append((cell, len(optional) - len(missing), missing, outside))
    return chosen


@pytest.mark.parametrize("seed", range(25))
def test_the_search_finds_what_looking_at_every_minute_finds(seed: int) -> None:
    dice = random.Random(seed)
    zone = ZoneInfo(dice.choice(["America/New_York", "Asia/Kathmandu", "Pacific/Apia", "Europe/London"]))
    first = dice.choice([date(2026, 3, 7), date(2026, 10, 31), date(2026, 6, 2)])
    grid = grid_for(first, first + timedelta(days=2), zone)

    def diary(key: int) -> Diary:
        spans = [(start, start + dice.randint(5, 200)) for start in random_minutes(dice, grid)]
        hours = hours_minutes(DEFAULT_HOURS, days_between(first - timedelta(days=1), first + timedelta(days=3)), zone)
        return Diary(key, grid.within(hours) if dice.random() < 0.7 else (1 << grid.cells) - 1, grid.busy(spans))

    required = [diary(key) for key in range(dice.randint(0, 3))]
    optional = [diary(key) for key in range(10, 10 + dice.randint(0, 5))]
    days = days_between(first, first + timedelta(days=2))
    wish = Wish(
        length=dice.randint(1, 20),
        before=dice.randint(0, 12),
        after=dice.randint(0, 12),
        allowed=grid.within(local_minutes(days, time(7), time(20), zone)),
        blocked=grid.busy([(start, start + 40) for start in random_minutes(dice, grid)[:3]]),
        outside_hours=dice.random() < 0.5,
        limit=dice.randint(1, 30),
        per_day=dice.randint(1, 9),
    )

    found = find_starts(required, optional, wish, grid, zone)

    answers = [(each.cell, each.free, each.missing, each.outside) for each in found]
    assert answers == slow_starts(required, optional, wish, grid, zone)


def random_minutes(dice: random.Random, grid) -> list[int]:
    return [grid.base + dice.randint(-100, grid.cells * CELL) for _ in range(dice.randint(0, 12))]


@pytest.mark.parametrize(
    ("day", "offset"),
    [
        (date(2026, 3, 6), -5),
        (date(2026, 3, 9), -4),
        (date(2026, 10, 30), -4),
        (date(2026, 11, 2), -5),
    ],
)
def test_working_hours_stay_at_nine_by_the_clock_when_the_clocks_change(day: date, offset: int) -> None:
    ((first, end),) = hours_minutes(((day.weekday(), time(9), time(17)),), [day], NEW_YORK)

    assert moment_of(first) == datetime.combine(day, time(9), UTC) - timedelta(hours=offset)
    assert moment_of(end) - moment_of(first) == timedelta(hours=8)


def test_hours_over_the_night_of_the_change_are_an_hour_shorter_and_longer() -> None:
    lengths = []
    for day in (date(2026, 3, 8), date(2026, 11, 1)):
        ((first, end),) = hours_minutes(((6, time(1), time(9)),), [day], NEW_YORK)
        lengths.append((end - first) // 60)

    assert lengths == [7, 9]


def test_a_day_of_session_is_the_whole_day_there() -> None:
    first, end = whole_days(datetime(2026, 3, 8, 15, tzinfo=UTC), datetime(2026, 3, 8, 16, tzinfo=UTC), NEW_YORK)

    assert (moment_of(first), moment_of(end)) == (
        datetime(2026, 3, 8, 5, tzinfo=UTC),
        datetime(2026, 3, 9, 4, tzinfo=UTC),
    )


def test_busy_times_are_merged() -> None:
    at = datetime(2026, 6, 1, tzinfo=UTC)
    hour = timedelta(hours=1)

    found = merged([(at + 3 * hour, at + 4 * hour), (at, at + 2 * hour), (at + hour, at + 3 * hour), (at, at + hour)])

    assert found == [(at, at + 4 * hour)]


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Floor session", InstitutionKind.SESSION),
        ("District Work Period", InstitutionKind.RECESS),
        ("August recess", InstitutionKind.RECESS),
        ("Hearing on water", InstitutionKind.COMMITTEE),
        ("", InstitutionKind.SESSION),
    ],
)
def test_the_title_says_what_an_entry_is(title: str, kind: InstitutionKind) -> None:
    assert kind_from_words(title) == kind
