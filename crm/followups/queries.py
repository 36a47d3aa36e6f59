from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import F, Model, QuerySet

from crm.access.models import User
from crm.activity.rules import type_key
from crm.followups.enums import CommitmentDirection, CommitmentState, OpenThing, TaskState
from crm.followups.models import Commitment, CommitmentQuerySet, Task
from crm.followups.rules import due_moment
from crm.messaging.models import Enrolment
from crm.messaging.queries import row_of
from crm.people.models import Person


def open_commitments(person: Person) -> CommitmentQuerySet:
    """Promises both ways that are not settled, the earliest due first, with ask, post and owner.

    Carries no row rule: chain `.visible_to(user)`.
    """
    kept_open = Commitment.objects.filter(person=person, state=CommitmentState.OPEN)
    ordered = kept_open.order_by(F("due_on").asc(nulls_last=True), "id")
    return ordered.select_related("person", "ask", "post", "owner")


def commitments_of(obj: Model) -> QuerySet[Commitment]:
    """Promises that were made in a thing (a meeting), settled or not."""
    return Commitment.objects.filter(object_type=type_key(obj), object_id=obj.pk).select_related("person", "owner")


def open_tasks(user: User | AnonymousUser) -> QuerySet[Task]:
    """Tasks still to do that this user may see, the earliest due first, with assignee and person."""
    visible: QuerySet[Task] = Task.objects.visible_to(user)
    ordered = visible.filter(state=TaskState.OPEN).order_by(F("due_on").asc(nulls_last=True), "id")
    return ordered.select_related("assignee", "person")


def tasks_due(user: User | AnonymousUser, on: date) -> QuerySet[Task]:
    """The open tasks of `open_tasks` whose day is `on` or earlier."""
    return open_tasks(user).filter(due_on__lte=on)


def tasks_of(obj: Model) -> QuerySet[Task]:
    """Tasks that came out of a thing (a meeting, a commitment), closed ones too."""
    return Task.objects.filter(object_type=type_key(obj), object_id=obj.pk).select_related("assignee", "person")


def commitment_due(enrolment: Enrolment) -> datetime | None:
    """When their earliest open promise from the enrolment's anchor is due: nine o'clock, zone of the anchor.

    None when they promised nothing with a day, or settled it: the step is skipped.
    """
    promised = Commitment.objects.filter(
        object_type=enrolment.anchor_type,
        object_id=enrolment.anchor_id,
        direction=CommitmentDirection.THEIRS,
        state=CommitmentState.OPEN,
        due_on__isnull=False,
    )
    first = promised.order_by("due_on", "id").first()
    if first is None or first.due_on is None:
        return None
    anchor = row_of(enrolment.anchor_type, enrolment.anchor_id)
    return due_moment(first.due_on, getattr(anchor, "time_zone", "") or settings.TIME_ZONE)


def with_open_things(args: Mapping[str, Any], *, user: User, on: date) -> QuerySet[Any]:
    """Keys of people with an open promise or task the asker may see; a thing without a day is never overdue."""
    rows: QuerySet[Any] = Task.objects.visible_to(user).filter(state=TaskState.OPEN, person__isnull=False)
    if args["thing"] != OpenThing.TASK:
        rows = Commitment.objects.visible_to(user).filter(state=CommitmentState.OPEN, direction=args["thing"])
    rows = rows.filter(due_on__lt=on) if args["overdue"] else rows
    return rows.order_by().values("person")
