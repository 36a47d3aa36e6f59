from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from crm.access.models import User
from crm.followups.enums import TaskState
from crm.followups.models import Task
from crm.followups.queries import tasks_of
from meetings.agendas.models import AgendaItem
from meetings.scheduling.enums import MeetingState
from meetings.scheduling.models import Meeting
from meetings.series.models import MeetingSeries, SeriesOccurrence


def occurrences_of(series: MeetingSeries) -> QuerySet[SeriesOccurrence]:
    """Every meeting of a series in the order of the rule's days."""
    return series.occurrences.select_related("meeting__venue").order_by("occurs_on", "id")


def series_of(meeting: Meeting) -> MeetingSeries | None:
    found = SeriesOccurrence.objects.filter(meeting=meeting).select_related("series").first()
    return found.series if found else None


def pattern_of(series: MeetingSeries) -> Meeting:
    """The meeting new ones are made like: the latest that was not cancelled, else the first."""
    kept = Meeting.objects.filter(occurrence__series=series).exclude(state=MeetingState.CANCELLED)
    return kept.order_by("-starts_at", "-id").first() or series.first_meeting


def next_of(meeting: Meeting) -> Meeting | None:
    """The next meeting of the same series that stands."""
    later = Meeting.objects.filter(occurrence__series__occurrences__meeting=meeting, starts_at__gt=meeting.starts_at)
    return later.filter(state=MeetingState.CONFIRMED).order_by("starts_at", "id").first()


def open_items(meeting: Meeting) -> QuerySet[AgendaItem]:
    """Points of the agenda that went nowhere yet, in their order."""
    return meeting.agenda_items.filter(carried_to=None).order_by("position", "id")


def undone_tasks(meeting: Meeting, user: User) -> QuerySet[Task]:
    """Tasks that came out of this meeting or came into it, not done and not carried on yet, as far as visible."""
    carried_in = Task.objects.filter(carried_to__to_meeting=meeting).values("pk")
    keys = tasks_of(meeting).order_by().values("pk")
    seen: Any = Task.objects.visible_to(user)
    found = seen.filter(pk__in=keys) | seen.filter(pk__in=carried_in)
    return found.filter(state=TaskState.OPEN).exclude(carried_to__from_meeting=meeting).order_by("due_on", "id")


def carried_tasks(meeting: Meeting, user: User) -> QuerySet[Task]:
    """Tasks that an earlier meeting of the series handed on to this one, as far as visible."""
    seen: Any = Task.objects.visible_to(user)
    return seen.filter(carried_to__to_meeting=meeting).select_related("assignee").order_by("due_on", "id")


def to_come(series: MeetingSeries, at: datetime) -> list[SeriesOccurrence]:
    """The meetings of a series that stand and have not begun."""
    ahead = occurrences_of(series).filter(meeting__state=MeetingState.CONFIRMED, meeting__starts_at__gt=at)
    return list(ahead)
