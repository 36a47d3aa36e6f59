"""What an attendee's calendar knows of a meeting: which version left, under which number and stamp."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from crm.messaging.enums import MessageStatus
from crm.messaging.models import Attempt, Message
from crm.messaging.smtp import Outcome
from meetings.invitations.enums import Method
from meetings.invitations.itip import says_the_same
from meetings.invitations.models import InvitationSend
from meetings.scheduling.models import Attendee, AttendeeAnswer, Meeting
from meetings.scheduling.registry import Held
from meetings.scheduling.rules import place_of

LEFT = (MessageStatus.SENDING, MessageStatus.ACCEPTED, MessageStatus.UNKNOWN)
"""States of a mail that is in the attendee's calendar, or may be."""
WAITING = (MessageStatus.QUEUED, MessageStatus.CLAIMED, MessageStatus.HELD)
"""States of a mail that can still be taken back: a dispatcher asks once more before it sends."""

KINDS = (Method.REQUEST, Method.CANCEL)
"""What changes a calendar; only the newest of them may reach it."""

Difference = Sequence[str]
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class History:
    """Every calendar mail planned for one attendee, oldest first, as it stood when it was read."""

    attendee: Attendee
    sends: Sequence[InvitationSend]

    @property
    def waiting(self) -> list[InvitationSend]:
        """What has not left yet."""
        return [each for each in self.sends if each.message.status in WAITING]

    @property
    def last_left(self) -> InvitationSend | None:
        """The newest invitation or cancellation that may be in her calendar, also one that waits for its second try."""
        left = [each for each in self.sends if each.method in KINDS and _may_be_there(each)]
        return left[-1] if left else None

    @property
    def has_invitation(self) -> bool:
        """Whether her calendar may hold the meeting: the newest mail that left invited her."""
        return self.last_left is not None and self.last_left.method == Method.REQUEST

    @property
    def sequence(self) -> int:
        """The SEQUENCE this attendee's calendar goes by.

        An uninvitation raises it for her alone (RFC 5546 section 3.2.5), so that nobody else is asked
        again: every one she got since counts on top of the meeting's own. One whose try was broken off for a
        newer invitation counts too: that invitation went by its number.
        """
        return self.attendee.meeting.sequence + self.raised

    @property
    def raised(self) -> int:
        """By how much her SEQUENCE is above that of the meeting."""
        return sum(1 for each in self.sends if each.method == Method.CANCEL and _counts(each.message))

    def dtstamp(self, at: datetime) -> datetime:
        """`at` in whole seconds, later than every stamp this attendee was sent (RFC 5546 section 2.1.5)."""
        now = at.replace(microsecond=0)
        return max([now, *(each.dtstamp + SECOND for each in self.sends)])

    def is_planned(self, method: Method, revision: int, repeat: int) -> bool:
        """Whether the mail of this change is already a row."""
        wanted = (method, revision, repeat)
        return any((each.method, each.revision, each.repeat) == wanted for each in self.sends)


def histories(attendees: Sequence[Attendee]) -> dict[int, History]:
    """The history of each attendee by key, in one query; the mails come without their words."""
    in_doubt = Attempt.objects.filter(message=OuterRef("message_id"), outcome=Outcome.UNKNOWN)
    planned = InvitationSend.objects.filter(attendee__in=[each.pk for each in attendees])
    planned = planned.select_related("message").annotate(in_doubt=Exists(in_doubt)).order_by("id")
    sends: dict[int, list[InvitationSend]] = {each.pk: [] for each in attendees}
    for send in planned.defer("message__text", "message__html", "message__calendar"):
        sends[send.attendee_id].append(send)
    return {each.pk: History(each, sends[each.pk]) for each in attendees}


def history(attendee: Attendee) -> History:
    return histories([attendee])[attendee.pk]


def sequence_for(attendee: Attendee) -> int:
    """See `History.sequence`."""
    return history(attendee).sequence


def held_by_mail(meeting: Meeting) -> Held | None:
    """What the attendees' calendars got by mail, and whether it is the meeting as it is now; None when nothing left.

    What still waits is locked, so that no dispatcher sends it meanwhile.
    """
    attendees = list(meeting.attendees.select_for_update().order_by("pk"))
    waiting = Message.objects.filter(invitation_send__attendee__meeting=meeting, status__in=WAITING)
    list(waiting.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    for attendee in attendees:
        attendee.meeting = meeting
    past = histories(attendees)
    seen = [number for each in past.values() for number in _numbers_seen(each)]
    if not seen:
        return None
    answers = AttendeeAnswer.objects.filter(attendee__in=attendees).values_list("attendee", "sequence")
    seen += [number - past[pk].raised for pk, number in answers]
    highest = max(seen)
    numbers = {pk: highest + each.raised for pk, each in past.items() if each.raised}
    if highest >= meeting.sequence:
        return Held(highest, False, numbers)
    there = {pk: each for pk, each in past.items() if each.has_invitation and each.attendee.removed_at is None}
    letters = [each.last_left.message_id for each in there.values() if each.last_left]
    calendars = Message.objects.filter(pk__in=letters).values_list("calendar", flat=True)
    is_same = all(says_the_same(each, meeting, place_of(meeting)) for each in calendars)
    return Held(highest, is_same, numbers)


def _numbers_seen(past: History) -> Iterator[int]:
    """The meeting's own SEQUENCE behind every mail that may be in her calendar."""
    raised = 0
    for send in past.sends:
        raised += send.method == Method.CANCEL and _counts(send.message)
        if send.method in KINDS and (_may_be_there(send) or _counts(send.message)):
            yield send.sequence - raised


def _may_be_there(send: InvitationSend) -> bool:
    return send.message.status in LEFT or bool(getattr(send, "in_doubt", False))


def _counts(message: Message) -> bool:
    is_broken_off = message.status == MessageStatus.EXPIRED and message.attempts > 0
    return message.status in LEFT or is_broken_off


def merged_differences(sends: Sequence[InvitationSend], newest: Sequence[Difference]) -> list[list[str]]:
    """What changed since the last mail that left: the oldest old and the newest new of every code."""
    merged: dict[str, list[str]] = {}
    for code, old, new in [each for send in sends for each in send.differences] + list(newest):
        merged[code] = [code, merged[code][1] if code in merged else old, new]
    return [each for each in merged.values() if each[1] != each[2]]
