"""Who is invited to a meeting and what they answer. `meetings.scheduling.actions` exports these."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm.access.models import User
from crm.activity.actions import record
from crm.activity.enums import ActorKind
from crm.base.email import normalise_email
from crm.base.locking import save_version
from crm.base.text import one_line
from crm.followups.actions import add_task
from crm.people.models import Person
from crm.places.rules import normalise_postcode
from meetings.attendees.models import ConstituentOffer
from meetings.scheduling.enums import OFFICE_ROLES, AnswerSource, AttendeeRole, PartStat
from meetings.scheduling.errors import (
    AttendeeAddressError,
    AttendeeRoleError,
    AttendeeTwiceError,
    MeetingOverError,
    PostcodeError,
    SecondLeadError,
)
from meetings.scheduling.models import Attendee, AttendeeAnswer, Meeting
from meetings.scheduling.registry import Change, MeetingChange, announce
from meetings.scheduling.rules import check_running, is_required


@dataclass(frozen=True)
class AttendeeInput:
    """Somebody to invite. Without an e-mail address they are listed by us and get no mail."""

    name: str
    email: str
    role: AttendeeRole
    person: Person | None = None
    user: User | None = None
    postcode: str = ""


@transaction.atomic
def add_attendee(meeting: Meeting, invited: AttendeeInput, *, version: int, by: User | None, at: datetime) -> Attendee:
    """Invite one more; only she gets a mail. Somebody removed before comes back as the same row.

    The second call raises AttendeeTwiceError.
    """
    check_running(meeting)
    email = _email(invited.email)
    back = meeting.attendees.filter(email=email).exclude(removed_at=None).first() if email else None
    save_version(meeting, version=version, at=at)
    return _welcome(_bring_back(back, invited) if back else create_attendee(meeting, invited), meeting, by, at)


@transaction.atomic
def bring_back(attendee: Attendee, *, version: int, by: User | None, at: datetime) -> Attendee:
    """Invite somebody again who was taken off: the same row, so the history stays one.

    `version` is the meeting's. The second call raises AttendeeTwiceError.
    """
    meeting = attendee.meeting
    check_running(meeting)
    if attendee.removed_at is None:
        raise AttendeeTwiceError
    save_version(meeting, version=version, at=at)
    role = AttendeeRole(attendee.role)
    same = AttendeeInput(attendee.name, attendee.email, role, person=attendee.person, user=attendee.user)
    return _welcome(_bring_back(attendee, same), meeting, by, at)


def _welcome(attendee: Attendee, meeting: Meeting, by: User | None, at: datetime) -> Attendee:
    link_schedulers(meeting)
    record("attendee.added", attendee, by=by, at=at, about=(meeting, meeting.person, meeting.ask, attendee.person))
    announce(MeetingChange(Change.ATTENDEE_ADDED, meeting, by, at, attendee=attendee))
    return attendee


@transaction.atomic
def remove_attendee(attendee: Attendee, *, version: int, by: User | None, at: datetime) -> Attendee:
    """Uninvite one; only she is told. `version` is the meeting's. The second call raises MeetingOverError."""
    meeting = attendee.meeting
    check_running(meeting)
    if not Attendee.objects.filter(pk=attendee.pk, removed_at=None).update(removed_at=at):
        raise MeetingOverError
    save_version(meeting, version=version, at=at)
    attendee.refresh_from_db()
    record("attendee.removed", attendee, by=by, at=at, about=(meeting, meeting.person, meeting.ask, attendee.person))
    announce(MeetingChange(Change.ATTENDEE_REMOVED, meeting, by, at, attendee=attendee))
    return attendee


