"""What is read from calendars of others: zones, repeats, moves, broken entries, files made to hurt."""

import cProfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from meetings.availability.csv import is_table, read_table
from meetings.availability.enums import Note
from meetings.availability.errors import CalendarFileError, CalendarTableError, CalendarTooLargeError
from meetings.availability.ics import MAX_BYTES, MAX_EVENTS, MAX_SPANS, MAX_STEPS, Reading, read_calendar
from tests.meetings.availability.hostile import hostile_files

NEW_YORK = ZoneInfo("America/New_York")
FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 3, 1, tzinfo=UTC)


def calendar(*lines: str, around: str = "VCALENDAR") -> bytes:
    return "\r\n".join([f"BEGIN:{around}", *lines, f"END:{around}", ""]).encode()


def event(*lines: str) -> bytes:
    return calendar("BEGIN:VEVENT", "UID:one", *lines, "END:VEVENT")


def read(raw: bytes) -> Reading:
    return read_calendar(raw, zone=NEW_YORK, first=FIRST, last=LAST)


def times(raw: bytes) -> list[tuple[str, str]]:
    return [(f"{span.starts_at:%m-%d %H:%M}", f"{span.ends_at:%m-%d %H:%M}") for span in read(raw).spans]


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["DTSTART:20260601T140000Z", "DTEND:20260601T150000Z"], ("06-01 14:00", "06-01 15:00")),
        (["DTSTART;TZID=Europe/Berlin:20260601T140000", "DURATION:PT30M"], ("06-01 12:00", "06-01 12:30")),
        (["DTSTART;TZID=W. Europe Standard Time:20260601T140000", "DURATION:PT1H"], ("06-01 12:00", "06-01 13:00")),
        (
            ['DTSTART;TZID="/mozilla.org/2005/Europe/Rome":20260601T140000', "DURATION:PT1H"],
            ("06-01 12:00", "06-01 13:00"),
        ),
        (["DTSTART:20260601T140000", "DURATION:PT1H"], ("06-01 18:00", "06-01 19:00")),
        (["DTSTART;TZID=Nowhere:20260601T140000", "DURATION:PT1H"], ("06-01 18:00", "06-01 19:00")),
        (["DTSTART;VALUE=DATE:20260308"], ("03-08 05:00", "03-09 04:00")),
        (["DTSTART;VALUE=DATE:20260601", "DTEND;VALUE=DATE:20260603"], ("06-01 04:00", "06-03 04:00")),
        (["DTSTART;TZID=America/New_York:20260307T120000", "DURATION:P1D"], ("03-07 17:00", "03-08 16:00")),
        (["DTSTART;TZID=America/New_York:20260307T120000", "DURATION:PT24H"], ("03-07 17:00", "03-08 17:00")),
    ],
)
def test_a_time_is_read_by_its_clock(lines, found) -> None:
    assert times(event(*lines)) == [found]


def test_what_names_no_zone_or_an_unknown_one_is_said() -> None:
    floating = read(event("DTSTART:20260601T140000", "DURATION:PT1H"))
    unknown = read(event("DTSTART;TZID=Nowhere:20260601T140000", "DURATION:PT1H"))

    assert floating.problem == "1 times name no zone and were read in yours."
    assert unknown.problem == "1 times name a zone nobody knows and were read in yours."


def test_a_zone_the_file_spells_out_is_used() -> None:
    zone = ["BEGIN:VTIMEZONE", "TZID:Our own", "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0300"]
    zone += ["TZOFFSETTO:+0330", "END:STANDARD", "END:VTIMEZONE"]
    entry = ["BEGIN:VEVENT", "DTSTART;TZID=Our own:20260601T140000", "DURATION:PT1H", "END:VEVENT"]

    assert times(calendar(*zone, *entry)) == [("06-01 10:30", "06-01 11:30")]


def test_a_series_keeps_its_hour_by_the_clock_when_the_clocks_change() -> None:
    found = times(event("DTSTART;TZID=America/New_York:20260302T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=3"))

    assert found == [("03-02 14:00", "03-02 15:00"), ("03-09 13:00", "03-09 14:00"), ("03-16 13:00", "03-16 14:00")]


def test_one_time_of_a_series_that_moved_or_was_cancelled_stands_alone() -> None:
    master = ["BEGIN:VEVENT", "UID:s", "DTSTART:20260601T140000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=4"]
    master += ["EXDATE:20260602T140000Z", "END:VEVENT"]
    moved = ["BEGIN:VEVENT", "UID:s", "RECURRENCE-ID:20260603T140000Z", "DTSTART:20260603T180000Z", "DURATION:PT1H"]
    gone = ["BEGIN:VEVENT", "UID:s", "RECURRENCE-ID:20260604T140000Z", "DTSTART:20260604T140000Z", "STATUS:CANCELLED"]

    found = times(calendar(*master, *moved, "END:VEVENT", *gone, "END:VEVENT"))

    assert found == [("06-01 14:00", "06-01 15:00"), ("06-03 18:00", "06-03 19:00")]


