"""Sequences for many people at once: who gets one is kept as a list, and the list is what each enrolment hangs on."""

from collections.abc import Sequence as Keys
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet, Value

from crm.access.models import User
from crm.activity.actions import record
from crm.activity.models import ActivityEntry, ActivityLink
from crm.activity.rules import type_key
from crm.base.models import new_public_id
from crm.base.rows import insert_from, insert_like
from crm.bulk.actions import plan_act, start_act, stop_act
from crm.bulk.enums import BulkOutcome
from crm.bulk.models import BulkAct
from crm.bulk.registry import BulkActKind
from crm.mailings.errors import NobodyToEnrolError, SequenceNotInUseError
from crm.mailings.queries import EnrolmentPlan, enrolling, enrolment_plan
from crm.messaging.actions import cancel_queued
from crm.messaging.enums import EnrolmentState
from crm.messaging.models import Enrolment, Sequence
from crm.people.models import Person
from crm.segments.actions import add_to_frozen, freeze_people
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
    sequence = _locked(sequence)
    plan, chosen = _chosen(people, sequence, at)
    frozen = freeze_people(chosen, segment=segment, name=name, purpose=sequence.name, by=by, at=at)
    _enrol(plan.people, frozen, sequence, anchor_at=anchor_at, by=by, at=at)
    entry = _tell(frozen, sequence, plan, by=by, at=at)
    about = FrozenMember.objects.filter(frozen_list=frozen).order_by()
    links = about.values_list(Value(entry.pk), Value(type_key(Person)), "person_id")
    insert_from(ActivityLink, ("entry_id", "target_type", "target_id"), links)
    return frozen


@transaction.atomic
def begin_enrolling(
    kind: BulkActKind,
    sequence: Sequence,
    people: QuerySet[Person],
    *,
    name: str,
    anchor_at: datetime,
    by: User,
    at: datetime,
    segment: Segment | None = None,
) -> BulkAct:
    """The same for more people than anybody waits for: notes down who they are; `enrol_next` enrols them.

    The list fills as they are enrolled, so that it says at every moment who got this. A second call leaves out
    whom running work will enrol. Raises as `enrol_people`, and `TooManyPeopleError`.
    """
    sequence = _locked(sequence)
    plan, chosen = _chosen(people, sequence, at)
    nobody = Person.objects.none()
    frozen = freeze_people(nobody, segment=segment, name=name, purpose=sequence.name, by=by, at=at)
    act = plan_act(kind, chosen, query="", by=by, at=at)
    params = {"list": frozen.pk, "sequence": sequence.pk, "anchor_at": anchor_at.isoformat()}
    return start_act(act, params=params, at=at, entry=_tell(frozen, sequence, plan, by=by, at=at))


def enrol_next(
    people: Keys[Person], params: dict[str, Any], by: User, at: datetime, entry: ActivityEntry
) -> dict[int, str]:
    """Enrol the next people of such work whom the sequence may still be started for; what became of each, by key.

    Whoever came into the sequence meanwhile is left out. Raises `SequenceNotInUseError` when it was switched off.
    """
    sequence = _locked(Sequence.objects.get(pk=params["sequence"]))
    frozen = FrozenList.objects.get(pk=params["list"])
    chosen = Person.objects.filter(pk__in=[person.pk for person in people])
    plan = enrolment_plan(chosen, sequence, at.date(), work=enrolling(list=frozen.pk).get())
    add_to_frozen(frozen, plan.people)
    _enrol(plan.people, frozen, sequence, anchor_at=datetime.fromisoformat(params["anchor_at"]), by=by, at=at)
    outcomes = dict.fromkeys(plan.people, BulkOutcome.CHANGED.value)
    return outcomes | {pk: str(reason.label) for reason, pks in plan.left_out.items() for pk in pks}


def _locked(sequence: Sequence) -> Sequence:
    locked = Sequence.objects.select_for_update().get(pk=sequence.pk)
    if not locked.is_active:
        raise SequenceNotInUseError
    return locked


def _chosen(people: QuerySet[Person], sequence: Sequence, at: datetime) -> tuple[EnrolmentPlan, QuerySet[Person]]:
    plan = enrolment_plan(people, sequence, at.date())
    if not plan.people:
        raise NobodyToEnrolError
    return plan, Person.objects.filter(pk__in=KeyList(lambda: plan.people))


def _enrol(
    keys: Keys[int], frozen: FrozenList, sequence: Sequence, *, anchor_at: datetime, by: User, at: datetime
) -> None:
    one = Enrolment(
        sequence=sequence,
        anchor_type=type_key(frozen),
        anchor_id=frozen.pk,
        anchor_at=anchor_at,
        owner=by,
        enrolled_at=at,
        next_look_at=at,
    )
    insert_like(one, ("public_id", "person_id"), [(new_public_id(), pk) for pk in keys])


def _tell(frozen: FrozenList, sequence: Sequence, plan: EnrolmentPlan, *, by: User, at: datetime) -> ActivityEntry:
    data = {"sequence": sequence.key, "count": len(plan.people), "left_out": plan.counts}
    return record("sequence.list_enrolled", frozen, by=by, at=at, about=[frozen.segment, sequence], data=data)


@transaction.atomic
def stop_list(frozen: FrozenList, *, by: User, at: datetime) -> int:
    """Stop what still runs for a list and take back its mails that have not left; says how many it ran for.

    Work that still enrols people of it stops too. The second call stops nothing and records nothing.
    """
    for act in enrolling(list=frozen.pk):
        stop_act(act, by=by, at=at)
    rows = Enrolment.objects.filter(anchor_type=type_key(frozen), anchor_id=frozen.pk)
    stopped = rows.filter(state=EnrolmentState.ACTIVE).update(
        state=EnrolmentState.STOPPED, stop_reason="list_stopped", ended_at=at, next_look_at=None
    )
    cancel_queued(enrolment__in=rows, reason="list_stopped", at=at)
    if stopped:
        record("sequence.list_stopped", frozen, by=by, at=at, about=[frozen.segment], data={"count": stopped})
    return stopped