@transaction.atomic
def record_answer(
    attendee: Attendee,
    *,
    partstat: PartStat,
    source: AnswerSource,
    at: datetime,
    by: User | None = None,
    sequence: int | None = None,
    dtstamp: datetime | None = None,
    comment: str = "",
) -> AttendeeAnswer | None:
    """Keep an answer; the newest counts. A required person's refusal becomes a task for the owner.

    `sequence` is the version answered (default: the current one) and `dtstamp` the answer's own clock
    (default: `at`). The same answer again to the same version only moves the clock and answers None.
    Raises MeetingOverError for a meeting that is over or somebody no longer invited.
    """
    attendee = Attendee.objects.select_for_update(of=("self",)).select_related("meeting", "person").get(pk=attendee.pk)
    meeting = attendee.meeting
    check_running(meeting)
    if attendee.removed_at is not None:
        raise MeetingOverError
    stamp: dict[str, Any] = {
        "answered_sequence": meeting.sequence if sequence is None else sequence,
        "answered_dtstamp": dtstamp or at,
    }
    said = one_line(comment, limit=1000)
    last = attendee.answers.order_by("-id").first()
    is_same = attendee.partstat == partstat and attendee.answered_at is not None
    if is_same and last is not None and last.sequence == stamp["answered_sequence"] and said in ("", last.comment):
        Attendee.objects.filter(pk=attendee.pk).update(**stamp)
        return None
    Attendee.objects.filter(pk=attendee.pk).update(partstat=partstat, answered_at=at, **stamp)
    answer = AttendeeAnswer.objects.create(
        attendee=attendee,
        partstat=partstat,
        source=source,
        sequence=stamp["answered_sequence"],
        dtstamp=dtstamp,
        comment=said,
        noted_by=by,
        answered_at=at,
    )
    _record_answered(attendee, answer, by, at)
    attendee.refresh_from_db(fields=["partstat"])
    announce(MeetingChange(Change.ANSWERED, meeting, by, at, attendee=attendee))
    return answer


def restore_answers(attendees: QuerySet[Attendee], sequence: int, numbers: Mapping[int, int]) -> None:
    """The newest answers to a version count again: part of a bigger action. `numbers` are those of attendees whose
    calendar goes by another SEQUENCE. The second call changes nothing."""
    for attendee in attendees.prefetch_related("answers"):
        last = max(attendee.answers.all(), key=lambda each: each.pk, default=None)
        if last is not None and last.sequence == numbers.get(attendee.pk, sequence):
            Attendee.objects.filter(pk=attendee.pk).update(partstat=last.partstat, answered_at=last.answered_at)


def create_attendee(meeting: Meeting, invited: AttendeeInput) -> Attendee:
    """One row of a bigger action. Raises AttendeeTwiceError for an address already there, also a removed one."""
    email = _email(invited.email)
    if email and meeting.attendees.filter(email__iexact=email).exists():
        raise AttendeeTwiceError
    with _one_lead(meeting, invited.role):
        return Attendee.objects.create(
            meeting=meeting,
            name=one_line(invited.name, limit=200) or email,
            email=email,
            role=invited.role,
            person=invited.person,
            user=invited.user,
            postcode=normalise_postcode(invited.postcode),
        )


def _bring_back(attendee: Attendee, invited: AttendeeInput) -> Attendee:
    with _one_lead(attendee.meeting, invited.role):
        Attendee.objects.filter(pk=attendee.pk).update(
            name=one_line(invited.name, limit=200) or attendee.email,
            role=invited.role,
            person=invited.person,
            user=invited.user,
            partstat=PartStat.NEEDS_ACTION,
            answered_at=None,
            named_to_office_at=None,
            removed_at=None,
        )
    attendee.refresh_from_db()
    return attendee


