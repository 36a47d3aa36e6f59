"""What follows from an outcome: pure decisions."""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from crm.base.text import fold, one_line
from meetings.outcomes.errors import MeetingCancelledError, NotAtMeetingError, OutcomeTooEarlyError
from meetings.scheduling.enums import AttendeeRole, MeetingState
from meetings.scheduling.models import Attendee, Meeting

ANSWER_WITHIN = timedelta(days=7)
THANKED = (AttendeeRole.POLICYMAKER, AttendeeRole.SCHEDULER, AttendeeRole.OFFICE_STAFF)
"""Who at the office gets our thanks: the first of these with an address."""


def check_outcome(meeting: Meeting, at: datetime) -> None:
    """Raises MeetingCancelledError or OutcomeTooEarlyError."""
    if meeting.state == MeetingState.CANCELLED:
        raise MeetingCancelledError
    if at < meeting.starts_at:
        raise OutcomeTooEarlyError


def check_came(came: Collection[int], invited: Sequence[Attendee]) -> None:
    if set(came) - {each.pk for each in invited}:
        raise NotAtMeetingError


def state_after(came: Collection[int]) -> MeetingState:
    """Nobody at all came: no show."""
    return MeetingState.HELD if came else MeetingState.NO_SHOW


def questions_in(text: str) -> list[str]:
    """One question per line, each once, without bullets."""
    lines = (one_line(line).lstrip("-•* ").strip() for line in text.splitlines())
    return list(dict.fromkeys(line for line in lines if line))


def origin_key(meeting: Meeting, kind: str, words: str) -> str:
    """The same words from the same meeting always give the same key, so that nothing is made twice."""
    digest = hashlib.sha256(fold(words).encode()).hexdigest()[:16]
    return f"outcome:{meeting.public_id}:{kind}:{digest}"


def thanked(invited: Sequence[Attendee]) -> Attendee | None:
    """The office's person we write to afterwards: known to us, with an address."""
    known = [each for each in invited if each.person is not None and each.email and each.role in THANKED]
    return min(known, key=lambda each: (THANKED.index(AttendeeRole(each.role)), each.pk), default=None)
