"""Answers to invitations, by link and by mail, and what staff decide about doubtful ones."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Model

from crm.access.models import User
from crm.activity.actions import record
from crm.activity.enums import ActorKind
from crm.activity.models import ActivityEntry
from crm.messaging.actions import queue_from_template, stop_enrolments
from crm.messaging.enums import InboundKind, InboundState, Stream
from crm.messaging.models import InboundMessage
from crm.messaging.queries import row_of
from meetings.invitations.actions import refuse_time, send_again
from meetings.invitations.enums import ReviewDecision, ReviewReason, ReviewState
from meetings.invitations.errors import CalendarReplyError
from meetings.invitations.itip_reply import ReplyParsed
from meetings.invitations.models import ReplyReview
from meetings.invitations.queries import sequence_for
from meetings.invitations.rules import COUNTED, Reason, Verdict, VerdictKind
from meetings.pipeline.actions import send_staff_instead
from meetings.replies.errors import DecisionError, ReviewDoneError
from meetings.replies.queries import (
    answered_message,
    attendee_of,
    colleague_in,
    judged,
    meeting_of,
    newcomer_in,
    newest_send,
    read_answer,
    send_of,
    stand_in,
)
from meetings.replies.rules import comment_of, decisions_for, head_for, proposed_end
from meetings.scheduling.actions import add_attendee, move_meeting, record_answer
from meetings.scheduling.enums import AnswerSource, AttendeeRole, PartStat
from meetings.scheduling.models import Attendee, AttendeeAnswer, Meeting, MeetingRequest
from meetings.scheduling.rules import describe_times, is_running

StaffNamed = tuple[str, str]
Handled = tuple[InboundState, str]


@transaction.atomic
def take_answer(
    attendee: Attendee,
    *,
    partstat: PartStat,
    source: AnswerSource,
    at: datetime,
    by: User | None = None,
    parsed: ReplyParsed | None = None,
    comment: str = "",
) -> AttendeeAnswer | None:
    """Record an answer and tell the owner of the meeting by mail.

    The same answer again changes nothing and tells nobody. Raises MeetingOverError when it is too late.
    """
    answer = record_answer(
        attendee,
        partstat=partstat,
        source=source,
        at=at,
        by=by,
        sequence=parsed.sequence if parsed else sequence_for(attendee),
        dtstamp=min(parsed.dtstamp, at) if parsed and parsed.dtstamp else None,
        comment=comment,
    )
    if answer is not None and by is None:
        _tell_owner(answer, at)
    return answer


@transaction.atomic
def send_staff(attendee: Attendee, *, source: AnswerSource, at: datetime, comment: str = "") -> None:
    """The office says that staff come instead of the policymaker this attendee answers for; the owner is told by mail.

    Who comes is known when the comment holds the address of a colleague, else the owner gets a task. The second
    call, and that of somebody who answers for nobody, changes nothing. Raises MeetingOverError when it is too late.
    """
    head = head_for(attendee)
    if head is None:
        return
    meeting = Meeting.objects.select_for_update().get(pk=attendee.meeting_id)
    staff = colleague_in(meeting, comment, at.date())
    send_staff_instead(meeting, staff=staff, source=source, version=meeting.version, by=None, at=at, words=comment)
    answer = head.answers.order_by("-id").first()
    if answer is not None:
        _tell_owner(answer, at)


@transaction.atomic
def handle_inbound(inbound: InboundMessage, at: datetime) -> Handled | None:
    """Apply one stored mail if it answers an invitation or a letter to a scheduler, else None.

    Doubtful answers go to the review list and change nothing. A mail handled before changes nothing.
    """
    if ReplyReview.objects.filter(inbound=inbound).exists():
        return InboundState.REVIEW, "seen_before"
    if inbound.kind == InboundKind.HUMAN:
        return _handle_words(inbound, at)
    try:
        parsed = read_answer(inbound)
    except CalendarReplyError as error:
        return _review_broken(inbound, ReviewReason(error.reason), at)
    return _handle_words(inbound, at) if parsed is None else _handle_calendar(inbound, parsed, at)


@transaction.atomic
def resolve_review(
    review: ReplyReview,
    *,
    decision: ReviewDecision,
    by: User,
    at: datetime,
    partstat: PartStat | None = None,
    role: AttendeeRole = AttendeeRole.OFFICE_STAFF,
    staff: StaffNamed = ("", ""),
) -> ReplyReview:
    """open → resolved, doing what staff decided. The second call raises ReviewDoneError.

    `partstat` is needed to record an answer that came as words, `role` to invite somebody new; `staff` is the name
    and the address of who comes instead, by default whom the mail names.
    Raises DecisionError for a decision that `rules.decisions_for` does not offer.
    """
    if decision not in decisions_for(review):
        raise DecisionError
    _close(review, ReviewState.RESOLVED, by, at)
    meeting, attendee = review.meeting, review.attendee
    if meeting is None:
        raise DecisionError
    if decision == ReviewDecision.INVITE:
        add_attendee(meeting, newcomer_in(review, role), version=meeting.version, by=by, at=at)
    elif decision == ReviewDecision.ACCEPT_TIME:
        times = {"starts_at": review.proposed_starts_at, "ends_at": review.proposed_ends_at}
        move_meeting(meeting, version=meeting.version, by=by, at=at, **times)
    elif attendee is not None and decision == ReviewDecision.STAFF_INSTEAD:
        known, source, words = stand_in(review, staff, at), AnswerSource.MAIL, review.comment
        send_staff_instead(meeting, staff=known, source=source, version=meeting.version, by=by, at=at, words=words)
    elif attendee is not None:
        _decide_for(attendee, review, decision, partstat, by, at)
    return review


@transaction.atomic
def dismiss_review(review: ReplyReview, *, by: User, at: datetime) -> ReplyReview:
    """open → dismissed: nothing is done with the answer. The second call raises ReviewDoneError."""
    _close(review, ReviewState.DISMISSED, by, at)
    record("reply_review.dismissed", review, by=by, at=at, about=_about(review))
    return review


def _decide_for(
    attendee: Attendee,
    review: ReplyReview,
    decision: ReviewDecision,
    partstat: PartStat | None,
    by: User,
    at: datetime,
) -> None:
    if decision == ReviewDecision.ASK_AGAIN:
        send_again(attendee, by=by, at=at, repeat=review.inbound_id)
    elif decision == ReviewDecision.REFUSE_TIME:
        parsed = read_answer(review.inbound)
        sequence = parsed.sequence if parsed else sequence_for(attendee)
        refuse_time(attendee, sequence=sequence, repeat=review.inbound_id, by=by, at=at)
    else:
        said = partstat or (PartStat(review.partstat) if review.partstat in COUNTED else None)
        if said is None:
            raise DecisionError
        words = review.comment
        if not take_answer(attendee, partstat=said, source=AnswerSource.MAIL, at=at, by=by, comment=words):
            record("reply_review.resolved", review, by=by, at=at, about=_about(review))


def _handle_calendar(inbound: InboundMessage, parsed: ReplyParsed, at: datetime) -> Handled:
    meeting = meeting_of(parsed.uid)
    if meeting is None:
        return InboundState.IGNORED, Reason.UNKNOWN_MEETING.value
    attendee = attendee_of(meeting, parsed.attendee)
    _file(inbound, meeting, attendee)
    if not is_running(meeting):
        return InboundState.IGNORED, "meeting_over"
    verdict = judged(inbound, parsed, meeting, attendee)
    if verdict.kind == VerdictKind.IGNORE:
        return InboundState.IGNORED, verdict.reason.value
    if verdict.kind == VerdictKind.APPLY and attendee is not None:
        return _apply(attendee, parsed, verdict, inbound, at)
    reason = ReviewReason(verdict.reason.value)
    _open_review(inbound, reason, at, meeting=meeting, attendee=attendee, parsed=parsed)
    return InboundState.REVIEW, reason.value


def _file(inbound: InboundMessage, meeting: Meeting, attendee: Attendee | None) -> None:
    """Keep with the invitation it answers, so that the mail log shows it only to those who may see the meeting."""
    inbound.answers = newest_send(meeting, attendee)
    inbound.person = attendee.person if attendee else None
    inbound.save(update_fields=["answers", "person"])


def _apply(attendee: Attendee, parsed: ReplyParsed, verdict: Verdict, inbound: InboundMessage, at: datetime) -> Handled:
    if verdict.reason == Reason.REFRESH:
        send_again(attendee, by=None, at=at, repeat=inbound.pk)
        return InboundState.APPLIED, Reason.REFRESH.value
    partstat = PartStat(parsed.partstat)
    take_answer(attendee, partstat=partstat, source=AnswerSource.MAIL, at=at, parsed=parsed, comment=parsed.comment)
    return InboundState.APPLIED, Reason.ANSWERED.value


def _handle_words(inbound: InboundMessage, at: datetime) -> Handled | None:
    """A person wrote back to an invitation, or to our letter to the scheduler: somebody has to read it.

    Like any reply it stops the mails that would follow by themselves.
    """
    message = answered_message(inbound)
    send = send_of(message)
    if message is None or (send is None and message.object_type != "meetings.meetingrequest"):
        return None
    InboundMessage.objects.filter(pk=inbound.pk).update(answers=message, person=message.person)
    inbound.refresh_from_db()
    attendee = send.attendee if send else None
    meeting = attendee.meeting if attendee else None
    entry = _open_review(inbound, ReviewReason.HUMAN, at, meeting=meeting, attendee=attendee)
    if message.person is not None:
        stop_enrolments(person=message.person, reason="reply", at=at, entry=entry)
    return InboundState.REVIEW, ReviewReason.HUMAN.value


def _review_broken(inbound: InboundMessage, reason: ReviewReason, at: datetime) -> Handled:
    send = send_of(answered_message(inbound))
    attendee = send.attendee if send else None
    _open_review(inbound, reason, at, meeting=attendee.meeting if attendee else None, attendee=attendee)
    return InboundState.REVIEW, reason.value


def _open_review(
    inbound: InboundMessage,
    reason: ReviewReason,
    at: datetime,
    *,
    meeting: Meeting | None = None,
    attendee: Attendee | None = None,
    parsed: ReplyParsed | None = None,
) -> ActivityEntry:
    review = ReplyReview.objects.create(
        inbound=inbound,
        meeting=meeting,
        attendee=attendee,
        reason=reason,
        partstat=parsed.partstat if parsed else "",
        comment=comment_of(parsed),
        proposed_starts_at=parsed.starts_at if parsed and reason == ReviewReason.COUNTER else None,
        proposed_ends_at=proposed_end(parsed, meeting) if reason == ReviewReason.COUNTER else None,
        created_at=at,
    )
    data = {"reason": reason.value}
    about = _about(review)
    return record("reply_review.opened", review, by=None, at=at, about=about, actor_kind=ActorKind.OFFICE, data=data)


def _close(review: ReplyReview, state: ReviewState, by: User, at: datetime) -> None:
    still_open = ReplyReview.objects.filter(pk=review.pk, state=ReviewState.OPEN)
    if not still_open.update(state=state, resolved_by=by, resolved_at=at):
        raise ReviewDoneError
    review.refresh_from_db()


def _about(review: ReplyReview) -> tuple[Model | None, ...]:
    if review.meeting is not None:
        return (review.meeting, review.meeting.person, review.attendee)
    letter = review.inbound.answers
    request = row_of(letter.object_type, letter.object_id) if letter else None
    return (request, request.person) if isinstance(request, MeetingRequest) else ()


def _tell_owner(answer: AttendeeAnswer, at: datetime) -> None:
    attendee = answer.attendee
    meeting = attendee.meeting
    if not meeting.owner.email:
        return
    queue_from_template(
        "answer-received",
        key=f"answer-received:{answer.pk}",
        stream=Stream.TRANSACTIONAL,
        to_email=meeting.owner.email,
        fields={
            "attendee_name": attendee.name,
            "answer": str(PartStat(answer.partstat).label),
            "comment": answer.comment,
            "meeting_title": meeting.title,
            "meeting_time": describe_times(meeting.starts_at, meeting.ends_at, meeting.time_zone),
        },
        language=settings.LANGUAGE_CODE,
        at=at,
        obj=meeting,
    )
