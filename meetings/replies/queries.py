"""What answers that came in are about, and which of them wait for a person."""

import email
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from email.message import Message as Mail
from functools import reduce
from operator import or_

from django.conf import settings
from django.db.models import Q, QuerySet

from crm.access.models import User
from crm.base.text import one_line
from crm.messaging.models import InboundMessage, Message
from crm.messaging.rfc8601 import Verdict as Proof
from crm.messaging.rfc8601 import authentication
from crm.people.models import Membership, Person
from crm.people.queries import mail_address_of, schedulers_of
from meetings.invitations.enums import ReviewReason, ReviewState
from meetings.invitations.errors import CalendarReplyError
from meetings.invitations.itip_reply import ReplyParsed, parse_reply
from meetings.invitations.mime import find_calendar_part
from meetings.invitations.models import InvitationSend, ReplyReview
from meetings.invitations.queries import sequence_for
from meetings.invitations.rules import Verdict, judge_reply
from meetings.replies.errors import DecisionError
from meetings.requests.actions import NewScheduler
from meetings.requests.queries import office_of
from meetings.scheduling.actions import AttendeeInput
from meetings.scheduling.enums import AttendeeRole, MeetingState
from meetings.scheduling.models import Attendee, Meeting
from meetings.scheduling.queries import active_attendees, replaced_at, with_attendees


def open_reviews() -> QuerySet[ReplyReview]:
    """Answers nobody has dealt with, newest first, with mail, meeting and attendee."""
    waiting = ReplyReview.objects.filter(state=ReviewState.OPEN)
    return waiting.select_related("inbound__answers", "meeting__person", "attendee__answers_for")


def delegates_of(review: ReplyReview) -> tuple[str, ...]:
    """Whom the mail names to come instead; nobody when it cannot be read."""
    if review.reason != ReviewReason.DELEGATED:
        return ()
    try:
        parsed = read_answer(review.inbound)
    except CalendarReplyError:
        return ()
    return tuple(parsed.delegated_to) if parsed else ()


@dataclass(frozen=True)
class Clash:
    """Another meeting at a proposed time, and who of those invited to ours is expected there too."""

    meeting: Meeting
    names: tuple[str, ...]


def clashes_of(reviews: Sequence[ReplyReview], user: User) -> dict[int, list[Clash]]:
    """What each proposed time would collide with, as far as this user may see it, by review, in four queries."""
    asked = [each for each in reviews if each.meeting_id and each.proposed_starts_at and each.proposed_ends_at]
    if not asked:
        return {}
    overlaps = [Q(starts_at__lt=each.proposed_ends_at, ends_at__gt=each.proposed_starts_at) for each in asked]
    seen = Meeting.objects.visible_to(user).filter(reduce(or_, overlaps), state=MeetingState.CONFIRMED)
    others = list(with_attendees(seen).order_by("starts_at", "id"))
    invited: dict[int, list[Attendee]] = {}
    for attendee in Attendee.objects.filter(meeting__in=[each.meeting_id for each in asked], removed_at=None):
        invited.setdefault(attendee.meeting_id, []).append(attendee)
    return {each.pk: _clashes(each, invited.get(each.meeting_id or 0, []), others) for each in asked}


def _clashes(review: ReplyReview, invited: Sequence[Attendee], others: Sequence[Meeting]) -> list[Clash]:
    starts_at, ends_at = review.proposed_starts_at, review.proposed_ends_at
    found = []
    for other in others:
        is_then = starts_at and ends_at and other.starts_at < ends_at and other.ends_at > starts_at
        if other.pk == review.meeting_id or not is_then:
            continue
        there = {key for guest in getattr(other, "invited", ()) for key in _keys(guest)}
        names = tuple(guest.name for guest in invited if _keys(guest) & there)
        found += [Clash(other, names)] if names else []
    return found


def _keys(attendee: Attendee) -> set[tuple[str, object]]:
    """By what we know somebody again at another meeting."""
    keys = {("person", attendee.person_id), ("user", attendee.user_id), ("email", attendee.email.lower() or None)}
    return {key for key in keys if key[1] is not None}


def mail_of(inbound: InboundMessage) -> Mail:
    return email.message_from_bytes(bytes(inbound.raw))


def read_answer(inbound: InboundMessage) -> ReplyParsed | None:
    """The calendar answer in a stored mail, None when it has none. Raises a CalendarReplyError."""
    found = find_calendar_part(mail_of(inbound))
    return parse_reply(*found) if found else None


def meeting_of(uid: str) -> Meeting | None:
    return Meeting.objects.filter(uid=uid).select_related("person", "owner", "venue").first()


