"""What screens and other slices ask about meetings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, Max, OuterRef, Prefetch, Q, QuerySet

from crm.access.models import User
from crm.messaging.enums import MessageStatus
from crm.messaging.models import InboundMessage, Message
from crm.people.models import Person
from crm.people.queries import search_people
from meetings.scheduling.enums import OFFICE_ROLES, AttendeeRole, Encounter, MeetingState, PartStat, RequestState
from meetings.scheduling.models import Attendee, Meeting, MeetingRequest
from meetings.scheduling.rules import OPEN_REQUEST


@dataclass(frozen=True)
class OfficeAnswer:
    """What the office said last, and which of its people said it."""

    partstat: PartStat
    attendee: Attendee | None
    answered_at: datetime | None


def active_attendees(meeting: Meeting) -> QuerySet[Attendee]:
    """Everybody who is still invited, in the order they were added."""
    return Attendee.objects.filter(meeting=meeting, removed_at=None).select_related("person", "user", "answers_for")


def policymaker_at(meeting: Meeting) -> Attendee | None:
    """The policymaker as one of those invited; None when staff come instead."""
    heads = meeting.attendees.filter(role=AttendeeRole.POLICYMAKER, removed_at=None)
    return heads.order_by("id").first()


def replaced_at(meeting: Meeting) -> Attendee | None:
    """The policymaker who sent staff after the meeting was confirmed; None when nobody did, or it was taken back."""
    gone = meeting.attendees.filter(role=AttendeeRole.POLICYMAKER, partstat=PartStat.DELEGATED)
    return gone.exclude(removed_at=None).order_by("-id").first()


def staff_come() -> Q:
    """That a request led to a meeting to which staff of the office come instead of the policymaker."""
    heads = Attendee.objects.filter(meeting__request=OuterRef("pk"), role=AttendeeRole.POLICYMAKER)
    sent = heads.filter(partstat=PartStat.DELEGATED).exclude(removed_at=None)
    running = Q(state=RequestState.CONFIRMED, meeting__state=MeetingState.CONFIRMED)
    is_moved = Q(staff_instead__isnull=False) | Q(Exists(sent))
    return running & is_moved & ~Q(Exists(heads.filter(removed_at=None)))


def office_answer(meeting: Meeting) -> OfficeAnswer:
    """The office's newest answer: the policymaker's own, or that of the scheduler who answers for her.

    Where staff come instead of the policymaker, theirs and that of whoever answers for them.
    """
    office = [each for each in active_attendees(meeting) if each.role in OFFICE_ROLES]
    leads = {each.role for each in office} & {AttendeeRole.POLICYMAKER}
    head = AttendeeRole.POLICYMAKER if leads else AttendeeRole.OFFICE_STAFF
    speakers = [each for each in office if each.role == head or each.answers_for_id]
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


def meetings_called(user: User, text: str) -> QuerySet[Meeting]:
    """Visible meetings whose title holds a text, or that are with visible people it finds; the latest first."""
    rows: QuerySet[Meeting] = Meeting.objects.visible_to(user)
    people = search_people(user, text).order_by().values("pk")
    return rows.filter(Q(title__icontains=text) | Q(person__in=people)).order_by("-starts_at", "-id")


def upcoming_meetings(person: Person, at: datetime) -> QuerySet[Meeting]:
    """Confirmed meetings with a person that are not over, soonest first."""
    return Meeting.objects.filter(person=person, state=MeetingState.CONFIRMED, ends_at__gt=at).select_related("venue")


def requests_to_follow_up(on: date) -> QuerySet[MeetingRequest]:
    """Requests not settled whose next action is due, oldest first, with person, ask and scheduler."""
    waiting = MeetingRequest.objects.filter(state__in=OPEN_REQUEST, next_action_on__lte=on)
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


def encountered(args: Mapping[str, Any], *, user: User, on: date) -> QuerySet[Any]:
    """Keys of people by their meetings, as far as the asker may see those; without a day since ever."""
    since = args.get("since") or date.min
    if args["what"] == Encounter.ASKED:
        asked = MeetingRequest.objects.visible_to(user).filter(requested_at__isnull=False)
        return asked.filter(requested_at__gte=_start_of(since)).order_by().values("person")
    if args["what"] == Encounter.CAME:
        came = Attendee.objects.visible_to(user).filter(came=True, person__isnull=False, removed_at=None)
        return came.filter(meeting__starts_at__gte=_start_of(since)).order_by().values("person")
    state = MeetingState.HELD if args["what"] == Encounter.MET else MeetingState.CONFIRMED
    met = Meeting.objects.visible_to(user).filter(state=state, starts_at__gte=_start_of(since))
    return met.order_by().values("person")


def never_met(args: Mapping[str, Any], *, user: User, on: date) -> Q:
    """Whom no meeting the asker may see was held with: a hidden meeting stays hidden."""
    return ~Q(pk__in=encountered({"what": Encounter.MET}, user=user, on=on))


def without_contact(args: Mapping[str, Any], *, user: User, on: date) -> Q:
    """Whom nobody met, mailed or heard from in so many days, as far as the asker may know."""
    since = on - timedelta(days=args["days"])
    moment = _start_of(since)
    sent = Message.objects.visible_to(user).filter(status=MessageStatus.ACCEPTED, accepted_at__gte=moment)
    heard = InboundMessage.objects.visible_to(user).filter(received_at__gte=moment)
    met = encountered({"what": Encounter.MET, "since": since}, user=user, on=on)
    mails = [rows.filter(person__isnull=False).order_by().values("person") for rows in (sent, heard)]
    return ~Q(pk__in=met) & ~Q(pk__in=mails[0]) & ~Q(pk__in=mails[1])


def _start_of(day: date) -> datetime:
    """When a day begins where the organisation is; the first day there is begins in UTC."""
    zone = ZoneInfo(settings.TIME_ZONE) if day > date.min else UTC
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def last_held(people: Any, user: User, at: datetime) -> Iterable[tuple[int, datetime]]:
    """When we last met somebody, of meetings this user may see: a provider of `crm.reach.registry`."""
    held = Meeting.objects.visible_to(user).filter(person__in=people, state=MeetingState.HELD, starts_at__lte=at)
    found: Any = held.order_by().values_list("person").annotate(Max("starts_at"))
    return found
