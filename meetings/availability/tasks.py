"""Reading calendars at an address. The state is in our own rows; the queue is only an alarm clock."""

import logging
from datetime import datetime, timedelta

from django.utils import timezone
from django_tasks import task

from crm.base.errors import ParleyError
from crm.base.tasks import call_worker
from meetings.availability.actions import note_problem, read_busy
from meetings.availability.errors import CalendarFetchError
from meetings.availability.http import CalendarClient, HttpClient
from meetings.availability.models import BusyCalendar
from meetings.availability.queries import calendars_due

logger = logging.getLogger(__name__)

EVERY = timedelta(hours=4)
AT_ONCE = 20
"""How many calendars one round of `run_due` reads itself."""


@task()
def read_calendar_now(pk: int) -> str:
    """Fetch and read one calendar; the answer is what was wrong, if anything."""
    return fetch_calendar(pk, client=HttpClient(), at=timezone.now())


def wake(calendar: BusyCalendar) -> None:
    """Call a worker once the transaction is committed."""
    call_worker(read_calendar_now, calendar.pk)


def fetch_calendar(pk: int, *, client: CalendarClient, at: datetime) -> str:
    """Read a calendar anew from its address. A second call fetches again and writes the same."""
    calendar = BusyCalendar.objects.select_related("owner").filter(pk=pk).exclude(url="").first()
    if calendar is None:
        return ""
    try:
        raw = client.get(calendar.url)
    except ParleyError as error:
        return note_problem(calendar, str(error.sentence), at=at).last_problem
    except Exception:  # a stranger's server must not break the round
        logger.exception("Calendar %s could not be fetched", pk)
        return note_problem(calendar, str(CalendarFetchError.sentence), at=at).last_problem
    return read_busy(calendar, raw, at=at).last_problem


def continue_calendars(at: datetime, client: CalendarClient | None = None) -> int:
    """Read the calendars nobody tried for four hours: a job of `run_due`. Says how many."""
    waiting = list(calendars_due(at - EVERY)[:AT_ONCE])
    for calendar in waiting:
        fetch_calendar(calendar.pk, client=client or HttpClient(), at=at)
    return len(waiting)
