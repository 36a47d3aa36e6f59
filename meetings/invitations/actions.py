"""Calendar mails: one per attendee and version, planned as rows in the transaction of the change."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from crm.access.models import User
from crm.activity.actions import record
from crm.activity.enums import ActorKind
from crm.messaging.actions import cancel_queued, queue_message
from crm.messaging.enums import MessageStatus, Stream
from crm.messaging.models import Message
from meetings.invitations.enums import Method
from meetings.invitations.html import Occasion, place_of, write
from meetings.invitations.itip import (
    Invite,
    Organizer,
    Partstat,
    Party,
    Role,
    build_cancel,
    build_decline_counter,
    build_request,
    description_of,
)
from meetings.invitations.models import InvitationSend
from meetings.invitations.queries import (
    KINDS,
    is_planned,
    last_left,
    merged_differences,
    next_dtstamp,
    sequence_for,
    waiting_sends,
)
from meetings.scheduling.enums import AttendeeRole, PartStat
from meetings.scheduling.errors import MeetingOverError
from meetings.scheduling.models import Attendee
from meetings.scheduling.queries import active_attendees
from meetings.scheduling.registry import Change, MeetingChange
from meetings.scheduling.rules import check_running

SETTLE = timedelta(seconds=60)
"""How long a change waits for the next one, so that a burst of edits becomes one mail."""

KEEP_TRYING = timedelta(hours=24)
"""An invitation is worth sending until its meeting ends, and always this long."""

ROLES: dict[str, Role] = {
    AttendeeRole.SCHEDULER: "NON-PARTICIPANT",
    AttendeeRole.OFFICE_STAFF: "OPT-PARTICIPANT",
    AttendeeRole.EXPERT: "OPT-PARTICIPANT",
}

PARTSTATS: dict[PartStat, Partstat] = {
    PartStat.NEEDS_ACTION: "NEEDS-ACTION",
    PartStat.ACCEPTED: "ACCEPTED",
    PartStat.TENTATIVE: "TENTATIVE",
    PartStat.DECLINED: "DECLINED",
}


@dataclass(frozen=True)
class Plan:
    """One calendar mail to one attendee. `repeat` sets a mail on demand apart from the one a change causes."""

    attendee: Attendee
    method: Method
    occasion: Occasion
    sequence: int
    at: datetime
    due_at: datetime
    repeat: int = 0
    differences: Sequence[Sequence[str]] = field(default_factory=list)


@transaction.atomic
def send_for_change(change: MeetingChange) -> None:
    """Plan the mails a change causes. The second call for the same version of the meeting plans nothing.

    A mail that still waits gives way to the newer one, which tells of both changes. Who never got an
    invitation gets no cancellation.
    """
    everybody = [each for each in active_attendees(change.meeting) if each.email]
    one = [change.attendee] if change.attendee is not None and change.attendee.email else []
    match change.kind:
        case Change.CONFIRMED:
            _invite(everybody, change, due_at=change.at)
        case Change.ATTENDEE_ADDED:
            _invite(one, change, due_at=change.at)
        case Change.EDITED | Change.MOVED:
            _invite(everybody, change, due_at=change.at + SETTLE)
        case Change.ANSWERED:
            _echo(one, change)
        case Change.ATTENDEE_REMOVED:
            _uninvite(one, change, Occasion.UNINVITED)
        case Change.CANCELLED:
            _uninvite(everybody, change, Occasion.CANCELLED)


@transaction.atomic
def send_again(attendee: Attendee, *, by: User | None, at: datetime, repeat: int | None = None) -> Message | None:
    """The current invitation once more, asking for an answer, under the same SEQUENCE (RFC 5546 section 3.2.2.7).

    `repeat` names what asked for it (an inbound mail); without it a second call within the same minute
    plans nothing and answers None. Raises MeetingOverError for somebody no longer invited.
    """
    meeting = attendee.meeting
    check_running(meeting)
    if attendee.removed_at is not None or not attendee.email:
        raise MeetingOverError
    number = int(at.timestamp()) // 60 if repeat is None else repeat
    if is_planned(attendee, Method.REQUEST, meeting.version, number):
        return None
    changed = _take_back(attendee, at)
    plan = Plan(attendee, Method.REQUEST, Occasion.AGAIN, sequence_for(attendee), at, at, number, changed)
    message = _plan(plan)
    kind = ActorKind.STAFF if by else ActorKind.OFFICE
    about = (meeting, meeting.person, attendee.person)
    record("invitation.sent_again", attendee, by=by, at=at, about=about, actor_kind=kind)
    return message


@transaction.atomic
def refuse_time(attendee: Attendee, *, sequence: int, repeat: int, by: User, at: datetime) -> Message | None:
    """Tell one attendee that her proposed time is refused; nothing else changes.

    `sequence` is the one her proposal carried, `repeat` the key of the mail that brought it: the second
    call for the same mail plans nothing and answers None.
    """
    meeting = attendee.meeting
    check_running(meeting)
    if is_planned(attendee, Method.DECLINECOUNTER, meeting.version, repeat):
        return None
    message = _plan(Plan(attendee, Method.DECLINECOUNTER, Occasion.TIME_REFUSED, sequence, at, at, repeat))
    record("invitation.time_refused", attendee, by=by, at=at, about=(meeting, meeting.person, attendee.person))
    return message


def _invite(attendees: Sequence[Attendee], change: MeetingChange, *, due_at: datetime) -> None:
    for attendee in attendees:
        attendee.meeting = change.meeting
        if is_planned(attendee, Method.REQUEST, change.meeting.version, 0):
            continue
        changed = merged_differences(_taken_back(attendee, change.at), change.differences)
        last, sequence = last_left(attendee), sequence_for(attendee)
        has_it = last is not None and last.method == Method.REQUEST
        is_edit = change.kind in {Change.EDITED, Change.MOVED}
        is_there = last is not None and has_it and last.message.status != MessageStatus.SENDING
        if last is not None and is_there and is_edit and not changed and sequence == last.sequence:
            continue
        occasion = Occasion.INVITED
        if last is not None and has_it:
            occasion = Occasion.MOVED if sequence > last.sequence else Occasion.CHANGED
        told = changed if has_it else []
        _plan(Plan(attendee, Method.REQUEST, occasion, sequence, change.at, due_at, 0, told))


def _echo(attendees: Sequence[Attendee], change: MeetingChange) -> None:
    """What still waits tells the newest answer: an older PARTSTAT would wipe it from her calendar.

    A mail a dispatcher has in hand goes back to the queue, so that it is read again.
    """
    for attendee in attendees:
        attendee.meeting = change.meeting
        for send in waiting_sends(attendee).filter(method=Method.REQUEST):
            occasion = Occasion.AGAIN if send.repeat else Occasion.CHANGED
            plan = Plan(attendee, Method.REQUEST, occasion, send.sequence, change.at, change.at)
            calendar = _calendar(plan, description_of(send.message.calendar), send.dtstamp).decode()
            unsent = Message.objects.filter(pk=send.message_id)
            unsent.filter(status=MessageStatus.CLAIMED).update(
                status=MessageStatus.QUEUED, lease_owner="", lease_until=None
            )
            unsent.filter(status=MessageStatus.QUEUED).update(calendar=calendar)


def _uninvite(attendees: Sequence[Attendee], change: MeetingChange, occasion: Occasion) -> None:
    for attendee in attendees:
        attendee.meeting = change.meeting
        if is_planned(attendee, Method.CANCEL, change.meeting.version, 0):
            continue
        _taken_back(attendee, change.at)
        last = last_left(attendee)
        if last is None or last.method != Method.REQUEST:
            continue
        raised = 1 if occasion == Occasion.UNINVITED else 0
        sequence = sequence_for(attendee) + raised
        _plan(Plan(attendee, Method.CANCEL, occasion, sequence, change.at, change.at))


def _take_back(attendee: Attendee, at: datetime) -> list[list[str]]:
    return merged_differences(_taken_back(attendee, at), ())


def _taken_back(attendee: Attendee, at: datetime) -> list[InvitationSend]:
    """Cancel what still waits for this attendee; answers the mails that will indeed not leave.

    One that is at the mail server this moment is not tried again: later it would undo the newer mail.
    """
    sending = Message.objects.filter(invitation_send__attendee=attendee, status=MessageStatus.SENDING)
    sending.filter(calendar_method__in=KINDS).update(not_after=at)
    waiting = list(waiting_sends(attendee))
    if not waiting:
        return []
    cancel_queued(obj=attendee, reason="superseded", at=at)
    gone = InvitationSend.objects.filter(pk__in=[each.pk for each in waiting])
    return list(gone.filter(message__status=MessageStatus.CANCELLED).order_by("id"))


def _plan(plan: Plan) -> Message:
    attendee, meeting = plan.attendee, plan.attendee.meeting
    words = write(attendee, plan.occasion, plan.differences)
    dtstamp = next_dtstamp(attendee, plan.at)
    suffix = f":{plan.repeat}" if plan.repeat else ""
    message = queue_message(
        key=f"invite:{attendee.public_id}:{plan.method.value}:{meeting.version}{suffix}",
        stream=Stream.INVITATION,
        to_email=attendee.email,
        to_name=attendee.name,
        subject=words.subject,
        text=words.text,
        html=words.html,
        at=plan.at,
        person=attendee.person,
        language=words.language,
        calendar=_calendar(plan, words.description, dtstamp).decode(),
        calendar_method=plan.method.value,
        reply_to=meeting.organizer_email,
        obj=attendee,
        due_at=plan.due_at,
        not_after=max(meeting.ends_at, plan.due_at + KEEP_TRYING),
    )
    InvitationSend.objects.create(
        attendee=attendee,
        message=message,
        method=plan.method,
        sequence=plan.sequence,
        revision=meeting.version,
        repeat=plan.repeat,
        dtstamp=dtstamp,
        differences=[list(each) for each in plan.differences],
    )
    return message


def _calendar(plan: Plan, description: str, dtstamp: datetime) -> bytes:
    invite = _invite_of(plan, description, dtstamp)
    match plan.method:
        case Method.REQUEST:
            return build_request(invite)
        case Method.CANCEL:
            return build_cancel(invite, whole=plan.occasion == Occasion.CANCELLED)
        case Method.DECLINECOUNTER:
            return build_decline_counter(invite)


def _invite_of(plan: Plan, description: str, dtstamp: datetime) -> Invite:
    """What this one attendee gets: nobody else's address is in it."""
    attendee, meeting = plan.attendee, plan.attendee.meeting
    party = Party(
        name=attendee.name,
        email=attendee.email,
        role=ROLES.get(attendee.role, "REQ-PARTICIPANT"),
        partstat=PARTSTATS[PartStat(attendee.partstat)],
        rsvp=attendee.partstat == PartStat.NEEDS_ACTION or plan.occasion == Occasion.AGAIN,
    )
    return Invite(
        uid=meeting.uid,
        sequence=plan.sequence,
        summary=meeting.title,
        description=description,
        location=place_of(meeting),
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        time_zone=meeting.time_zone,
        organizer=Organizer(meeting.organizer_name, meeting.organizer_email),
        attendees=(party,),
        dtstamp=dtstamp,
        last_modified=meeting.updated_at,
    )
