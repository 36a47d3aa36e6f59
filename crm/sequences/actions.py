"""Following up by mail in steps. `crm.messaging.actions` exports these."""

from collections.abc import Mapping
from collections.abc import Sequence as Steps
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model, Q, QuerySet

from crm.access.models import User
from crm.activity.actions import link, record
from crm.activity.enums import ActorKind
from crm.activity.models import ActivityEntry
from crm.activity.rules import type_key
from crm.consent.actions import suppress
from crm.consent.enums import Purpose, SuppressionReason
from crm.consent.queries import is_suppressed
from crm.consent.rules import mailbox_key
from crm.messaging.enums import EnrolmentState
from crm.messaging.errors import EmptySequenceError, SequenceExistsError, UnknownSequenceError
from crm.messaging.models import Enrolment, Message, Sequence, SequenceStep
from crm.messaging.queries import row_of
from crm.messaging.registry import default_sequences
from crm.messaging.rules import StepInput
from crm.outbox.actions import cancel_queued
from crm.people.models import Person


@transaction.atomic
def create_sequence(
    *, key: str, name: str, steps: Steps[StepInput | Mapping[str, Any]], by: User | None, at: datetime
) -> Sequence:
    """A new sequence with its steps in this order. The second call with the same key raises SequenceExistsError."""
    if not steps:
        raise EmptySequenceError
    try:
        with transaction.atomic():
            sequence = Sequence.objects.create(key=key, name=str(name), created_at=at, updated_at=at)
    except IntegrityError as error:
        raise SequenceExistsError(key) from error
    inputs = [each if isinstance(each, StepInput) else StepInput(**each) for each in steps]
    SequenceStep.objects.bulk_create(
        SequenceStep(
            sequence=sequence,
            position=position,
            template_key=each.template_key,
            anchor=each.anchor,
            offset_minutes=each.offset_minutes,
        )
        for position, each in enumerate(inputs, start=1)
    )
    record("sequence.created", sequence, by=by, at=at, data={"steps": len(inputs)})
    return sequence


@transaction.atomic
def enrol(
    sequence: Sequence | str,
    person: Person,
    *,
    anchor: Model,
    anchor_at: datetime,
    owner: User | None,
    fields: Mapping[str, str],
    by: User | None,
    at: datetime,
    entry: ActivityEntry | None = None,
) -> Enrolment:
    """Start a sequence for one person because of one thing. The second call returns the first enrolment unchanged.

    A key names a sequence; a registered default one is made when it is not there yet. `fields` fill the
    templates of every step. With `entry` this is part of that step and leaves no entry of its own.
    """
    sequence = sequence if isinstance(sequence, Sequence) else _sequence(sequence, at=at)
    values = {
        "anchor_at": anchor_at,
        "owner": owner,
        "fields": {name: str(value) for name, value in fields.items()},
        "enrolled_at": at,
        "next_look_at": at,
    }
    enrolment, made = Enrolment.objects.get_or_create(
        sequence=sequence, person=person, anchor_type=type_key(anchor), anchor_id=anchor.pk, defaults=values
    )
    if made:
        _log("sequence.enrolled", enrolment, by=by, at=at, entry=entry, data={"sequence": sequence.key})
    return enrolment


@transaction.atomic
def stop_enrolments(
    *,
    reason: str,
    at: datetime,
    by: User | None = None,
    person: Person | None = None,
    anchor: Model | None = None,
    enrolment: Enrolment | None = None,
    entry: ActivityEntry | None = None,
    actor_kind: ActorKind | None = None,
) -> int:
    """Stop what still runs for a person, for a thing or both, and take back its mails that have not left.

    Says how many enrolments were stopped; the second call stops none. `reason` is a short code.
    """
    rows = _enrolments(person, anchor, enrolment)
    stopped = 0
    for each in rows.filter(state=EnrolmentState.ACTIVE).order_by("pk"):
        changed = Enrolment.objects.filter(pk=each.pk, state=EnrolmentState.ACTIVE).update(
            state=EnrolmentState.STOPPED, stop_reason=reason, ended_at=at, next_look_at=None
        )
        if changed:
            stopped += 1
            data = {"reason": reason}
            _log("sequence.stopped", each, by=by, at=at, entry=entry, data=data, actor_kind=actor_kind)
    cancel_queued(enrolment__in=rows, reason=reason, at=at)
    return stopped


@transaction.atomic
def stop_mailbox(
    message: Message,
    *,
    purposes: Steps[Purpose],
    reason: SuppressionReason,
    at: datetime,
    entry: ActivityEntry | None = None,
) -> bool:
    """Never write again for these purposes to where this mail went; running sequences stop, waiting mails go.

    Says whether anything was new. Without `entry` the first call records `mail.unsubscribed`; the second
    does nothing. Works after the person or the address was erased.
    """
    kept = Message.objects.select_related("person", "enrolment__person")
    message = kept.select_for_update(of=("self",)).get(pk=message.pk)
    new = [purpose for purpose in purposes if _can_refuse(message.to_email, purpose)]
    person = message.person or (message.enrolment.person if message.enrolment else None)
    if new and entry is None:
        data = {"reason": str(reason)}
        entry = record(
            "mail.unsubscribed", message, by=None, at=at, about=(person,), actor_kind=ActorKind.PUBLIC, data=data
        )
    for purpose in new:
        suppress(email=message.to_email, purpose=purpose, reason=reason, at=at, entry=entry)
    if person is not None:
        stop_enrolments(person=person, reason=str(reason), at=at, entry=entry)
    if message.to_email:
        cancel_queued(to_email__iexact=message.to_email, stream=message.stream, reason=str(reason), at=at)
    return bool(new)


def _can_refuse(email: str, purpose: Purpose) -> bool:
    """Whether there is a mailbox behind this text that may still get mail for the purpose."""
    try:
        mailbox_key(email)
    except ValidationError:
        return False
    return not is_suppressed(email, purpose)


def _sequence(key: str, *, at: datetime) -> Sequence:
    row = Sequence.objects.filter(key=key).first()
    if row is not None:
        return row
    default = default_sequences().get(key)
    if default is None:
        raise UnknownSequenceError(key)
    try:
        return create_sequence(key=key, name=default.name, steps=default.steps, by=None, at=at)
    except SequenceExistsError:
        return Sequence.objects.get(key=key)


def _enrolments(person: Person | None, anchor: Model | None, enrolment: Enrolment | None) -> QuerySet[Enrolment]:
    which = Q()
    if person is not None:
        which &= Q(person=person)
    if anchor is not None:
        which &= Q(anchor_type=type_key(anchor), anchor_id=anchor.pk)
    if enrolment is not None:
        which &= Q(pk=enrolment.pk)
    if not which:
        raise ValueError("Say whose sequences to stop: person, anchor or enrolment.")
    return Enrolment.objects.filter(which)


def _log(
    verb: str,
    enrolment: Enrolment,
    *,
    by: User | None,
    at: datetime,
    entry: ActivityEntry | None,
    data: dict[str, Any],
    actor_kind: ActorKind | None = None,
) -> None:
    if entry is not None:
        link(entry, enrolment)
        return
    about = (enrolment.person, row_of(enrolment.anchor_type, enrolment.anchor_id))
    record(verb, enrolment, by=by, at=at, about=about, data=data, actor_kind=actor_kind)
