"""What changes when somebody works, what their calendars say, and what institutions do."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from crm.access.models import User
from crm.activity.actions import record
from crm.base.errors import ParleyError
from crm.base.locking import save_version
from crm.base.text import one_line
from crm.people.models import Organization
from meetings.availability.csv import is_table, read_table
from meetings.availability.enums import InstitutionKind
from meetings.availability.errors import ExceptionDaysError, HoursError, SameNameError, TravelError
from meetings.availability.http import parse_address
from meetings.availability.ics import Reading, read_calendar
from meetings.availability.models import (
    BusyBlock,
    BusyCalendar,
    InstitutionCalendar,
    InstitutionEvent,
    TravelTime,
    WorkingException,
    WorkingHours,
)
from meetings.availability.queries import zone_for
from meetings.availability.rules import end_minute_of, kind_from_words, merged, minute_of
from meetings.availability.stamps import Span
from meetings.scheduling.models import Venue
from meetings.scheduling.rules import zone_of

BEFORE, AFTER = timedelta(days=90), timedelta(days=400)
"""How much of a calendar is kept."""
MAX_TRAVEL = 600

Day = tuple[int, time, time]
InstitutionRow = tuple[datetime, datetime, str, str, bool]


@transaction.atomic
def set_working_hours(user: User, *, hours: Iterable[Day], by: User, at: datetime) -> None:
    """The whole week anew: (weekday, from, to). The same hours again change nothing and leave no entry.

    Raises HoursError for hours that end before they start or overlap.
    """
    list(User.objects.select_for_update().filter(pk=user.pk).values_list("pk"))
    wanted = sorted(hours)
    for day, after in zip(wanted, [*wanted[1:], None], strict=True):
        if day[2] <= day[1] or (after is not None and after[0] == day[0] and after[1] < day[2]):
            raise HoursError
    current = [(row.weekday, row.starts, row.ends) for row in WorkingHours.objects.filter(user=user)]
    if sorted(current) == wanted:
        return
    WorkingHours.objects.filter(user=user).delete()
    WorkingHours.objects.bulk_create(WorkingHours(user=user, weekday=d, starts=s, ends=e) for d, s, e in wanted)
    record("working_hours.set", user, by=by, at=at)


@transaction.atomic
def add_exception(
    user: User,
    *,
    first_on: date,
    last_on: date,
    by: User,
    at: datetime,
    starts: time | None = None,
    ends: time | None = None,
) -> WorkingException:
    """Days off, or with other hours; the last day counts. The same days and hours again change nothing."""
    if last_on < first_on or (starts is None) != (ends is None) or (starts and ends and ends <= starts):
        raise ExceptionDaysError
    row, made = WorkingException.objects.get_or_create(
        user=user, first_on=first_on, last_on=last_on, starts=starts, defaults={"ends": ends}
    )
    if made:
        record("working_exception.added", user, by=by, at=at)
    return row


@transaction.atomic
def remove_exception(row: WorkingException, *, by: User, at: datetime) -> None:
    """The second call changes nothing."""
    deleted, _rows = WorkingException.objects.filter(pk=row.pk).delete()
    if deleted:
        record("working_exception.removed", row.user, by=by, at=at)


@transaction.atomic
def add_calendar(owner: User, *, name: str, by: User, at: datetime, url: str = "") -> BusyCalendar:
    """A calendar of one's own, still empty. Raises CalendarAddressError, and SameNameError the second time."""
    if url:
        parse_address(url)
    values = {"name": one_line(name, limit=100), "url": url.strip()}
    calendar = _named(BusyCalendar, owner=owner, created_at=at, updated_at=at, **values)
    record("busy_calendar.added", calendar, by=by, at=at)
    return calendar


def _named(model: Any, **values: Any) -> Any:
    try:
        with transaction.atomic():
            return model.objects.create(**values)
    except IntegrityError as error:
        raise SameNameError from error


@transaction.atomic
def remove_calendar(calendar: BusyCalendar, *, by: User, at: datetime) -> None:
    """With everything read from it. The second call changes nothing."""
    if not BusyCalendar.objects.select_for_update().filter(pk=calendar.pk).exists():
        return
    record("busy_calendar.removed", calendar, about=[calendar.owner], by=by, at=at)
    calendar.delete()


def read_busy(calendar: BusyCalendar, raw: bytes, *, at: datetime) -> BusyCalendar:
    """Put what a calendar says in place of what it said: when it is busy, nothing else. From 90 days ago to 400 ahead.

    A file that cannot be read leaves the old times as they are and says so in `last_problem`. The same file again
    writes the same times.
    """
    try:
        reading = read_own(calendar, raw, at=at)
    except ParleyError as error:
        return note_problem(calendar, str(error.sentence), at=at)
    return put_busy(calendar, reading, at=at)


def read_own(calendar: BusyCalendar, raw: bytes, *, at: datetime) -> Reading:
    """What a file says in the owner's zone, from 90 days ago to 400 ahead. Writes nothing. Raises CalendarFileError."""
    return read_calendar(raw, zone=zone_for(calendar.owner), first=at - BEFORE, last=at + AFTER)


