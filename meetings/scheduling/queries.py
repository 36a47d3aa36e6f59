"""What screens and other slices ask about meetings."""

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db.models import Prefetch, QuerySet

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
