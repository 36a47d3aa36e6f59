"""Calendar mails: one per attendee and version, planned as rows in the transaction of the change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from crm.access.models import User
from crm.activity.actions import record
from crm.activity.enums import ActorKind
from crm.activity.rules import type_key
from crm.messaging.actions import MailInput, cancel_queued, queue_messages
from crm.messaging.enums import MessageStatus, Stream
from crm.messaging.models import Message
from meetings.invitations.enums import Method
from meetings.invitations.html import Occasion, Words, Writer
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
from meetings.invitations.queries import KINDS, History, histories, history, merged_differences
from meetings.scheduling.enums import AttendeeRole, PartStat
from meetings.scheduling.errors import MeetingOverError
from meetings.scheduling.models import Attendee
from meetings.scheduling.queries import active_attendees
from meetings.scheduling.registry import Change, MeetingChange
from meetings.scheduling.rules import check_running, place_of, sent_staff

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
    PartStat.DELEGATED: "DELEGATED",
}


@dataclass(frozen=True)
class Plan:
    """One calendar mail to one attendee. `repeat` sets a mail on demand apart from the one a change causes."""

    past: History
    method: Method
    occasion: Occasion
    sequence: int
    at: datetime
    due_at: datetime
    repeat: int = 0
    differences: Sequence[Sequence[str]] = field(default_factory=list)

    @property
    def attendee(self) -> Attendee:
        return self.past.attendee


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
            _uninvite(one, change, Occasion.REPLACED if any(map(sent_staff, one)) else Occasion.UNINVITED)
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
    before = history(attendee)
    if before.is_planned(Method.REQUEST, meeting.version, number):
        return None
    past, taken = _take_back({attendee.pk: before}, at)[attendee.pk]
    changed = merged_differences(taken, ())
    [message] = _plan([Plan(past, Method.REQUEST, Occasion.AGAIN, past.sequence, at, at, number, changed)])
    kind, about = ActorKind.STAFF if by else ActorKind.OFFICE, (meeting, meeting.person, attendee.person)
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
    past = history(attendee)
    if past.is_planned(Method.DECLINECOUNTER, meeting.version, repeat):
        return None
    [message] = _plan([Plan(past, Method.DECLINECOUNTER, Occasion.TIME_REFUSED, sequence, at, at, repeat)])
    record("invitation.time_refused", attendee, by=by, at=at, about=(meeting, meeting.person, attendee.person))
    return message


def _invite(attendees: Sequence[Attendee], change: MeetingChange, *, due_at: datetime) -> None:
    plans = []
    for past, taken in _unplanned(attendees, Method.REQUEST, change).values():
        changed = merged_differences(taken, change.differences)
        last, sequence = past.last_left, past.sequence
        is_edit = change.kind in {Change.EDITED, Change.MOVED}
        is_there = past.has_invitation and last is not None and last.message.status != MessageStatus.SENDING
        if last is not None and is_there and is_edit and not changed and sequence == last.sequence:
            continue
        occasion = Occasion.INVITED
        if last is not None and past.has_invitation:
            occasion = Occasion.MOVED if sequence > last.sequence else Occasion.CHANGED
        told = changed if past.has_invitation else []
        plans.append(Plan(past, Method.REQUEST, occasion, sequence, change.at, due_at, 0, told))
    _plan(plans)


def _echo(attendees: Sequence[Attendee], change: MeetingChange) -> None:
    """What still waits tells the newest answer: an older PARTSTAT would wipe it from her calendar.

    A mail a dispatcher has in hand goes back to the queue, so that it is read again.
    """
    for past in _read(attendees, change).values():
        for send in past.waiting:
            if send.method != Method.REQUEST:
                continue
            occasion = Occasion.AGAIN if send.repeat else Occasion.CHANGED
            plan = Plan(past, Method.REQUEST, occasion, send.sequence, change.at, change.at)
            calendar = _calendar(plan, description_of(send.message.calendar), send.dtstamp).decode()
            unsent = Message.objects.filter(pk=send.message_id)
            unsent.filter(status=MessageStatus.CLAIMED).update(
                status=MessageStatus.QUEUED, lease_owner="", lease_until=None
            )
            unsent.filter(status=MessageStatus.QUEUED).update(calendar=calendar)


def _uninvite(attendees: Sequence[Attendee], change: MeetingChange, occasion: Occasion) -> None:
    raised = 0 if occasion == Occasion.CANCELLED else 1
    left = [past for past, _taken in _unplanned(attendees, Method.CANCEL, change).values() if past.has_invitation]
    _plan([Plan(past, Method.CANCEL, occasion, past.sequence + raised, change.at, change.at) for past in left])


def _read(attendees: Sequence[Attendee], change: MeetingChange) -> dict[int, History]:
    """The histories, going by the meeting as the change left it."""
    for attendee in attendees:
        attendee.meeting = change.meeting
    return histories(attendees) if attendees else {}


Taken = tuple[History, list[InvitationSend]]


def _unplanned(attendees: Sequence[Attendee], method: Method, change: MeetingChange) -> dict[int, Taken]:
    """Whom this change was not yet planned for, with what gave way to it."""
    past = _read(attendees, change)
    waiting = {pk: each for pk, each in past.items() if not each.is_planned(method, change.meeting.version, 0)}
    return _take_back(waiting, change.at)


def _take_back(past: Mapping[int, History], at: datetime) -> dict[int, Taken]:
    """Cancel what still waits for these attendees; answers the mails that will indeed not leave.

    One that is at the mail server this moment is not tried again: later it would undo the newer mail.
    States are read again afterwards: a dispatcher may have taken a mail in between.
    """
    if not any(each.sends for each in past.values()):
        return {pk: (each, []) for pk, each in past.items()}
    sending = Message.objects.filter(invitation_send__attendee__in=list(past), status=MessageStatus.SENDING)
    sending.filter(calendar_method__in=KINDS).update(not_after=at)
    cancel_queued(object_type=type_key(Attendee), object_id__in=list(past), reason="superseded", at=at)
    gone = {send.pk for each in past.values() for send in _cancelled(each)}
    now = histories([each.attendee for each in past.values()])
    return {pk: (each, [send for send in _cancelled(each) if send.pk not in gone]) for pk, each in now.items()}


def _cancelled(past: History) -> list[InvitationSend]:
    return [each for each in past.sends if each.message.status == MessageStatus.CANCELLED]


def _plan(plans: Sequence[Plan]) -> list[Message]:
    """Write the mails of one meeting as rows: three queries for any number."""
    if not plans:
        return []
    writer = Writer(plans[0].attendee.meeting)
    written = [(plan, writer.write(plan.attendee, plan.occasion, plan.differences)) for plan in plans]
    messages = queue_messages([_mail(plan, words) for plan, words in written])
    InvitationSend.objects.bulk_create(
        InvitationSend(
            attendee=plan.attendee,
            message=message,
            method=plan.method,
            sequence=plan.sequence,
            revision=plan.attendee.meeting.version,
            repeat=plan.repeat,
            dtstamp=plan.past.dtstamp(plan.at),
            differences=[list(each) for each in plan.differences],
        )
        for plan, message in zip(plans, messages, strict=True)
    )
    return messages


def _mail(plan: Plan, words: Words) -> MailInput:
    attendee, meeting = plan.attendee, plan.attendee.meeting
    suffix = f":{plan.repeat}" if plan.repeat else ""
    return {
        "key": f"invite:{attendee.public_id}:{plan.method.value}:{meeting.version}{suffix}",
        "stream": Stream.INVITATION,
        "to_email": attendee.email,
        "to_name": attendee.name,
        "subject": words.subject,
        "text": words.text,
        "html": words.html,
        "at": plan.at,
        "person": attendee.person,
        "language": words.language,
        "calendar": _calendar(plan, words.description, plan.past.dtstamp(plan.at)).decode(),
        "calendar_method": plan.method.value,
        "reply_to": meeting.organizer_email,
        "obj": attendee,
        "due_at": plan.due_at,
        "not_after": max(meeting.ends_at, plan.due_at + KEEP_TRYING),
    }


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
