from datetime import UTC, datetime

import pytest

from meetings.scheduling.errors import (
    AmbiguousTimeError,
    JoinUrlError,
    PlaceMissingError,
    SkippedTimeError,
    TimesError,
    UnknownZoneError,
)
from meetings.scheduling.rules import (
    check_place,
    check_times,
    describe_times,
    localise,
    next_number,
    pack_times,
    unpack_times,
)

NEW_YORK = "America/New_York"
clock = datetime.fromisoformat


@pytest.mark.parametrize(
    ("wall", "zone", "moment"),
    [
        (clock("2026-03-07T15:00"), NEW_YORK, datetime(2026, 3, 7, 20, tzinfo=UTC)),
        (clock("2026-03-09T15:00"), NEW_YORK, datetime(2026, 3, 9, 19, tzinfo=UTC)),
        (clock("2026-10-31T15:00"), NEW_YORK, datetime(2026, 10, 31, 19, tzinfo=UTC)),
        (clock("2026-11-02T15:00"), NEW_YORK, datetime(2026, 11, 2, 20, tzinfo=UTC)),
        (clock("2026-03-28T15:00"), "Europe/Dublin", datetime(2026, 3, 28, 15, tzinfo=UTC)),
        (clock("2026-03-30T15:00"), "Europe/Dublin", datetime(2026, 3, 30, 14, tzinfo=UTC)),
        (clock("2026-07-01T15:00"), "Asia/Kolkata", datetime(2026, 7, 1, 9, 30, tzinfo=UTC)),
        (clock("2026-01-15T15:00"), "America/Sao_Paulo", datetime(2026, 1, 15, 18, tzinfo=UTC)),
    ],
)
def test_localise_reads_the_clock_of_the_place(wall: datetime, zone: str, moment: datetime) -> None:
    assert localise(wall, zone) == moment


def test_localise_offers_both_moments_of_an_hour_that_comes_twice() -> None:
    with pytest.raises(AmbiguousTimeError) as caught:
        localise(clock("2026-11-01T01:30"), NEW_YORK)

    first, second = datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    assert tuple(each.astimezone(UTC) for each in caught.value.choices) == (first, second)
    assert str(caught.value.sentence) == (
        "The clocks go back that night and pass 01:30 twice. Choose 01:30 (UTC-04:00) or 01:30 (UTC-05:00)."
    )
    assert localise(clock("2026-11-01T01:30"), NEW_YORK, fold=0).astimezone(UTC) == first
    assert localise(clock("2026-11-01T01:30"), NEW_YORK, fold=1).astimezone(UTC) == second


def test_localise_offers_the_moments_around_an_hour_that_never_comes() -> None:
    with pytest.raises(SkippedTimeError) as caught:
        localise(clock("2026-03-08T02:30"), NEW_YORK)

    before, after = datetime(2026, 3, 8, 6, 30, tzinfo=UTC), datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
    assert tuple(each.astimezone(UTC) for each in caught.value.choices) == (before, after)
    assert str(caught.value.sentence) == (
        "The clocks go forward that night, so there is no 02:30. Choose 01:30 (UTC-05:00) or 03:30 (UTC-04:00)."
    )
    assert localise(clock("2026-03-08T02:30"), NEW_YORK, fold=1).astimezone(UTC) == after


@pytest.mark.parametrize("zone", ["", "Mars/Base", "../etc/passwd", "America", "localtime"])
def test_localise_refuses_what_is_no_zone(zone: str) -> None:
    with pytest.raises(UnknownZoneError):
        localise(clock("2026-03-07T15:00"), zone)


def test_describe_times_names_day_zone_and_offset() -> None:
    start, end = datetime(2026, 10, 28, 19, tzinfo=UTC), datetime(2026, 10, 28, 19, 30, tzinfo=UTC)

    assert (
        describe_times(start, end, NEW_YORK) == "Wednesday 28 October 2026, 15:00–15:30 (America/New_York, UTC-04:00)"
    )
    assert describe_times(start, end, "Asia/Kolkata") == (
        "Thursday 29 October 2026, 00:30–01:00 (Asia/Kolkata, UTC+05:30)"
    )
    assert describe_times(start, end, NEW_YORK, "es") == (
        "miércoles 28 de octubre de 2026, 15:00–15:30 (America/New_York, UTC-04:00)"
    )


def test_describe_times_names_both_days_and_offsets_of_a_night_with_a_change() -> None:
    start, end = datetime(2026, 11, 1, 3, tzinfo=UTC), datetime(2026, 11, 1, 8, tzinfo=UTC)

    assert describe_times(start, end, NEW_YORK) == (
        "Saturday 31 October 2026, 23:00–Sunday 1 November 2026, 03:00 (America/New_York, UTC-04:00 → UTC-05:00)"
    )


def test_packed_times_come_back() -> None:
    times = (datetime(2026, 10, 28, 19, tzinfo=UTC), datetime(2026, 10, 28, 20, tzinfo=UTC), NEW_YORK)

    assert unpack_times(pack_times(*times)) == times


def test_check_times_refuses_an_end_before_the_start_and_clocks_without_a_zone() -> None:
    start, end = datetime(2026, 10, 28, 19, tzinfo=UTC), datetime(2026, 10, 28, 20, tzinfo=UTC)

    with pytest.raises(TimesError):
        check_times(end, start, NEW_YORK)
    with pytest.raises(TimesError):
        check_times(start.replace(tzinfo=None), end.replace(tzinfo=None), NEW_YORK)


def test_check_place_asks_for_a_place_or_a_safe_link() -> None:
    with pytest.raises(PlaceMissingError):
        check_place("in_person", None, "")
    with pytest.raises(PlaceMissingError):
        check_place("online", None, "")
    with pytest.raises(JoinUrlError):
        check_place("online", None, "http://meet.example/room")
    with pytest.raises(JoinUrlError):
        check_place("online", None, "https://meet.example/a b")
    check_place("online", None, "https://meet.example/room?p=1")


@pytest.mark.parametrize(
    ("current", "seen", "is_back", "number"),
    [(0, None, False, 1), (4, None, True, 5), (2, 2, True, 3), (3, 2, False, 3), (5, 2, False, 3), (3, 2, True, 2)],
)
def test_a_number_nobody_saw_is_used_again(current: int, seen: int | None, is_back: bool, number: int) -> None:
    assert next_number(current, seen, is_back=is_back) == number
