"""What a calendar answer by mail may do: pure decisions over what was read (RFC 5546, 6047)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from meetings.invitations.itip import clean_email
from meetings.invitations.itip_reply import ReplyParsed

COUNTED = frozenset({"ACCEPTED", "DECLINED", "TENTATIVE"})


class VerdictKind(StrEnum):
    """APPLY: do what the reason says. IGNORE: log only. REVIEW: change nothing, show staff."""

    APPLY = "apply"
    IGNORE = "ignore"
    REVIEW = "review"


class Reason(StrEnum):
    """Why, as a stable code. The codes of a REVIEW are those of enums.ReviewReason."""

    ANSWERED = "answered"
    REFRESH = "refresh"  # send the current REQUEST again to this attendee
    UNKNOWN_MEETING = "unknown_meeting"
    SUPERSEDED = "superseded"  # this person gave a later answer, which stands
    SAME_ANSWER = "same_answer"
    FAILED_AUTH = "failed_auth"
    WRONG_SENDER = "wrong_sender"
    PARTY_CRASHER = "party_crasher"
    DELEGATED = "delegated"  # nothing is recorded; offer to invite parsed.delegated_to
    OLD_VERSION = "old_version"  # does not count; offer "ask again"
    NEWER_VERSION = "newer_version"
    COUNTER = "counter"  # parsed.starts_at None: show parsed.time_as_written
    UNKNOWN_ANSWER = "unknown_answer"


@dataclass(frozen=True)
class Verdict:
    kind: VerdictKind
    reason: Reason


def judge_reply(
    parsed: ReplyParsed,
    *,
    our_uid: str,
    our_sequence: int,
    sender: str,
    attendee_emails: Collection[str],
    scheduler_emails: Mapping[str, Collection[str]],
    last_answer: tuple[int, datetime | None] | None,
    is_authenticated: bool | None = None,
) -> Verdict:
    """Whether this answer counts for the meeting `our_uid`.

    `our_sequence` is the SEQUENCE of the current time and place; `sender` the From address;
    `scheduler_emails` says who may answer for whom; `last_answer` is this attendee's last
    counted (SEQUENCE, DTSTAMP); store no DTSTAMP later than the arrival of the mail, or a wrong
    clock would hide every later answer. `is_authenticated` is the provider's DMARC verdict, None when it
    gives none. Nothing here depends on time: the same answer judged again, after it was
    recorded, is SAME_ANSWER.
    """
    if parsed.uid != our_uid.strip().lower():
        return Verdict(VerdictKind.IGNORE, Reason.UNKNOWN_MEETING)
    if is_authenticated is False:
        return Verdict(VerdictKind.REVIEW, Reason.FAILED_AUTH)
    if reason := _doubt_about_sender(parsed, clean_email(sender), attendee_emails, scheduler_emails):
        return Verdict(VerdictKind.REVIEW, reason)
    if parsed.method == "REFRESH":
        return Verdict(VerdictKind.APPLY, Reason.REFRESH)
    if last_answer is not None and (verdict := _against_last(parsed, *last_answer)):
        return verdict
    if reason := _doubt_about_content(parsed, our_sequence):
        return Verdict(VerdictKind.REVIEW, reason)
    return Verdict(VerdictKind.APPLY, Reason.ANSWERED)


def _doubt_about_sender(
    parsed: ReplyParsed,
    sender: str,
    attendee_emails: Collection[str],
    scheduler_emails: Mapping[str, Collection[str]],
) -> Reason | None:
    """RFC 6047 section 2.2.1: From is the attendee, or a SENT-BY we know as her scheduler."""
    if not parsed.attendee or not sender:
        return Reason.WRONG_SENDER
    if sender in parsed.delegated_to:
        return Reason.DELEGATED
    if parsed.attendee not in {clean_email(email) for email in attendee_emails}:
        return Reason.DELEGATED if parsed.delegated_from else Reason.PARTY_CRASHER
    schedulers = {
        clean_email(email)
        for attendee, emails in scheduler_emails.items()
        if clean_email(attendee) == parsed.attendee
        for email in emails
    }
    if sender == parsed.attendee or (sender == parsed.sent_by and sender in schedulers):
        return None
    return Reason.WRONG_SENDER


def _against_last(parsed: ReplyParsed, last_sequence: int, last_dtstamp: datetime | None) -> Verdict | None:
    """RFC 5546 section 2.1.5: SEQUENCE first, then DTSTAMP. Some clients send a COUNTER in the
    same second as their REPLY, so an equal stamp does not hide a proposal."""
    if parsed.sequence != last_sequence:
        older = parsed.sequence < last_sequence
        return Verdict(VerdictKind.IGNORE, Reason.SUPERSEDED) if older else None
    if parsed.dtstamp is None:
        return Verdict(VerdictKind.REVIEW, Reason.UNKNOWN_ANSWER)
    if last_dtstamp is None or parsed.dtstamp > last_dtstamp:
        return None
    if parsed.dtstamp < last_dtstamp:
        return Verdict(VerdictKind.IGNORE, Reason.SUPERSEDED)
    if parsed.method == "COUNTER":
        return None
    return Verdict(VerdictKind.IGNORE, Reason.SAME_ANSWER)


def _doubt_about_content(parsed: ReplyParsed, our_sequence: int) -> Reason | None:
    if parsed.sequence > our_sequence:
        return Reason.NEWER_VERSION
    if parsed.sequence < our_sequence:
        return Reason.OLD_VERSION
    if parsed.method == "COUNTER":
        return Reason.COUNTER
    if parsed.partstat == "DELEGATED":
        return Reason.DELEGATED
    return None if parsed.partstat in COUNTED else Reason.UNKNOWN_ANSWER
