from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from meetings.availability.actions import kind_of
from meetings.availability.enums import InstitutionKind
from meetings.availability.errors import CalendarFileError
from meetings.availability.ics import Reading
from meetings.availability.models import InstitutionCalendar, InstitutionEvent, TravelTime
from meetings.availability.rules import Preview
from meetings.scheduling.rules import describe_times

SHOWN = 200


def preview_of(calendar: InstitutionCalendar) -> Preview:
    """What the waiting file would put in: how many of each kind, from which day to which."""
    try:
        reading = Reading.of(calendar.pending)
    except CalendarFileError as error:
        return Preview(problem=str(error.sentence))
    found = Preview(problem=reading.problem)
    zone = ZoneInfo(calendar.time_zone)
    kinds = [kind_of(calendar, span) for span in reading.spans]
    found.counts = {str(kind.label): kinds.count(kind) for kind in InstitutionKind if kind in kinds}
    if reading.spans:
        found.first_on = min(span.starts_at for span in reading.spans).astimezone(zone).date()
        end = max(span.ends_at for span in reading.spans) - timedelta(minutes=1)
        found.last_on = end.astimezone(zone).date()
    return found


def event_rows(calendar: InstitutionCalendar, at: datetime) -> list[tuple[InstitutionEvent, str]]:
    """What is not over yet, with its time in words."""
    rows = calendar.events.filter(ends_at__gte=at)[:SHOWN]
    return [(row, describe_times(row.starts_at, row.ends_at, calendar.time_zone)) for row in rows]


def travel_times() -> QuerySet[TravelTime]:
    return TravelTime.objects.select_related("one", "other")