@contextmanager
def _one_lead(meeting: Meeting, role: str) -> Iterator[None]:
    """Say in words what the constraint of one lead per meeting refuses."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        is_led = meeting.attendees.filter(role=AttendeeRole.LEAD, removed_at=None).exists()
        raise (SecondLeadError if role == AttendeeRole.LEAD and is_led else AttendeeTwiceError) from error


@transaction.atomic
def edit_attendee(
    attendee: Attendee, *, role: AttendeeRole, postcode: str, may_be_named: bool, version: int, by: User, at: datetime
) -> Attendee:
    """Change who somebody of our side is at the meeting, where they live, and whether the office reads their name.

    `version` is the meeting's. Nobody is mailed; the day of a consent given before stays. A call that changes
    nothing writes nothing. Raises SecondLeadError, MeetingOverError or AttendeeRoleError.
    """
    meeting = attendee.meeting
    check_running(meeting)
    if attendee.removed_at is not None:
        raise MeetingOverError
    if (role in OFFICE_ROLES) != (attendee.role in OFFICE_ROLES):
        raise AttendeeRoleError
    named_at = (attendee.named_to_office_at or at) if may_be_named else None
    values = {"role": role, "postcode": normalise_postcode(postcode), "named_to_office_at": named_at}
    changed = {name: value for name, value in values.items() if getattr(attendee, name) != value}
    if not changed:
        return attendee
    save_version(meeting, version=version, at=at)
    with _one_lead(meeting, role):
        Attendee.objects.filter(pk=attendee.pk).update(**changed)
    attendee.refresh_from_db()
    about = (meeting, meeting.person, attendee.person)
    record("attendee.edited", attendee, by=by, at=at, about=about, data={"fields": sorted(changed), "role": str(role)})
    return attendee


@transaction.atomic
def note_offer(person: Person, *, postcode: str, agreed: bool, by: User, at: datetime) -> ConstituentOffer:
    """Somebody agreed to take part in meetings for the district of a postcode, or took it back.

    The same again writes nothing and gives the row that stands. Raises PostcodeError.
    """
    code = normalise_postcode(postcode)
    if not code:
        raise PostcodeError
    last = person.constituent_offers.select_for_update().order_by("-id").first()
    if last is not None and (last.postcode, last.agreed) == (code, agreed):
        return last
    row = ConstituentOffer.objects.create(person=person, postcode=code, agreed=agreed, noted_at=at, noted_by=by)
    record("constituent.agreed" if agreed else "constituent.withdrew", person, by=by, at=at)
    return row


def link_schedulers(meeting: Meeting) -> None:
    """A scheduler's answer is the policymaker's; the mail recipient stays an attendee in her own right.

    Without a policymaker it is that of the first of her staff, who comes instead.
    """
    heads = [AttendeeRole.POLICYMAKER, AttendeeRole.OFFICE_STAFF]
    office = list(meeting.attendees.filter(role__in=heads, removed_at=None))
    principal = min(office, key=lambda each: (each.role != AttendeeRole.POLICYMAKER, each.pk), default=None)
    if principal is not None:
        waiting = meeting.attendees.filter(role=AttendeeRole.SCHEDULER, answers_for=None)
        waiting.exclude(pk=principal.pk).update(answers_for=principal)


def _record_answered(attendee: Attendee, answer: AttendeeAnswer, by: User | None, at: datetime) -> None:
    meeting = attendee.meeting
    kind = ActorKind.OFFICE if attendee.role in OFFICE_ROLES else ActorKind.PUBLIC
    entry = record(
        "attendee.answered",
        attendee,
        by=by,
        at=at,
        about=(meeting, meeting.person, attendee.person),
        actor_kind=ActorKind.STAFF if by else kind,
        data={"partstat": str(answer.partstat), "source": str(answer.source), "sequence": answer.sequence},
    )
    if answer.partstat == PartStat.DECLINED and (is_required(attendee) or _stands_in(attendee)):
        add_task(
            title=_("%(name)s cannot come: find another time or another person") % {"name": attendee.name},
            assignee=meeting.owner,
            due_on=at.date(),
            by=by,
            at=at,
            person=meeting.person,
            obj=meeting,
            origin_key=f"declined:{attendee.public_id}:{answer.sequence}",
            entry=entry,
        )


def _stands_in(attendee: Attendee) -> bool:
    """Whether she comes instead of the policymaker, so that nothing happens without her."""
    request = attendee.meeting.request if attendee.role == AttendeeRole.OFFICE_STAFF else None
    return (
        request is not None and request.staff_instead_id is not None and request.staff_instead_id == attendee.person_id
    )


def _email(value: str) -> str:
    try:
        return normalise_email(value).lower() if value.strip() else ""
    except ValidationError as error:
        raise AttendeeAddressError from error
