"""Repeats by the hour and finer: the same times as the reference, blocks where nobody is free between, and limits."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr

from meetings.availability.hourly import Fine, TooFineError, block, moments
from meetings.availability.rrule import Budget, RuleError, TooManyStepsError, parse_rule

FIRST, LAST = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 4, 6, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")
HOUR = timedelta(hours=1)


def fine(text: str, start: datetime, until: datetime | None = None) -> Fine:
    return Fine(parse_rule(text), start, until)


def ours(text: str, start: datetime, *, budget: int = 10**6) -> list[datetime]:
    return list(moments(fine(text, start), first=FIRST, last=LAST, budget=Budget(budget)))


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=HOURLY",
        "FREQ=HOURLY;INTERVAL=3",
        "FREQ=HOURLY;INTERVAL=5;COUNT=200",
        "FREQ=HOURLY;INTERVAL=25",
        "FREQ=HOURLY;BYHOUR=9,10,16",
        "FREQ=HOURLY;BYHOUR=9,10,16;COUNT=150",
        "FREQ=HOURLY;BYMINUTE=0,20,40;BYDAY=TU,TH",
        "FREQ=HOURLY;BYMINUTE=0,20;BYSECOND=5,10;COUNT=4000",
        "FREQ=HOURLY;INTERVAL=2;BYMONTHDAY=1,-1",
        "FREQ=HOURLY;BYMONTH=4;BYDAY=MO",
        "FREQ=MINUTELY;INTERVAL=90",
        "FREQ=MINUTELY;INTERVAL=15;COUNT=6",
        "FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16",
        "FREQ=MINUTELY;INTERVAL=7;BYDAY=WE;BYHOUR=3",
        "FREQ=MINUTELY;BYMINUTE=30;BYSECOND=0,30;BYHOUR=12",
        "FREQ=SECONDLY;INTERVAL=5400",
        "FREQ=SECONDLY;INTERVAL=1800;BYHOUR=9",
    ],
)
@pytest.mark.parametrize(
    "start", [datetime(2026, 3, 2, 9, 30, tzinfo=UTC), datetime(2026, 2, 27, 23, 45, 10, tzinfo=UTC)]
)
def test_the_times_are_those_of_the_reference(text: str, start: datetime) -> None:
    theirs = rrulestr(text, dtstart=start).between(FIRST, LAST, inc=True)

    assert ours(text, start) == theirs


def test_every_hour_goes_on_through_the_nights_the_clocks_change() -> None:
    found = ours("FREQ=HOURLY", datetime(2026, 3, 1, 9, tzinfo=NEW_YORK))

    gaps = {later.astimezone(UTC) - earlier.astimezone(UTC) for earlier, later in zip(found, found[1:], strict=False)}
    assert (len(found), gaps) == (35 * 24 + 1, {HOUR})


def test_the_hours_of_a_rule_are_those_of_its_zone() -> None:
    found = ours("FREQ=HOURLY;BYHOUR=9", datetime(2026, 3, 1, 9, tzinfo=NEW_YORK))

    assert {moment.hour for moment in found} == {9}
    assert {moment.astimezone(UTC).hour for moment in found} == {13, 14}
    assert len(found) == 35


def test_a_rule_ends_where_it_says() -> None:
    until = datetime(2026, 3, 2, 12, 59, tzinfo=UTC)
    rule = fine("FREQ=HOURLY", datetime(2026, 3, 2, 9, tzinfo=UTC), until)

    found = list(moments(rule, first=FIRST, last=LAST, budget=Budget(1000)))

    assert [moment.hour for moment in found] == [9, 10, 11, 12]
    assert block(rule, HOUR, first=FIRST, last=LAST) == (
        datetime(2026, 3, 2, 9, tzinfo=UTC),
        until.replace(hour=13, minute=0),
    )


@pytest.mark.parametrize(
    ("text", "minutes", "found"),
    [
        ("FREQ=HOURLY", 60, (0, 48)),
        ("FREQ=HOURLY", 56, (0, 48)),
        ("FREQ=HOURLY;COUNT=3", 90, (9, 12.5)),
        ("FREQ=SECONDLY", 1, (0, 48)),
        ("FREQ=MINUTELY;INTERVAL=5;COUNT=12", 5, (9, 10)),
        ("FREQ=HOURLY", 55, None),
        ("FREQ=MINUTELY;INTERVAL=5", 0, None),
        ("FREQ=HOURLY;BYHOUR=9", 60, None),
        ("FREQ=SECONDLY;INTERVAL=999999;COUNT=1", 60, None),
    ],
)
def test_times_without_a_gap_are_one_block(text: str, minutes: int, found: tuple[float, float] | None) -> None:
    start = datetime(2026, 3, 2, 9, tzinfo=UTC) if "COUNT" in text else datetime(1999, 1, 1, tzinfo=UTC)

    made = block(fine(text, start), timedelta(minutes=minutes), first=FIRST, last=FIRST + 48 * HOUR)

    if found is None:
        assert made is None
    else:
        begin, end = ((each - FIRST) / HOUR for each in made)
        assert found[0] - 1 <= begin <= found[0]
        assert found[1] <= end <= found[1] + (0 if "COUNT" in text else 1)


def test_a_block_that_is_over_is_none() -> None:
    rule = fine("FREQ=MINUTELY;COUNT=10", datetime(1999, 1, 1, tzinfo=UTC))

    assert block(rule, HOUR, first=FIRST, last=LAST) is None


@pytest.mark.parametrize("text", ["FREQ=SECONDLY", "FREQ=MINUTELY;INTERVAL=2", "FREQ=SECONDLY;BYSECOND=7"])
def test_more_times_than_anybody_could_meet_are_refused(text: str) -> None:
    with pytest.raises(TooFineError):
        ours(text, datetime(2026, 3, 2, tzinfo=UTC))


def test_a_count_of_conditions_from_long_ago_uses_up_its_steps() -> None:
    with pytest.raises(TooManyStepsError):
        ours("FREQ=HOURLY;BYMINUTE=7;COUNT=999999", datetime(1990, 3, 2, tzinfo=UTC), budget=5_000)


@pytest.mark.parametrize("text", ["FREQ=HOURLY;BYSETPOS=1", "FREQ=HOURLY;BYWEEKNO=1"])
def test_conditions_nobody_uses_are_refused(text: str) -> None:
    with pytest.raises(RuleError):
        ours(text, datetime(2026, 3, 2, tzinfo=UTC))
