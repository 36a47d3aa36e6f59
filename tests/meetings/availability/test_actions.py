"""Hours, calendars and institutions: what each action writes, and what its second call does."""

import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from crm.activity.models import ActivityEntry
from crm.base.errors import ParleyError, StaleVersionError
from meetings.availability.actions import (
    add_calendar,
    add_exception,
    add_institution_calendar,
    forget_institution_file,
    import_institution,
    propose_institution,
    read_busy,
    remove_calendar,
    remove_exception,
    set_travel_time,
    set_working_hours,
)
from meetings.availability.errors import (
    CalendarAddressError,
    CalendarFileError,
    ExceptionDaysError,
    HoursError,
    SameNameError,
    TravelError,
)
from meetings.availability.models import (
    BusyBlock,
    BusyCalendar,
    InstitutionEvent,
    TravelTime,
    WorkingException,
    WorkingHours,
)
from meetings.scheduling.errors import UnknownZoneError
from tests.factories.access import user
from tests.factories.availability import busy_calendar, institution_calendar
from tests.factories.meetings import venue
from tests.factories.people import organization

pytestmark = pytest.mark.django_db
AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
NINE_TO_FIVE = (0, time(9), time(17))


def event(start: str, *lines: str) -> bytes:
    inner = "\r\n".join(["BEGIN:VEVENT", "SUMMARY:Secret dinner", f"DTSTART:{start}", "DURATION:PT1H", *lines])
    return f"BEGIN:VCALENDAR\r\n{inner}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n".encode()


def verbs() -> list[str]:
    return list(ActivityEntry.objects.order_by("id").values_list("verb", flat=True))


def test_the_week_is_set_once(coordinator) -> None:
    week = [NINE_TO_FIVE, (1, time(8), time(12)), (1, time(13), time(15))]

    for _ in range(2):
        set_working_hours(coordinator, hours=week, by=coordinator, at=AT)

    assert list(WorkingHours.objects.values_list("weekday", "starts", "ends")) == week
    assert verbs() == ["working_hours.set"]


@pytest.mark.parametrize(
    "week",
    [[(0, time(9), time(9))], [(0, time(17), time(9))], [NINE_TO_FIVE, (0, time(16), time(18))], [NINE_TO_FIVE] * 2],
)
def test_hours_that_cannot_be_are_refused(coordinator, week) -> None:
    with pytest.raises(HoursError):
        set_working_hours(coordinator, hours=week, by=coordinator, at=AT)

    assert WorkingHours.objects.count() == 0


def test_days_off_are_added_and_taken_away_once(coordinator) -> None:
    days = {"first_on": date(2026, 8, 1), "last_on": date(2026, 8, 14), "by": coordinator, "at": AT}

    row = add_exception(coordinator, **days)
    assert add_exception(coordinator, **days) == row
    remove_exception(row, by=coordinator, at=AT)
    remove_exception(row, by=coordinator, at=AT)

    assert WorkingException.objects.count() == 0
    assert verbs() == ["working_exception.added", "working_exception.removed"]


@pytest.mark.parametrize(
    "fields",
    [
        {"last_on": date(2026, 7, 31)},
        {"starts": time(9)},
        {"starts": time(9), "ends": time(9)},
    ],
)
def test_exceptions_that_cannot_be_are_refused(coordinator, fields) -> None:
    days = {"first_on": date(2026, 8, 1), "last_on": date(2026, 8, 1)} | fields

    with pytest.raises(ExceptionDaysError):
        add_exception(coordinator, **days, by=coordinator, at=AT)


def test_a_calendar_has_its_name_once_and_an_address_on_the_internet(coordinator) -> None:
    add_calendar(coordinator, name="Work", url="https://calendar.example/x.ics", by=coordinator, at=AT)

    with pytest.raises(SameNameError):
        add_calendar(coordinator, name="Work", by=coordinator, at=AT)
    with pytest.raises(CalendarAddressError):
        add_calendar(coordinator, name="Home", url="file:///etc/passwd", by=coordinator, at=AT)
    add_calendar(user(), name="Work", by=coordinator, at=AT)

    assert BusyCalendar.objects.count() == 2
    assert verbs() == ["busy_calendar.added"] * 2


def test_a_calendar_goes_with_its_times_once(coordinator) -> None:
    calendar = busy_calendar(owner=coordinator)
    read_busy(calendar, event("20260602T140000Z"), at=AT)

    for _ in range(2):
        remove_calendar(BusyCalendar(pk=calendar.pk, owner=coordinator), by=coordinator, at=AT)

    assert (BusyCalendar.objects.count(), BusyBlock.objects.count()) == (0, 0)
    assert verbs() == ["busy_calendar.removed"]


def test_only_when_it_is_busy_is_kept_and_reading_again_replaces_it(coordinator) -> None:
    calendar = busy_calendar(owner=coordinator)

    for _ in range(2):
        read_busy(calendar, event("20260602T140000Z", "RRULE:FREQ=DAILY;COUNT=2"), at=AT)
    read_busy(calendar, event("20260602T140000Z"), at=AT + timedelta(hours=1))

    (block,) = BusyBlock.objects.all()
    assert (block.starts_at, block.ends_at) == (
        datetime(2026, 6, 2, 14, tzinfo=UTC),
        datetime(2026, 6, 2, 15, tzinfo=UTC),
    )
    assert (block.first_minute * 60, block.end_minute * 60) == (block.starts_at.timestamp(), block.ends_at.timestamp())
    assert (calendar.last_read_at, calendar.last_problem) == (AT + timedelta(hours=1), "")
    assert not any(isinstance(f.name, str) and f.name in {"title", "summary"} for f in BusyBlock._meta.fields)


