"""Our repeating days against dateutil's, and rules made to hurt."""

import random
from datetime import datetime, timedelta

import pytest
from dateutil.rrule import rrulestr

from meetings.availability.rrule import Budget, RuleError, TooManyStepsError, occurrences, parse_rule

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
FIRST, LAST = datetime(2026, 3, 1), datetime(2027, 9, 1)  # noqa: DTZ001


def ours(text: str, start: datetime, budget: int = 10**7) -> list[datetime]:
    rule = parse_rule(text)
    return list(occurrences(rule, start, first=FIRST, last=LAST, until=None, budget=Budget(budget)))


def theirs(text: str, start: datetime) -> list[datetime]:
    return rrulestr(f"RRULE:{text};UNTIL={LAST:%Y%m%dT%H%M%S}", dtstart=start).between(FIRST, LAST, inc=True)


def invented_rule(dice: random.Random) -> str:
    freq = dice.choice(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
    parts = [f"FREQ={freq}", f"INTERVAL={dice.randint(1, 4)}"]
    ordinal = freq in {"MONTHLY", "YEARLY"}
    if dice.random() < 0.5:
        # dateutil finds nothing where some days carry a number and others do not.
        number = ordinal and dice.random() < 0.5
        days = [f"{dice.choice(['1', '2', '-1', '5']) if number else ''}{d}" for d in dice.sample(DAYS, 2)]
        parts.append("BYDAY=" + ",".join(days))
    if dice.random() < 0.3:
        parts.append("BYMONTH=" + ",".join(map(str, dice.sample(range(1, 13), 3))))
    if dice.random() < 0.3 and freq != "WEEKLY":
        parts.append("BYMONTHDAY=" + ",".join(map(str, dice.sample([1, 2, 13, 28, 29, 30, 31, -1, -2], 3))))
    if dice.random() < 0.2 and freq == "YEARLY":
        parts.append("BYYEARDAY=" + ",".join(map(str, dice.sample([1, 60, 100, 200, 366, -1, -100], 4))))
    if dice.random() < 0.2:
        parts.append("BYHOUR=" + ",".join(map(str, sorted(dice.sample(range(24), 2)))))
    if dice.random() < 0.2 and ordinal:
        parts.append(f"BYSETPOS={dice.choice([1, 2, -1])}")
    if dice.random() < 0.2:
        parts.append(f"WKST={dice.choice(DAYS)}")
    return ";".join(parts)


def test_numbered_and_plain_days_go_together() -> None:
    found = ours("FREQ=MONTHLY;BYDAY=SA,1MO", datetime(2026, 3, 1, 9))  # noqa: DTZ001

    assert [moment.day for moment in found if moment.month == 3 and moment.year == 2026] == [2, 7, 14, 21, 28]


@pytest.mark.parametrize("seed", range(40))
def test_days_are_those_of_dateutil(seed: int) -> None:
    dice = random.Random(seed)
    text = invented_rule(dice)
    start = datetime(dice.choice([2019, 2024, 2026]), dice.randint(1, 12), dice.randint(1, 28), 9, 30)  # noqa: DTZ001

    assert (text, ours(text, start)) == (text, theirs(text, start))


@pytest.mark.parametrize("count", [1, 3, 40, 400])
def test_a_count_runs_from_the_start(count: int) -> None:
    start = datetime(2026, 1, 5, 9)  # noqa: DTZ001
    text = "FREQ=DAILY;BYDAY=MO,WE"

    assert ours(f"{text};COUNT={count}", start) == [
        moment for moment in rrulestr(f"{text};COUNT={count}", dtstart=start) if FIRST <= moment <= LAST
    ]


def test_the_last_weeks_of_a_year_are_those_of_iso() -> None:
    start = datetime(2024, 1, 1, 9)  # noqa: DTZ001

    found = ours("FREQ=YEARLY;BYWEEKNO=53,1;BYDAY=MO", start)

    assert [f"{moment:%G-%V}" for moment in found] == ["2026-53", "2027-01"]


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=FORTNIGHTLY",
        "FREQ=MONTHLY;BYDAY=" + "5MO," * 500 + "5MO",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=-1",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;BYMONTH=13",
        "FREQ=DAILY;BYMONTHDAY=0",
        "FREQ=DAILY;BYDAY=XX",
        "FREQ=DAILY;BYDAY=99MO",
        "FREQ=DAILY;BYEASTER=1",
        "FREQ=YEARLY;RSCALE=CHINESE",
        "INTERVAL=1",
        "",
        "DAILY",
    ],
)
def test_broken_rules_are_refused(text: str) -> None:
    with pytest.raises(RuleError):
        parse_rule(text)


def test_a_rule_with_a_time_for_every_second_is_refused() -> None:
    many = ",".join(map(str, range(60)))

    with pytest.raises(RuleError):
        ours(f"FREQ=DAILY;BYMINUTE={many};BYSECOND={many}", datetime(2026, 3, 1))  # noqa: DTZ001


def test_a_rule_that_never_comes_true_ends() -> None:
    assert ours("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", datetime(1901, 1, 1), 10_000) == []  # noqa: DTZ001


def test_a_count_from_long_ago_uses_up_its_days() -> None:
    with pytest.raises(TooManyStepsError):
        ours("FREQ=DAILY;COUNT=999999", datetime(1901, 1, 1), 10_000)  # noqa: DTZ001


def test_the_day_that_some_months_lack_is_left_out() -> None:
    found = ours("FREQ=MONTHLY", datetime(2026, 1, 31, 9))  # noqa: DTZ001

    assert {moment.day for moment in found} == {31}
    assert all(later - earlier > timedelta(days=30) for earlier, later in zip(found, found[1:], strict=False))
