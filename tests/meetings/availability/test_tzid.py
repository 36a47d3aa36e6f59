"""Zones a file spells out itself, beside the zones they copy, and those that are refused."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from meetings.availability.tzid import MAX_KEYS, OwnZone, Zones
from tests.meetings.availability.hostile import part, zone

FIRST, LAST = datetime(2025, 6, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")


def zones(*blocks: str) -> Zones:
    return Zones([block.split("\r\n") for block in blocks], first=FIRST, last=LAST)


def offsets(found: object, fold: int) -> list[timedelta | None]:
    half_hours = (datetime(2025, 6, 1) + timedelta(minutes=30 * n) for n in range(48 * 540))  # noqa: DTZ001
    return [each.replace(tzinfo=found, fold=fold).utcoffset() for each in half_hours]  # type: ignore[arg-type]


@pytest.mark.parametrize("fold", [0, 1])
def test_a_zone_spelled_out_is_the_zone_it_copies(fold: int) -> None:
    own = zones(zone("Mine")).find("Mine")

    assert isinstance(own, OwnZone)
    assert offsets(own, fold) == offsets(NEW_YORK, fold)


def test_moments_come_back_as_they_went() -> None:
    own = zones(zone("Mine")).find("Mine")

    for number in range(24 * 540):
        moment = FIRST + timedelta(hours=number)
        assert moment.astimezone(own).astimezone(UTC) == moment


def test_dates_and_an_end_of_a_rule_are_kept() -> None:
    own = zones(
        "BEGIN:VTIMEZONE\r\nTZID;X=Y:Mine\r\nBEGIN:STANDARD\r\nDTSTART:19000101T000000\r\nTZOFFSETFROM:+0000\r\n"
        "TZOFFSETTO:+0100\r\nRRULE:FREQ=YEARLY;BYMONTH=1;UNTIL=20260101\r\nEND:STANDARD\r\nBEGIN:DAYLIGHT\r\n"
        "DTSTART:20250701T000000\r\nRDATE:20260701T000000,20270701T000000\r\nTZOFFSETFROM:+0100\r\n"
        "TZOFFSETTO:+023015\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE"
    ).find("Mine")

    hours = [datetime(2025, 8, 1), datetime(2026, 2, 1), datetime(2026, 8, 1), datetime(2027, 2, 1)]  # noqa: DTZ001
    late, early = timedelta(hours=2, minutes=30, seconds=15), timedelta(hours=1)
    assert [each.replace(tzinfo=own).utcoffset() for each in hours] == [late, early, late, late]


@pytest.mark.parametrize(
    "block",
    [
        "BEGIN:VTIMEZONE\r\nTZID:Mine\r\nEND:VTIMEZONE",
        zone("Mine").replace("-0400", "-9900"),
        zone("Mine").replace("-0400", "far"),
        zone("Mine").replace("T020000", "T990000"),
        zone("Mine").replace("YEARLY", "SECONDLY"),
        zone("Mine").replace("YEARLY", "DAILY"),
        zone("Mine").replace("BYDAY=1SU", "BYDAY=SO"),
        zone("Mine", 200),
        zone("Mine", 1, *part("RDATE:" + "20260101T000000," * 2_000)),
        zone("Mine", 1, *part("RRULE:FREQ=YEARLY;BYMONTHDAY=1,2,3") * 40),
    ],
)
def test_a_broken_or_endless_zone_is_unknown(block: str) -> None:
    assert zones(block).find("Mine") is None


def test_names_are_looked_up_until_there_are_too_many() -> None:
    found = zones()

    names = [found.find(f"Nowhere{n}") for n in range(MAX_KEYS)]

    assert (set(names), found.find("Europe/Rome"), found.find("A" * 900_000)) == ({None}, None, None)
