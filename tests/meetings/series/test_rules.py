from datetime import UTC, date, datetime, time, timedelta

import pytest

from meetings.series.enums import Frequency
from meetings.series.errors import FirstDayError, RuleError
from meetings.series.rules import LAST, Rule, check_rule, days_of, moments, parse_rule

WEEKLY, MONTHLY = Frequency.WEEKLY, Frequency.MONTHLY
FAR = date(2027, 12, 31)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (Rule(WEEKLY, 1, (1,)), "FREQ=WEEKLY;INTERVAL=1;BYDAY=TU"),
        (Rule(WEEKLY, 2, (0, 3), count=5), "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;COUNT=5"),
        (Rule(MONTHLY, 1, (1,), 2), "FREQ=MONTHLY;INTERVAL=1;BYDAY=2TU"),
        (Rule(MONTHLY, 3, (4,), LAST, until=FAR), "FREQ=MONTHLY;INTERVAL=3;BYDAY=-1FR;UNTIL=20271231"),
    ],
)
def test_rule_is_written_and_read(rule: Rule, text: str) -> None:
    assert (str(rule), parse_rule(text)) == (text, rule)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "FREQ=DAILY;INTERVAL=1;BYDAY=TU",
        "FREQ=WEEKLY;INTERVAL=1;BYDAY=XX",
        "FREQ=WEEKLY;INTERVAL=1;BYDAY=TU;UNTIL=20261399",
    ],
)
def test_other_rules_are_refused(text: str) -> None:
    with pytest.raises(RuleError):
        parse_rule(text)


def test_days_of_rules() -> None:
    first = date(2026, 10, 6)

    weekly = list(days_of(Rule(WEEKLY, 2, (1, 3), count=4), first, FAR))
    second = list(days_of(Rule(MONTHLY, 1, (1,), 1, until=date(2026, 12, 31)), first, FAR))
    last = list(days_of(Rule(MONTHLY, 1, (4,), LAST), date(2026, 10, 30), date(2026, 12, 31)))

    assert weekly == [date(2026, 10, 6), date(2026, 10, 8), date(2026, 10, 20), date(2026, 10, 22)]
    assert second == [date(2026, 10, 6), date(2026, 11, 3), date(2026, 12, 1)]
    assert last == [date(2026, 10, 30), date(2026, 11, 27), date(2026, 12, 25)]


def test_first_day_must_fit_and_the_end_be_one() -> None:
    with pytest.raises(FirstDayError):
        check_rule(Rule(WEEKLY, 1, (1,)), date(2026, 10, 7))
    for rule in (
        Rule(WEEKLY, 0, (1,)),
        Rule(WEEKLY, 1, ()),
        Rule(MONTHLY, 1, (1,), 5),
        Rule(WEEKLY, 1, (1,), count=5, until=FAR),
        Rule(WEEKLY, 1, (1,), count=201),
        Rule(WEEKLY, 1, (1,), until=date(2026, 10, 5)),
    ):
        with pytest.raises(RuleError):
            check_rule(rule, date(2026, 10, 6))


@pytest.mark.parametrize(
    ("day", "clock", "expected"),
    [
        (date(2026, 10, 28), time(15), datetime(2026, 10, 28, 19, tzinfo=UTC)),
        (date(2026, 11, 4), time(15), datetime(2026, 11, 4, 20, tzinfo=UTC)),
        (date(2027, 3, 10), time(15), datetime(2027, 3, 10, 20, tzinfo=UTC)),
        (date(2027, 3, 17), time(15), datetime(2027, 3, 17, 19, tzinfo=UTC)),
        (date(2026, 11, 1), time(1, 30), datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        (date(2027, 3, 14), time(2, 30), datetime(2027, 3, 14, 7, 30, tzinfo=UTC)),
    ],
)
def test_clock_at_the_place_stays_across_both_change_overs(day: date, clock: time, expected: datetime) -> None:
    starts_at, ends_at = moments(day, clock, 90, "America/New_York")

    assert (starts_at, ends_at) == (expected, expected + timedelta(minutes=90))
