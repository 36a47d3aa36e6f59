"""What screens and other slices ask about meetings."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Prefetch, QuerySet

from crm.access.models import User
from crm.people.models import Person
from meetings.scheduling.enums import OFFICE_ROLES, AttendeeRole, MeetingState, PartStat
from meetings.scheduling.models import Attendee, Meeting, MeetingRequest
from meetings.scheduling.rules import ASKED


@dataclass(frozen=True)
class OfficeAnswer:
    """What the office said last, and which of its people said it."""

    partstat: PartStat
    attendee: Attendee | None
    answered_at: datetime | None


def active_attendees(meeting: Meeting) -> QuerySet[Attendee]:
    """Everybody who is still invited, in the order they were added."""
    return Attendee.objects.filter(meeting=meeting, removed_at=None).select_related("person", "user", "answers_for")


def office_answer(meeting: Meeting) -> OfficeAnswer:
    """The office's newest answer: the policymaker's own, or that of the scheduler who answers for her."""
    speakers = [
        each
        for each in active_attendees(meeting)
        if each.role in OFFICE_ROLES and (each.role == AttendeeRole.POLICYMAKER or each.answers_for_id)
    ]
    answered = [(each.answered_at, each.pk, each) for each in speakers if each.answered_at is not None]
    if not answered:
        return OfficeAnswer(PartStat.NEEDS_ACTION, None, None)
    newest = max(answered, key=lambda item: item[:2])[2]
    return OfficeAnswer(PartStat(newest.partstat), newest, newest.answered_at)


def language_of(person: Person | None) -> str:
    """The language we write to somebody in: their own if we have words in it, else the site's."""
    known = {code for code, _name in settings.LANGUAGES}
    wanted = person.language if person else ""
    return wanted if wanted in known else settings.LANGUAGE_CODE


def upcoming_meetings(person: Person, at: datetime) -> QuerySet[Meeting]:
    """Confirmed meetings with a person that are not over, soonest first."""
    return Meeting.objects.filter(person=person, state=MeetingState.CONFIRMED, ends_at__gt=at).select_related("venue")


def requests_to_follow_up(on: date) -> QuerySet[MeetingRequest]:
    """Requests nobody answered by their day, oldest first, with person, ask and scheduler."""
    waiting = MeetingRequest.objects.filter(state__in=ASKED, next_action_on__lte=on)
    return waiting.select_related("person", "ask", "scheduler", "owner")


def with_attendees(meetings: QuerySet[Meeting]) -> QuerySet[Meeting]:
    """The same meetings with person, place and `invited` (those still invited) in three queries."""
    invited = Attendee.objects.filter(removed_at=None).select_related("person")
    return meetings.select_related("person", "venue", "ask", "owner").prefetch_related(
        Prefetch("attendees", queryset=invited, to_attr="invited")
    )


def next_meeting_days(people: Iterable[int], user: User, at: datetime) -> dict[int, date]:
    """Column of the people list: the day of the next meeting with each, in the zone of its place, in one query."""
    ahead = _met_or_meeting(people, user).filter(starts_at__gte=at, state=MeetingState.CONFIRMED)
    return _days(ahead.order_by("-starts_at", "-id"))


def last_meeting_days(people: Iterable[int], user: User, at: datetime) -> dict[int, date]:
    """Column of the people list: the day we last met each, in one query."""
    past = _met_or_meeting(people, user).filter(starts_at__lt=at, state=MeetingState.HELD)
    return _days(past.order_by("starts_at", "id"))


def _met_or_meeting(people: Iterable[int], user: User) -> QuerySet[Meeting]:
    found: QuerySet[Meeting] = Meeting.objects.visible_to(user).filter(person__in=list(people))
    return found


def _days(meetings: QuerySet[Meeting]) -> dict[int, date]:
    """One day per person; the last row of each person wins."""
    rows = meetings.values_list("person", "starts_at", "time_zone")
    return {person: starts_at.astimezone(ZoneInfo(zone)).date() for person, starts_at, zone in rows}
