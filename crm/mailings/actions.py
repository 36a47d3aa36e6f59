"""Sequences for many people at once: who gets one is kept as a list, and the list is what each enrolment hangs on."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet, Value

from crm.access.models import User
from crm.activity.actions import record
from crm.activity.models import ActivityLink
from crm.activity.rules import type_key
from crm.base.models import new_public_id
from crm.base.rows import insert_from, insert_like
from crm.mailings.errors import NobodyToEnrolError, SequenceNotInUseError
from crm.mailings.queries import enrolment_plan
from crm.messaging.actions import cancel_queued
from crm.messaging.enums import EnrolmentState
from crm.messaging.models import Enrolment, Sequence
from crm.people.models import Person
from crm.segments.actions import freeze_people
from crm.segments.models import FrozenList, FrozenMember, Segment
from crm.segments.queries import KeyList


@transaction.atomic
def enrol_people(
    sequence: Sequence,
    people: QuerySet[Person],
    *,
    name: str,
    anchor_at: datetime,
    by: User,
    at: datetime,
    segment: Segment | None = None,
) -> FrozenList:
    """Start a sequence for everybody of `people` it may be started for, and keep exactly them as a list.

    The list is the anchor of each enrolment, so that it says who got this. A second call, also at the same time,
    enrols nobody twice: the sequence is locked, whoever is in it is left out, and a call that has nobody left
    raises NobodyToEnrolError and keeps nothing. The planner asks each address again before each mail.
    """
    sequence = Sequence.objects.select_for_update().get(pk=sequence.pk)
    if not sequence.is_active:
        raise SequenceNotInUseError
    plan = enrolment_plan(people, sequence, at.date())
    if not plan.people:
        raise NobodyToEnrolError
    chosen = Person.objects.filter(pk__in=KeyList(lambda: plan.people))
    frozen = freeze_people(chosen, segment=segment, name=name, purpose=sequence.name, by=by, at=at)
    one = Enrolment(
        sequence=sequence,
        anchor_type=type_key(frozen),
        anchor_id=frozen.pk,
        anchor_at=anchor_at,
        owner=by,
        enrolled_at=at,
        next_look_at=at,
    )
    insert_like(one, ("public_id", "person_id"), [(new_public_id(), pk) for pk in plan.people])
    data = {"sequence": sequence.key, "count": frozen.count, "left_out": plan.counts}
    entry = record("sequence.list_enrolled", frozen, by=by, at=at, about=[segment, sequence], data=data)
    about = FrozenMember.objects.filter(frozen_list=frozen).order_by()
    links = about.values_list(Value(entry.pk), Value(type_key(Person)), "person_id")
    insert_from(ActivityLink, ("entry_id", "target_type", "target_id"), links)
    return frozen


@transaction.atomic
def stop_list(frozen: FrozenList, *, by: User, at: datetime) -> int:
    """Stop what still runs for a list and take back its mails that have not left; says how many it ran for.

    The second call stops nothing and records nothing.
    """
    rows = Enrolment.objects.filter(anchor_type=type_key(frozen), anchor_id=frozen.pk)
    stopped = rows.filter(state=EnrolmentState.ACTIVE).update(
        state=EnrolmentState.STOPPED, stop_reason="list_stopped", ended_at=at, next_look_at=None
    )
    cancel_queued(enrolment__in=rows, reason="list_stopped", at=at)
    if stopped:
        record("sequence.list_stopped", frozen, by=by, at=at, about=[frozen.segment], data={"count": stopped})
    return stopped
