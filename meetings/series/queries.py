from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet

from crm.access.models import User
from crm.followups.enums import TaskState
from crm.followups.models import Task
from crm.followups.queries import tasks_of
from meetings.agendas.models import AgendaItem
from meetings.scheduling.enums import MeetingState
from meetings.scheduling.models import Attendee, Meeting
from meetings.series.enums import Stay
from meetings.series.models import MeetingSeries, SeriesOccurrence
from meetings.series.rules import shape_of, usual_shape, why_fixed


def occurrences_of(series: MeetingSeries) -> QuerySet[SeriesOccurrence]:
    """Every meeting of a series in the order of the rule's days."""
    return series.occurrences.select_related("meeting__venue").order_by("occurs_on", "id")


def series_of(meeting: Meeting) -> MeetingSeries | None:
    found = SeriesOccurrence.objects.filter(meeting=meeting).select_related("series").first()
    return found.series if found else None


@dataclass(frozen=True)
class Standing:
    """The meetings of a series at a moment, in order: those that follow it, and why the others stay as they are.

    `invited` says by key who is invited to each.
    """

    follow: Sequence[Meeting]
    stay: Sequence[tuple[Meeting, Stay]]
    invited: Mapping[int, Sequence[Attendee]]


def standing_of(series: MeetingSeries, at: datetime, *, user: User | None = None) -> Standing:
    """What follows a change of the series: what is to come and looks like most of it, in order.

    With `user` only of meetings this user may see. Two queries for any number.
    """
    rows = occurrences_of(series).order_by("meeting__starts_at", "id")
    if user is not None:
        rows = rows.filter(meeting__in=Meeting.objects.visible_to(user))
    people = Attendee.objects.filter(removed_at=None).select_related("person", "user").order_by("id")
    found = list(rows.prefetch_related(Prefetch("meeting__attendees", queryset=people)))
    invited = {each.meeting.pk: list(each.meeting.attendees.all()) for each in found}
    shapes = {each.pk: shape_of(each.meeting, invited[each.meeting.pk]) for each in found}
    usual = usual_shape([(each.meeting, shapes[each.pk]) for each in found if why_fixed(each, at) is None])
    why = [(each, why_fixed(each, at) or (Stay.EDITED if shapes[each.pk] != usual else None)) for each in found]
    follow = [each.meeting for each, reason in why if reason is None]
    return Standing(follow, [(each.meeting, reason) for each, reason in why if reason is not None], invited)


def pattern_of(series: MeetingSeries, at: datetime) -> Meeting:
    """The meeting new ones are made like: the latest that follows the series, else the latest not cancelled."""
    if follow := standing_of(series, at).follow:
        return follow[-1]
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
