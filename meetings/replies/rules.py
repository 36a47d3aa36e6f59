"""What may be done with an answer that a person has to look at."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from meetings.invitations.enums import ReviewDecision, ReviewReason
from meetings.invitations.itip_reply import ReplyParsed
from meetings.invitations.models import ReplyReview
from meetings.scheduling.enums import AttendeeRole, PartStat
from meetings.scheduling.models import Attendee, Meeting
from meetings.scheduling.rules import is_running

BUTTONS = {"accept": PartStat.ACCEPTED, "tentative": PartStat.TENTATIVE, "decline": PartStat.DECLINED}
"""What the page behind an answer link posts."""
STAFF = "staff"
"""And what it posts when the office sends somebody of its staff."""

ANSWER_NAMES = {
    PartStat.NEEDS_ACTION: _("no answer yet"),
    PartStat.ACCEPTED: _("you come"),
    PartStat.TENTATIVE: _("you may come"),
    PartStat.DECLINED: _("you do not come"),
    PartStat.DELEGATED: _("your staff come instead"),
}

_SENDERS = frozenset({ReviewReason.DELEGATED, ReviewReason.HUMAN, ReviewReason.UNKNOWN_ANSWER, ReviewReason.BROKEN})
"""What may say that staff come instead."""
_NEWCOMERS = frozenset({ReviewReason.PARTY_CRASHER, ReviewReason.DELEGATED})


def decisions_for(review: ReplyReview) -> list[ReviewDecision]:
    """The buttons staff get, most likely first; none for a meeting that is over or unknown."""
    if review.meeting is None or not is_running(review.meeting):
        return []
    found: list[ReviewDecision] = []
    if review.reason == ReviewReason.COUNTER:
        found += [ReviewDecision.ACCEPT_TIME] if review.proposed_ends_at else []
        found += [ReviewDecision.REFUSE_TIME]
    if review.attendee is not None and head_for(review.attendee) is not None and review.reason in _SENDERS:
        found.append(ReviewDecision.STAFF_INSTEAD)
    if review.reason in _NEWCOMERS:
        found.append(ReviewDecision.INVITE)
    if review.attendee is not None and review.attendee.removed_at is None:
        if review.reason != ReviewReason.COUNTER:
            found.append(ReviewDecision.RECORD_ANSWER)
        found.append(ReviewDecision.ASK_AGAIN)
    return found


def head_for(attendee: Attendee) -> Attendee | None:
    """The policymaker this attendee may send staff for: herself, or whom she answers for; None when nobody is."""
    if attendee.role == AttendeeRole.POLICYMAKER:
        head: Attendee | None = attendee
    else:
        head = attendee.answers_for if attendee.role == AttendeeRole.SCHEDULER else None
    is_there = head is not None and head.role == AttendeeRole.POLICYMAKER and head.removed_at is None
    return head if is_there and attendee.removed_at is None else None


def comment_of(parsed: ReplyParsed | None) -> str:
    """Their comment, and the time as they wrote it when no calendar could read it."""
    if parsed is None:
        return ""
    return "\n".join(part for part in (parsed.comment, parsed.time_as_written) if part)[:1000]


def proposed_end(parsed: ReplyParsed | None, meeting: Meeting | None) -> datetime | None:
    """A proposal that names no end lasts as long as the meeting."""
    if parsed is None or parsed.starts_at is None or meeting is None:
        return None
    return parsed.ends_at or parsed.starts_at + (meeting.ends_at - meeting.starts_at)