def answered_message(inbound: InboundMessage) -> Message | None:
    """Our mail this one replies to: what it names first, else the newest of the thread."""
    mail = mail_of(inbound)
    named = f"{mail.get('In-Reply-To', '')} {mail.get('References', '')}"[:10_000]
    ids = re.findall(r"<[^<>\s]{3,200}>", named)
    ours = {each.message_id: each for each in Message.objects.filter(message_id__in=ids).select_related("person")}
    first, *rest = [*ids, ""]
    return next((ours[each] for each in (first, *reversed(rest)) if each in ours), None)


def send_of(message: Message | None) -> InvitationSend | None:
    """The calendar mail behind an outbox row."""
    if message is None:
        return None
    sends = InvitationSend.objects.filter(message=message)
    return sends.select_related("attendee", "attendee__meeting", "attendee__person").first()


def newest_send(meeting: Meeting, attendee: Attendee | None) -> Message | None:
    """The newest calendar mail to this attendee, or of the meeting when nobody invited answers."""
    sends = InvitationSend.objects.filter(attendee__meeting=meeting).select_related("message")
    send = (sends.filter(attendee=attendee) if attendee else sends).order_by("-id").first()
    return send.message if send else None


def attendee_of(meeting: Meeting, address: str) -> Attendee | None:
    """Who is still invited under this address, whatever its case."""
    return active_attendees(meeting).filter(email__iexact=address).first() if address else None


def judged(inbound: InboundMessage, parsed: ReplyParsed, meeting: Meeting, attendee: Attendee | None) -> Verdict:
    """What this answer may do, with all we know of the meeting and the sender."""
    invited = [each for each in active_attendees(meeting) if each.email]
    last = None
    if attendee is not None and attendee.answered_sequence is not None:
        last = (attendee.answered_sequence, attendee.answered_dtstamp)
    return judge_reply(
        parsed,
        our_uid=meeting.uid,
        our_sequence=sequence_for(attendee) if attendee else meeting.sequence,
        sender=inbound.from_email,
        attendee_emails=[each.email for each in invited],
        scheduler_emails=_schedulers(invited, inbound),
        last_answer=last,
        is_authenticated=_is_authenticated(inbound),
    )


def _schedulers(invited: list[Attendee], inbound: InboundMessage) -> Mapping[str, list[str]]:
    """Who may answer for whom: the schedulers at this meeting and those the office has on record."""
    found: dict[str, list[str]] = {}
    on = inbound.received_at.date()
    for attendee in invited:
        known = [mail_address_of(each, on) for each in schedulers_of(attendee.person, on)] if attendee.person else []
        speaking = [each.email for each in invited if each.answers_for_id == attendee.pk]
        found[attendee.email] = [address for address in (*speaking, *known) if address]
    return found


def _is_authenticated(inbound: InboundMessage) -> bool | None:
    server = getattr(settings, "MAIL_AUTH_SERVER", "")
    _server, proof = authentication(mail_of(inbound), inbound.from_email, server)
    return {Proof.PASS: True, Proof.FAIL: False}.get(proof)


def colleague_in(meeting: Meeting, words: str, on: date) -> Person | None:
    """The one colleague of the policymaker whose address stands in these words; None when nobody's or several do."""
    named = {each.lower() for each in re.findall(r"[^\s<>()\[\],;:\"]+@[^\s<>()\[\],;:\"]+", words[:1000])}
    if not named:
        return None
    office = meeting.request.office_id if meeting.request else office_of(meeting.person, meeting.owner, on)
    jobs = Membership.objects.current_on(on).filter(organization=office).exclude(person=meeting.person)
    people = Person.objects.filter(pk__in=jobs.order_by().values("person")).order_by("id") if office else ()
    found = [each for each in people if (mail_address_of(each, on) or "").lower() in {n.rstrip(".") for n in named}]
    return found[0] if len(found) == 1 else None


def stand_in(review: ReplyReview, named: tuple[str, str], at: datetime) -> Person | NewScheduler | None:
    """Who comes instead: by the name and address given, else whom the mail names; None when nobody does."""
    name, email = (one_line(each, limit=200) for each in named)
    email = email or ("" if name else next(iter(delegates_of(review)), ""))
    known = colleague_in(review.meeting, email, at.date()) if review.meeting and email else None
    return known or (NewScheduler(name or email, email) if name or email else None)


def newcomer_in(review: ReplyReview, role: AttendeeRole) -> AttendeeInput:
    """Whom the mail names as coming; a policymaker who sent staff comes as herself.

    Raises DecisionError for a mail that names nobody.
    """
    parsed = read_answer(review.inbound)
    if parsed is None:
        raise DecisionError
    if parsed.delegated_to:
        address = parsed.delegated_to[0]
        return AttendeeInput(name=address, email=address, role=role)
    head = replaced_at(review.meeting) if review.meeting else None
    if head is not None and head.email == parsed.attendee.lower():
        return AttendeeInput(head.name, head.email, AttendeeRole.POLICYMAKER, person=head.person)
    return AttendeeInput(name=parsed.attendee_name or parsed.attendee, email=parsed.attendee, role=role)
