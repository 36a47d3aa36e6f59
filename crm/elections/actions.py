"""A change of term: compare the seats, hand over what waited for those who lost theirs."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm.access.models import User
from crm.activity.actions import record
from crm.activity.models import ActivityEntry
from crm.base.text import one_line
from crm.elections.errors import DaysInWrongOrderError, UnknownOrphanError
from crm.elections.models import RolledSeat, RollOver
from crm.elections.queries import orphaned_commitments, orphaned_targets, orphaned_tasks, shifts_between
from crm.elections.registry import OrphanSource
from crm.followups.actions import repoint_commitment, repoint_task
from crm.followups.models import Commitment, Task
from crm.people.models import Organization, Person
from crm.targets.actions import repoint_target
from crm.targets.models import Target


@transaction.atomic
def start_roll_over(
    body: Organization, *, name: str, last_day: date, first_day: date, by: User, at: datetime
) -> RollOver:
    """Keep what happened to every seat of a body between two days.

    The second call for the same body and days gives the first one, compared anew: an import may have come
    in between. Raises `DaysInWrongOrderError`.
    """
    if first_day <= last_day:
        raise DaysInWrongOrderError
    values = {"name": one_line(name, limit=150), "started_by": by, "started_at": at}
    roll_over, made = RollOver.objects.get_or_create(
        organization=body, last_day=last_day, first_day=first_day, defaults=values
    )
    roll_over.seats.all().delete()
    RolledSeat.objects.bulk_create(
        (
            RolledSeat(
                roll_over=roll_over,
                change=shift.change,
                post_id=shift.post,
                from_post_id=shift.from_post,
                old_holder_id=shift.old_holder,
                new_holder_id=shift.new_holder,
            )
            for shift in shifts_between(body, last_day, first_day)
        ),
        batch_size=500,
    )
    if made:
        record("roll_over.started", roll_over, by=by, at=at, about=(body,))
    return roll_over


@transaction.atomic
def hand_over(roll_over: RollOver, source: OrphanSource, pk: int, successor: Person, *, by: User, at: datetime) -> None:
    """Give one row that waited for a former holder to her successor.

    The second call raises `UnknownOrphanError`: the row waits no longer.
    """
    people = set(roll_over.seats.filter(old_holder__isnull=False).values_list("old_holder_id", flat=True))
    waiting = {orphan.pk: orphan for orphan in source.find(by, people, at)}
    if pk not in waiting:
        raise UnknownOrphanError
    former = Person.objects.get(pk=waiting[pk].person_id)
    data = {"source": source.key}
    entry = record("roll_over.handed_over", roll_over, by=by, at=at, about=(former, successor), data=data)
    source.repoint(pk, successor, by, at, entry)


@transaction.atomic
def finish_roll_over(roll_over: RollOver, *, by: User, at: datetime) -> RollOver:
    """Everything is handed over or left on purpose. The second call changes nothing."""
    if RollOver.objects.filter(pk=roll_over.pk, finished_at=None).update(finished_at=at):
        record("roll_over.finished", roll_over, by=by, at=at, about=(roll_over.organization,))
    roll_over.refresh_from_db()
    return roll_over


def hand_over_task(pk: int, successor: Person, by: User, at: datetime, entry: ActivityEntry) -> None:
    repoint_task(Task.objects.get(pk=pk), successor, by=by, at=at, entry=entry)


def hand_over_commitment(pk: int, successor: Person, by: User, at: datetime, entry: ActivityEntry) -> None:
    repoint_commitment(Commitment.objects.get(pk=pk), successor, by=by, at=at, entry=entry)


def hand_over_target(pk: int, successor: Person, by: User, at: datetime, entry: ActivityEntry) -> None:
    repoint_target(Target.objects.get(pk=pk), successor, by=by, at=at, entry=entry)


OWN_SOURCES = (
    OrphanSource(
        "tasks",
        _("Tasks"),
        _("The task goes on, about the new holder."),
        orphaned_tasks,
        hand_over_task,
    ),
    OrphanSource(
        "commitments",
        _("Promises"),
        _("What we promised goes to the new holder. What they promised lapses, and a task asks the new holder."),
        orphaned_commitments,
        hand_over_commitment,
    ),
    OrphanSource(
        "targets",
        _("Places on whip boards"),
        _("The new holder takes the place; positions stay with whoever took them."),
        orphaned_targets,
        hand_over_target,
    ),
)