@pytest.mark.parametrize(
    ("rule", "count"),
    [
        ("RRULE:FREQ=DAILY;UNTIL=20260603T140000Z", 3),
        ("RRULE:FREQ=DAILY;UNTIL=20260603", 3),
        ("RRULE:FREQ=DAILY;UNTIL=20260603T135959Z", 2),
        ("RDATE:20260605T140000Z,20260606T140000Z", 3),
        ("RDATE;VALUE=PERIOD:20260605T140000Z/PT2H,20260606T140000Z/20260606T150000Z", 3),
        ("EXDATE;VALUE=DATE:20260601", 0),
        ("STATUS:CANCELLED", 0),
        ("RRULE:FREQ=SECONDLY", 1),
        ("RRULE:FREQ=HOURLY;COUNT=4", 1),
        ("RRULE:FREQ=HOURLY;INTERVAL=2;COUNT=4", 4),
        ("RRULE:FREQ=FORTNIGHTLY", 1),
    ],
)
def test_repeats_end_where_they_say(rule: str, count: int) -> None:
    assert len(times(event("DTSTART:20260601T140000Z", "DURATION:PT1H", rule))) == count


def test_repeats_that_are_not_read_are_named_by_their_start() -> None:
    finely = event("DTSTART:20260601T140000Z", "DURATION:PT1M", "RRULE:FREQ=SECONDLY;INTERVAL=400;BYSECOND=7")
    other = event("DTSTART;TZID=Europe/Rome:20260601T090000", "DURATION:PT1M", "RRULE:FREQ=FORTNIGHTLY")

    assert [len(read(raw).spans) for raw in (finely, other)] == [1, 1]
    assert read(finely + other).problem == (
        "2 entries repeat too finely or in a way we do not read, so only their first time counts: those of "
        "2026-06-01 09:00, 2026-06-01 14:00. Write these busy times as longer entries in your calendar."
    )


def test_what_was_too_much_is_said_with_what_to_do() -> None:
    entries = ["BEGIN:VEVENT", "DTSTART:20260601T140000Z", "DURATION:PT1H", "END:VEVENT"] * (MAX_EVENTS + 2)
    listed = event("DTSTART:20260601T140000Z", "DURATION:PT1H", "EXDATE:" + ",".join(["20260602T140000Z"] * 5_001))

    assert read(calendar(*entries)).problem == (
        "The calendar holds more than 10,000 entries; 2 were left out. Export a shorter time."
    )
    assert (read(listed).spans, read(listed).problem) == (
        [],
        "1 entries repeat too often or list too many days and were left out. "
        "Give them an end, or export a shorter time.",
    )


def test_what_leaves_its_owner_free_is_not_busy() -> None:
    free = read(event("DTSTART:20260601T140000Z", "DURATION:PT1H", "TRANSP:TRANSPARENT")).spans
    elsewhere = read(event("DTSTART:20260601T140000Z", "DURATION:PT1H", "X-MICROSOFT-CDO-BUSYSTATUS:FREE")).spans

    assert [span.is_busy for span in free + elsewhere] == [False, False]


def test_busy_periods_of_a_vfreebusy_are_read() -> None:
    lines = ["BEGIN:VFREEBUSY", "FREEBUSY:20260601T140000Z/PT1H,20260602T140000Z/20260602T150000Z"]
    lines += ["FREEBUSY;FBTYPE=FREE:20260603T140000Z/PT1H", "END:VFREEBUSY"]

    assert times(calendar(*lines)) == [("06-01 14:00", "06-01 15:00"), ("06-02 14:00", "06-02 15:00")]


@pytest.mark.parametrize(
    "lines",
    [
        ["DTEND:20260601T150000Z"],
        ["DTSTART:20260230T140000Z", "DURATION:PT1H"],
        ["DTSTART:00000000T000000Z", "DURATION:PT1H"],
        ["DTSTART:99991231T235959Z", "DURATION:P1D"],
        ["DTSTART:20260601T140000Z", "DTEND:20260601T130000Z"],
        ["DTSTART;VALUE=DATE:20260601", "DTEND:20260601T130000Z"],
        ["DTSTART:20260601T140000Z", "DURATION:-PT1H"],
        ["DTSTART:20260601T140000Z", "DURATION:P"],
        ["DTSTART:20260601T140000Z", "DURATION:P99999D"],
        ["DTSTART:yesterday"],
    ],
)
def test_a_broken_entry_costs_only_itself(lines: list[str]) -> None:
    good = ["BEGIN:VEVENT", "DTSTART:20260605T140000Z", "DURATION:PT1H", "END:VEVENT"]

    found = read(calendar("BEGIN:VEVENT", *lines, "END:VEVENT", *good))

    assert [f"{span.starts_at:%d}" for span in found.spans] == ["05"]
    assert found.problem == "1 entries are broken and were left out."


