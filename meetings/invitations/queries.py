"""What an attendee's calendar knows of a meeting: which version left, under which number and stamp."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from crm.messaging.enums import MessageStatus
from crm.messaging.models import Attempt
from crm.messaging.smtp import Outcome
from meetings.invitations.enums import Method
from meetings.invitations.models import InvitationSend
from meetings.scheduling.models import Attendee

LEFT = (MessageStatus.SENDING, MessageStatus.ACCEPTED, MessageStatus.UNKNOWN)
"""States of a mail that is in the attendee's calendar, or may be."""
WAITING = (MessageStatus.QUEUED, MessageStatus.CLAIMED, MessageStatus.HELD)
"""States of a mail that can still be taken back: a dispatcher asks once more before it sends."""

KINDS = (Method.REQUEST, Method.CANCEL)
"""What changes a calendar; only the newest of them may reach it."""

Difference = Sequence[str]
SECOND = timedelta(seconds=1)


def waiting_sends(attendee: Attendee) -> QuerySet[InvitationSend]:
    """Calendar mails of this attendee that have not left yet, oldest first."""
    waiting = InvitationSend.objects.filter(attendee=attendee, message__status__in=WAITING)
    return waiting.select_related("message").order_by("id")


def last_left(attendee: Attendee) -> InvitationSend | None:
    """The newest invitation or cancellation that may be in her calendar, also one that waits for its second try."""
    in_doubt = Attempt.objects.filter(message=OuterRef("message_id"), outcome=Outcome.UNKNOWN)
    left = InvitationSend.objects.filter(Q(message__status__in=LEFT) | Exists(in_doubt), attendee=attendee)
    return left.filter(method__in=KINDS).select_related("message").order_by("-id").first()


def sequence_for(attendee: Attendee) -> int:
    """The SEQUENCE this attendee's calendar goes by.

    An uninvitation raises it for her alone (RFC 5546 section 3.2.5), so that nobody else is asked
    again: every one she got since counts on top of the meeting's own. One whose try was broken off for a
    newer invitation counts too: that invitation went by its number.
    """
    broken_off = Q(message__status=MessageStatus.EXPIRED, message__attempts__gt=0)
    cancelled = InvitationSend.objects.filter(attendee=attendee, method=Method.CANCEL)
    return attendee.meeting.sequence + cancelled.filter(Q(message__status__in=LEFT) | broken_off).count()


def next_dtstamp(attendee: Attendee, at: datetime) -> datetime:
    """`at` in whole seconds, later than every stamp this attendee was sent (RFC 5546 section 2.1.5)."""
    last = InvitationSend.objects.filter(attendee=attendee).aggregate(last=Max("dtstamp"))["last"]
    now = at.replace(microsecond=0)
    return now if last is None or now > last else last + SECOND


def is_planned(attendee: Attendee, method: Method, revision: int, repeat: int) -> bool:
    """Whether the mail of this change is already a row."""
    return InvitationSend.objects.filter(attendee=attendee, method=method, revision=revision, repeat=repeat).exists()


def merged_differences(sends: Sequence[InvitationSend], newest: Sequence[Difference]) -> list[list[str]]:
    """What changed since the last mail that left: the oldest old and the newest new of every code."""
    merged: dict[str, list[str]] = {}
    for code, old, new in [each for send in sends for each in send.differences] + list(newest):
        merged[code] = [code, merged[code][1] if code in merged else old, new]
    return [each for each in merged.values() if each[1] != each[2]]