@transaction.atomic
def put_busy(calendar: BusyCalendar, reading: Reading, *, at: datetime) -> BusyCalendar:
    """Put what was read in place of the times there are; the same times are left as they are.

    A calendar that was taken away meanwhile stays away.
    """
    if not BusyCalendar.objects.select_for_update().filter(pk=calendar.pk).exists():
        return calendar
    spans = merged((span.starts_at, span.ends_at) for span in reading.spans if span.is_busy)
    if spans != list(calendar.blocks.order_by("starts_at").values_list("starts_at", "ends_at")):
        calendar.blocks.all().delete()
        BusyBlock.objects.bulk_create(
            (
                BusyBlock(
                    calendar=calendar,
                    starts_at=first,
                    ends_at=end,
                    first_minute=minute_of(first),
                    end_minute=end_minute_of(end),
                )
                for first, end in spans
            ),
            batch_size=500,
        )
    told = {"last_read_at": at, "last_tried_at": at, "last_problem": reading.problem[:500], "updated_at": at}
    BusyCalendar.objects.filter(pk=calendar.pk).update(**told)
    calendar.refresh_from_db()
    return calendar


@transaction.atomic
def note_problem(calendar: BusyCalendar, sentence: str, *, at: datetime) -> BusyCalendar:
    """Why the last reading failed; what was read before still counts. The second call writes the same."""
    told = {"last_problem": sentence[:500], "last_tried_at": at, "updated_at": at}
    if BusyCalendar.objects.filter(pk=calendar.pk).update(**told):
        calendar.refresh_from_db()
    return calendar


@transaction.atomic
def add_institution_calendar(
    organization: Organization, *, name: str, time_zone: str, by: User, at: datetime, default_kind: str = ""
) -> InstitutionCalendar:
    """A calendar of a body, still empty. Raises SameNameError the second time, UnknownZoneError."""
    zone_of(time_zone)
    values = {"name": one_line(name, limit=100), "time_zone": time_zone, "default_kind": default_kind}
    calendar = _named(InstitutionCalendar, organization=organization, created_at=at, updated_at=at, **values)
    record("institution_calendar.added", calendar, about=[organization], by=by, at=at)
    return calendar


def read_institution(calendar: InstitutionCalendar, raw: bytes, *, at: datetime) -> Reading:
    """What a file or table holds, from 90 days ago to 400 ahead. Writes nothing. Raises CalendarFileError."""
    reader = read_table if is_table(raw) else read_calendar
    return reader(raw, zone=zone_of(calendar.time_zone), first=at - BEFORE, last=at + AFTER)


def kind_of(calendar: InstitutionCalendar, span: Span) -> InstitutionKind:
    """By the column of a table, else as the calendar says, else by the words of the title."""
    if span.words.lower() in InstitutionKind.values:
        return InstitutionKind(span.words.lower())
    if calendar.default_kind:
        return InstitutionKind(calendar.default_kind)
    return kind_from_words(f"{span.title} {span.words}")


@transaction.atomic
def propose_institution(calendar: InstitutionCalendar, raw: bytes, *, version: int, by: User, at: datetime) -> Reading:
    """Read a file and keep what it holds beside the calendar until somebody has looked at it.

    Raises CalendarFileError, and keeps nothing then; StaleVersionError the second time.
    """
    reading = read_institution(calendar, raw, at=at)
    save_version(calendar, version=version, at=at, pending=reading.kept())
    return reading


def institution_rows(calendar: InstitutionCalendar, reading: Reading) -> list[InstitutionRow]:
    """What a reading would put in, in order."""
    return sorted(
        (span.starts_at, span.ends_at, span.title, str(kind_of(calendar, span)), span.is_all_day)
        for span in reading.spans
    )


def held_rows(calendar: InstitutionCalendar) -> list[InstitutionRow]:
    """What the calendar holds, in the same order."""
    return sorted(calendar.events.values_list("starts_at", "ends_at", "title", "kind", "is_all_day"))


@transaction.atomic
def import_institution(calendar: InstitutionCalendar, *, version: int, by: User, at: datetime) -> InstitutionCalendar:
    """Put what was kept in place of everything the calendar held. The second call raises StaleVersionError.

    When it holds just that, its events stay and nothing is told. Raises CalendarFileError when nothing was kept.
    """
    kept = calendar.pending
    save_version(calendar, version=version, at=at, pending="", last_read_at=at)
    reading = Reading.of(kept)
    InstitutionCalendar.objects.filter(pk=calendar.pk).update(last_problem=reading.problem[:500])
    rows = institution_rows(calendar, reading)
    if rows == held_rows(calendar):
        return calendar
    calendar.events.all().delete()
    names = ("starts_at", "ends_at", "title", "kind", "is_all_day")
    events = (InstitutionEvent(calendar=calendar, **dict(zip(names, row, strict=True))) for row in rows)
    InstitutionEvent.objects.bulk_create(events, batch_size=500)
    told = {"count": len(rows)}
    record("institution_calendar.read", calendar, about=[calendar.organization], by=by, at=at, data=told)
    return calendar


@transaction.atomic
def forget_institution_file(calendar: InstitutionCalendar, *, version: int, by: User, at: datetime) -> None:
    """Throw the kept file away. The second call raises StaleVersionError."""
    save_version(calendar, version=version, at=at, pending="")


@transaction.atomic
def set_travel_time(one: Venue, other: Venue, *, minutes: int, by: User, at: datetime) -> TravelTime:
    """How long it takes between two places, both ways. The second call replaces the first."""
    if one.pk == other.pk or not 0 <= minutes <= MAX_TRAVEL:
        raise TravelError
    first, second = sorted((one, other), key=lambda venue: venue.pk)
    row, made = TravelTime.objects.get_or_create(one=first, other=second, defaults={"minutes": minutes})
    if not made:
        TravelTime.objects.filter(pk=row.pk).update(minutes=minutes)
        row.refresh_from_db()
    return row
