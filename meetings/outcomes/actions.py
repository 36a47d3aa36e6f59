"""The outcome of a meeting in one step: who came, where they stand, what was promised, what is next."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from crm.access.models import User
from crm.activity.actions import record
from crm.activity.models import ActivityEntry
from crm.base.errors import StaleVersionError
from crm.base.locking import save_version
from crm.base.text import clean_text, one_line
from crm.followups.actions import add_commitment, add_task, drop_task
from crm.followups.enums import CommitmentDirection, TaskState
from crm.followups.models import Task
from crm.followups.queries import commitments_of
from crm.issues.actions import record_stance
from crm.issues.enums import Position
from crm.messaging.actions import enrol, queue_from_template
from crm.messaging.enums import MessageStatus, Stream
from crm.messaging.models import Sequence as MailSequence
from crm.people.queries import seat_of
from meetings.outcomes.models import Outcome
from meetings.outcomes.rules import (
    ANSWER_WITHIN,
    check_came,
    check_outcome,
    origin_key,
    questions_in,
    state_after,
    thanked,
)
from meetings.scheduling.enums import MeetingState
from meetings.scheduling.models import Attendee, Meeting
from meetings.scheduling.queries import active_attendees, language_of
from meetings.scheduling.rules import zone_of

SEQUENCE_KEY = "after-meeting"


@dataclass(frozen=True)
class CommitmentInput:
    """A promise made at the meeting, in its exact words."""

    direction: CommitmentDirection
    words: str
    due_on: date | None = None


@dataclass(frozen=True)
class Recording:
    """One call of `record_outcome`, handed from step to step."""

    meeting: Meeting
    outcome: Outcome
    entry: ActivityEntry
    by: User
    at: datetime


@transaction.atomic
def record_outcome(
    meeting: Meeting,
    *,
    came: Collection[int],
    by: User,
    at: datetime,
    version: int | None = None,
    position: Position | None = None,
    summary: str = "",
    questions: str = "",
    next_step: str = "",
    next_step_on: date | None = None,
    commitments: Sequence[CommitmentInput] = (),
) -> Outcome:
    """confirmed → held | no_show, with everything that follows, under one activity entry.

    `came` holds keys of attendees; `questions` has one per line. Stance, commitments with their tasks,
    tasks for questions and the next step, a thank-you draft and the sequence `after-meeting`. The second
    call needs the `version` of the outcome and edits it: the same words make nothing twice, questions
    taken out drop their open task. Raises StaleVersionError, MeetingCancelledError, OutcomeTooEarlyError
    or NotAtMeetingError.
    """
    check_outcome(meeting, at)
    invited = list(active_attendees(meeting))
    check_came(came, invited)
    values = {
        "position": position or "",
        "summary": clean_text(summary),
        "questions": clean_text(questions),
        "next_step": one_line(next_step, limit=250),
    }
    before = Outcome.objects.filter(meeting=meeting).first()
    stood = before.position if before else ""
    outcome = _write(meeting, before, values, version, by, at)
    state = state_after(came)
    save_version(meeting, version=meeting.version, at=at, state=state)
    for attendee in invited:
        Attendee.objects.filter(pk=attendee.pk).update(came=attendee.pk in came)
    verb = "meeting.outcome_edited" if before else "meeting.outcome_recorded"
    data = {"state": state.value, "position": outcome.position}
    entry = record(verb, meeting, by=by, at=at, about=(meeting.person, meeting.ask, outcome), data=data)
    recording = Recording(meeting, outcome, entry, by, at)
    _note_stance(recording, stood)
    _note_commitments(recording, commitments)
    _note_tasks(recording, next_step_on)
    if state == MeetingState.HELD:
        _thank(recording, thanked(invited))
    return outcome


def _write(
    meeting: Meeting, before: Outcome | None, values: dict[str, Any], version: int | None, by: User, at: datetime
) -> Outcome:
    if before is None:
        try:
            with transaction.atomic():
                return Outcome.objects.create(meeting=meeting, recorded_by=by, created_at=at, updated_at=at, **values)
        except IntegrityError as error:  # somebody else recorded it at the same moment
            raise StaleVersionError(Outcome.objects.get(meeting=meeting)) from error
    if version is None:
        raise StaleVersionError(before)
    return save_version(before, version=version, at=at, **values)


def _day(meeting: Meeting) -> date:
    """The day of the meeting where it took place."""
    return meeting.starts_at.astimezone(zone_of(meeting.time_zone)).date()


def _note_stance(done: Recording, stood: str) -> None:
    """A new row only when the position is new: history is never overwritten."""
    position, ask = done.outcome.position, done.meeting.ask
    if position and ask is not None and position != stood:
        record_stance(
            done.meeting.person,
            ask=ask,
            position=Position(position),
            evidence=_("Said at our meeting: %(title)s") % {"title": done.meeting.title},
            source=settings.ORGANISATION_NAME,
            observed_on=_day(done.meeting),
            by=done.by,
            at=done.at,
            entry=done.entry,
        )


def _note_commitments(done: Recording, commitments: Sequence[CommitmentInput]) -> None:
    day = _day(done.meeting)
    seat = seat_of(done.meeting.person, day)
    for each in commitments:
        add_commitment(
            done.meeting.person,
            direction=each.direction,
            words=each.words,
            made_on=day,
            due_on=each.due_on,
            by=done.by,
            at=done.at,
            ask=done.meeting.ask,
            post=seat.post if seat else None,
            owner=done.meeting.owner,
            obj=done.meeting,
            origin_key=origin_key(done.meeting, each.direction.value, each.words),
            entry=done.entry,
        )


def _note_tasks(done: Recording, next_step_on: date | None) -> None:
    within = (done.at + ANSWER_WITHIN).date()
    wanted = {
        origin_key(done.meeting, "question", question): (_("Answer: %(question)s") % {"question": question}, within)
        for question in questions_in(done.outcome.questions)
    }
    if done.outcome.next_step:
        key = origin_key(done.meeting, "next", done.outcome.next_step)
        wanted[key] = (done.outcome.next_step, next_step_on or within)
    for key, (title, due_on) in wanted.items():
        add_task(
            title=title,
            assignee=done.meeting.owner,
            due_on=due_on,
            by=done.by,
            at=done.at,
            person=done.meeting.person,
            obj=done.meeting,
            origin_key=key,
            entry=done.entry,
        )
    made = Task.objects.filter(origin_key__startswith=f"outcome:{done.meeting.public_id}:", state=TaskState.OPEN)
    for task in made.filter(origin_key__regex=":(question|next):").exclude(origin_key__in=wanted):
        drop_task(task, version=task.version, by=done.by, at=done.at, entry=done.entry)


def _thank(done: Recording, contact: Attendee | None) -> None:
    """The draft a person sends, and the mails that follow by themselves. Neither is made twice."""
    if contact is None or contact.person is None:
        return
    meeting, fields = done.meeting, _mail_fields(done, contact)
    queue_from_template(
        "meeting-thanks",
        key=f"meeting-thanks:{meeting.public_id}",
        stream=Stream.TRANSACTIONAL,
        to_email=contact.email,
        fields=fields,
        language=language_of(contact.person),
        at=done.at,
        person=contact.person,
        obj=meeting,
        status=MessageStatus.DRAFT,
    )
    if not MailSequence.objects.filter(key=SEQUENCE_KEY, is_active=False).exists():
        enrol(
            SEQUENCE_KEY,
            contact.person,
            anchor=meeting,
            anchor_at=meeting.ends_at,
            owner=meeting.owner,
            fields=fields,
            by=done.by,
            at=done.at,
            entry=done.entry,
        )


def _mail_fields(done: Recording, contact: Attendee) -> dict[str, str]:
    promised = {direction: list[str]() for direction in CommitmentDirection}
    for each in commitments_of(done.meeting).order_by("due_on", "id"):
        promised[CommitmentDirection(each.direction)].append(each.words)
    meeting = done.meeting
    return {
        "contact_name": contact.name,
        "policymaker_name": meeting.person.name,
        "meeting_title": meeting.title,
        "ask_title": meeting.ask.title if meeting.ask else "",
        "their_commitments": "; ".join(promised[CommitmentDirection.THEIRS]),
        "our_commitments": "; ".join(promised[CommitmentDirection.OURS]),
        "organisation_name": settings.ORGANISATION_NAME,
        "owner_name": meeting.owner.get_full_name() or meeting.owner.get_username(),
        "owner_email": meeting.owner.email,
    }