def test_a_file_that_cannot_be_read_leaves_the_old_times(coordinator) -> None:
    calendar = busy_calendar(owner=coordinator)
    read_busy(calendar, event("20260602T140000Z"), at=AT)

    read_busy(calendar, b"<html>", at=AT + timedelta(hours=1))

    assert BusyBlock.objects.count() == 1
    assert calendar.last_read_at == AT
    assert calendar.last_problem.startswith("This is no calendar file.")


def test_only_the_year_around_is_kept_and_what_leaves_free_is_not(coordinator) -> None:
    calendar = busy_calendar(owner=coordinator)

    read_busy(calendar, event("20260602T140000Z", "TRANSP:TRANSPARENT"), at=AT)
    assert BusyBlock.objects.count() == 0
    read_busy(calendar, event("20000101T140000Z", "RRULE:FREQ=DAILY"), at=AT)

    first, last = BusyBlock.objects.first(), BusyBlock.objects.last()
    assert (first.starts_at.date(), last.starts_at.date()) == (date(2026, 3, 3), date(2027, 7, 5))


def test_an_institutions_file_is_looked_at_before_it_is_put_in(coordinator) -> None:
    body = organization()
    calendar = add_institution_calendar(body, name="Floor", time_zone="America/New_York", by=coordinator, at=AT)
    raw = b"start,end,kind,title\n2026-06-08,2026-06-12,,Floor votes\n2026-06-15,2026-06-20,recess,August\n"

    reading = propose_institution(calendar, raw, version=1, by=coordinator, at=AT)
    assert (len(reading.spans), InstitutionEvent.objects.count()) == (2, 0)
    with pytest.raises(StaleVersionError):
        propose_institution(calendar, raw, version=1, by=coordinator, at=AT)
    import_institution(calendar, version=2, by=coordinator, at=AT)
    with pytest.raises(StaleVersionError):
        import_institution(calendar, version=2, by=coordinator, at=AT)

    rows = list(InstitutionEvent.objects.values_list("kind", "title", "starts_at", "ends_at", "is_all_day"))
    assert rows == [
        ("session", "Floor votes", datetime(2026, 6, 8, 4, tzinfo=UTC), datetime(2026, 6, 12, 4, tzinfo=UTC), True),
        ("recess", "August", datetime(2026, 6, 15, 4, tzinfo=UTC), datetime(2026, 6, 20, 4, tzinfo=UTC), True),
    ]
    assert calendar.pending == ""
    assert verbs() == ["institution_calendar.added", "institution_calendar.read"]


def test_a_kept_file_can_be_thrown_away(coordinator) -> None:
    calendar = institution_calendar(pending="start\n2026-06-08\n")

    forget_institution_file(calendar, version=1, by=coordinator, at=AT)

    assert (calendar.pending, InstitutionEvent.objects.count()) == ("", 0)
    with pytest.raises(StaleVersionError):
        forget_institution_file(calendar, version=1, by=coordinator, at=AT)


def test_an_institutions_calendar_needs_a_zone_and_its_own_name(coordinator) -> None:
    values = {"by": coordinator, "at": AT}
    first = institution_calendar()

    with pytest.raises(UnknownZoneError):
        add_institution_calendar(first.organization, name="x", time_zone="Mars/Base", **values)
    with pytest.raises(SameNameError):
        add_institution_calendar(first.organization, name=first.name, time_zone="UTC", **values)
    with pytest.raises(CalendarFileError):
        propose_institution(first, b"<html>", version=1, **values)


def test_travel_minutes_are_the_same_both_ways_and_the_newest(coordinator) -> None:
    one, other = venue(), venue()

    set_travel_time(one, other, minutes=20, by=coordinator, at=AT)
    set_travel_time(other, one, minutes=25, by=coordinator, at=AT)

    assert list(TravelTime.objects.values_list("one", "other", "minutes")) == [(one.pk, other.pk, 25)]
    with pytest.raises(TravelError):
        set_travel_time(one, one, minutes=5, by=coordinator, at=AT)
    with pytest.raises(TravelError):
        set_travel_time(one, other, minutes=601, by=coordinator, at=AT)


def real_files(folder: Path) -> list[Path]:
    return sorted((folder / "ics").rglob("*.ics"))


def own_day(raw: bytes) -> datetime:
    """The first day an event of the file names."""
    found = re.search(rb"DTSTART[^:\r\n]*:((?:19|20)\d\d)(0[1-9]|1[0-2])", raw)
    return datetime(int(found[1]), int(found[2]), 15, tzinfo=UTC) if found else AT


@pytest.mark.slow
def test_every_real_file_ends_in_times_or_a_plain_sentence(shared_data: Path, coordinator) -> None:
    """As of today and as of each file's own time; as a busy calendar and as an institution's."""
    mine, theirs = busy_calendar(owner=coordinator), institution_calendar()
    blocks = events = 0
    refused = []

    for path in real_files(shared_data):
        raw = path.read_bytes()
        for at in sorted({AT, own_day(raw)}):
            read_busy(mine, raw, at=at)
            assert mine.last_tried_at == at
            blocks += mine.blocks.count()
            try:
                propose_institution(theirs, raw, version=theirs.version, by=coordinator, at=at)
                import_institution(theirs, version=theirs.version, by=coordinator, at=at)
                events += theirs.events.count()
            except ParleyError as error:
                refused.append((path.name, str(error.sentence), mine.last_problem))

    assert len(real_files(shared_data)) >= 150
    assert (refused, blocks > 200, events > 200) == ([], True, True)