def test_several_calendars_alarms_folds_and_marks_are_read() -> None:
    one = event("SUMMARY:A long\r\n  title\\, with a comma", "DTSTART:20260601T140000Z", "DURATION:PT1H")
    alarm = ["BEGIN:VALARM", "DURATION:PT5M", "END:VALARM"]
    two = calendar("BEGIN:VEVENT", "DTSTART:20260602T140000Z", *alarm, "DTEND:20260602T150000Z", "END:VEVENT")

    found = read(b"\xef\xbb\xbf" + one + two)

    assert [(span.title, span.ends_at - span.starts_at) for span in found.spans] == [
        ("A long title, with a comma", timedelta(hours=1)),
        ("", timedelta(hours=1)),
    ]
    assert found.problem == ""


def test_a_file_that_ends_in_the_middle_is_said() -> None:
    whole = event("DTSTART:20260601T140000Z", "DURATION:PT1H")

    found = read(whole + b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20260602T1400")

    assert len(found.spans) == 1
    assert found.problem == "The file ends in the middle of an entry. Export it again."


@pytest.mark.parametrize("raw", [b"", b"hello", b"<html>", b"\x00\x01\xff" * 99, b"%PDF-1.7", b"\xff\xfeab"])
def test_what_is_no_calendar_is_refused(raw: bytes) -> None:
    with pytest.raises(CalendarFileError):
        read(raw)


def test_a_file_over_a_megabyte_is_refused_before_it_is_read() -> None:
    with pytest.raises(CalendarTooLargeError):
        read(b"BEGIN:VCALENDAR\r\n" + b"x" * MAX_BYTES)


COSTLIEST = 9_000_000
"""Calls that reading a megabyte may take; 10,000 plain events take 1,800,000."""


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(hostile_files()))
def test_a_file_made_to_hurt_costs_no_more_than_an_honest_one(name: str) -> None:
    raw = hostile_files()[name]()
    counter = cProfile.Profile()

    try:
        with counter:
            found = read(raw)
    except CalendarFileError:
        found = Reading()

    assert len(raw) <= MAX_BYTES
    assert (len(found.spans) <= MAX_SPANS, found.steps <= MAX_STEPS, found.events <= MAX_EVENTS) == (True, True, True)
    assert sum(each.callcount for each in counter.getstats()) < COSTLIEST


def table(text: str) -> Reading:
    return read_table(text.encode(), zone=NEW_YORK, first=FIRST, last=LAST)


def test_a_table_of_days_is_read_with_its_end_the_day_after() -> None:
    found = table(
        "Start,End,Kind,Title\n2026-06-01,2026-06-05,recess,District week\n2026-07-01 14:00,2026-07-01 16:00,,\n"
    )

    assert [(str(span.starts_at), str(span.ends_at), span.is_all_day, span.words) for span in found.spans] == [
        ("2026-06-01 04:00:00+00:00", "2026-06-05 04:00:00+00:00", True, "recess"),
        ("2026-07-01 18:00:00+00:00", "2026-07-01 20:00:00+00:00", False, ""),
    ]


def test_a_table_may_name_the_last_day_itself() -> None:
    found = table("start;last_day\n2026-06-01;2026-06-05\n2026-06-09;\n")

    assert [str(span.ends_at.date()) for span in found.spans] == ["2026-06-06", "2026-06-10"]


def test_lines_of_a_table_that_cannot_be_are_counted() -> None:
    found = table("start,end\n01/06/2026,2026-06-05\n2026-06-05,2026-06-01\n,\n2026-06-01,2026-06-02\n")

    assert (len(found.spans), found.notes[Note.BROKEN]) == (1, 2)


@pytest.mark.parametrize("text", ["name,place\na,b\n", "start\x00,\n", '"'])
def test_other_tables_are_refused_or_empty(text: str) -> None:
    try:
        found = table(text)
    except (CalendarTableError, CalendarFileError):
        return
    assert found.spans == []


def test_an_empty_table_is_refused() -> None:
    with pytest.raises(CalendarFileError):
        table("")


def test_a_calendar_is_not_taken_for_a_table() -> None:
    assert (is_table(event("DTSTART:20260601")), is_table(b"start,end\n")) == (False, True)


def timed(entry) -> bool:
    return "DTSTART" in entry and ("DTEND" in entry or "DURATION" in entry)


def test_the_first_moment_of_every_real_file_is_the_one_icalendar_reads(shared_data: Path) -> None:
    """Where icalendar reads an aware start and no zone is missing, ours is the same moment."""
    from icalendar import Component

    differing, compared = [], 0
    for path in sorted((shared_data / "ics").rglob("*.ics")):
        try:
            parts = Component.from_ical(path.read_bytes(), multiple=True)
            theirs = [e.decoded("DTSTART") for part in parts for e in part.walk("VEVENT") if timed(e)]
        except Exception:  # what icalendar cannot read at all
            continue
        for start in theirs:
            if not isinstance(start, datetime) or start.tzinfo is None:
                continue
            low = start.astimezone(UTC) - timedelta(days=1)
            found = read_calendar(path.read_bytes(), zone=NEW_YORK, first=low, last=low + timedelta(days=2))
            compared += 1
            instants = {span.starts_at for span in found.spans}
            if instants and start not in instants and not found.notes[Note.UNKNOWN_ZONE]:
                differing.append((path.name, str(start)))

    assert (differing, compared > 50) == ([], True)
