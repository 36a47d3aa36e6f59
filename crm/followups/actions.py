"""What we have to do, and what was promised both ways.

Given `entry`, an action is part of a bigger step: it shows its rows on that entry and records none of its own.
"""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from crm.access.models import User
from crm.activity.actions import link, record
from crm.activity.models import ActivityEntry
from crm.activity.rules import type_key
from crm.base.locking import save_version
from crm.base.text import clean_text, one_line
from crm.changes.actions import record_change
from crm.followups.enums import CommitmentDirection, CommitmentState, TaskState
from crm.followups.errors import CommitmentSettledError, EmptyWordsError, TaskClosedError
from crm.followups.models import Commitment, Task
from crm.followups.rules import TASK_AFTER, TITLES, is_good_news
from crm.issues.models import Ask
from crm.messaging.actions import stop_enrolments
from crm.messaging.queries import row_of
from crm.people.models import Person, Post

TITLE_LENGTH = 250
ASK_AGAIN_AFTER = timedelta(days=14)


@transaction.atomic
def add_task(
    *,
    title: str,
    assignee: User | None,
    due_on: date | None,
    by: User | None,
    at: datetime,
    person: Person | None = None,
    detail: str = "",
    origin_key: str | None = None,
    obj: Model | None = None,
    entry: ActivityEntry | None = None,
) -> Task:
    """Something to do by a day. A second call with the same `origin_key` returns the first task unchanged;
    without a key it makes a second task. Raises EmptyWordsError."""
    values = {
        "title": _required(one_line(title, limit=TITLE_LENGTH)),
        "detail": clean_text(detail),
        "assignee": assignee,
        "person": person,
        "due_on": due_on,
        **_object(obj),
    }
    task, made = _once(Task, origin_key, values, at=at)
    if made:
        _log("task.added", task, by=by, at=at, about=(person, obj), entry=entry)
    return task


@transaction.atomic
def edit_task(
    task: Task,
    *,
    version: int,
    title: str,
    assignee: User | None,
    due_on: date | None,
    by: User,
    at: datetime,
    detail: str = "",
) -> Task:
    """Other words, person or day. The second call with the same version raises StaleVersionError."""
    words = {"title": _required(one_line(title, limit=TITLE_LENGTH)), "detail": clean_text(detail)}
    save_version(task, version=version, at=at, assignee=assignee, due_on=due_on, **words)
    _log("task.edited", task, by=by, at=at, about=(task.person,))
    return task


def finish_task(task: Task, *, version: int, by: User | None, at: datetime, entry: ActivityEntry | None = None) -> Task:
    """The task is done. The second call changes nothing. Raises TaskClosedError when it was dropped."""
    return _close(task, TaskState.DONE, version=version, by=by, at=at, entry=entry)


def drop_task(task: Task, *, version: int, by: User | None, at: datetime, entry: ActivityEntry | None = None) -> Task:
    """The task is no longer needed. The second call changes nothing. Raises TaskClosedError when it was done."""
    return _close(task, TaskState.DROPPED, version=version, by=by, at=at, entry=entry)


@transaction.atomic
def reopen_task(task: Task, *, version: int, by: User, at: datetime) -> Task:
    """A closed task is to do again. The second call changes nothing."""
    current = Task.objects.select_for_update().get(pk=task.pk)
    if current.state == TaskState.OPEN:
        return current
    save_version(current, version=version, at=at, state=TaskState.OPEN, done_at=None)
    _log("task.reopened", current, by=by, at=at, about=(current.person,))
    return current


@transaction.atomic
def add_commitment(
    person: Person,
    *,
    direction: CommitmentDirection,
    words: str,
    made_on: date,
    due_on: date | None,
    by: User | None,
    at: datetime,
    ask: Ask | None = None,
    post: Post | None = None,
    owner: User | None = None,
    obj: Model | None = None,
    origin_key: str | None = None,
    entry: ActivityEntry | None = None,
) -> Commitment:
    """A promise in its exact words, and the dated task of its owner (else of `by`) to see to it.

    A second call with the same `origin_key` returns the first commitment and makes no second task; without a
    key it is a second promise. Raises EmptyWordsError.
    """
    values = {
        "person": person,
        "post": post,
        "ask": ask,
        "direction": direction,
        "words": _required(clean_text(words)),
        "made_on": made_on,
        "due_on": due_on,
        "owner": owner or by,
        **_object(obj),
    }
    commitment, made = _once(Commitment, origin_key, values, at=at)
    if not made:
        return commitment
    own = _log("commitment.made", commitment, by=by, at=at, about=(person, obj), entry=entry)
    add_task(
        title=str(TITLES[CommitmentDirection(direction)] % {"words": one_line(words)}),
        assignee=owner or by,
        due_on=due_on,
        by=by,
        at=at,
        person=person,
        origin_key=_task_key(commitment),
        obj=commitment,
        entry=own,
    )
    return commitment


@transaction.atomic
def settle_commitment(
    commitment: Commitment,
    *,
    state: CommitmentState,
    version: int,
    settled_on: date,
    by: User | None,
    at: datetime,
    entry: ActivityEntry | None = None,
) -> Commitment:
    """How a promise ended; closes its task. One they kept stops the sequences of the meeting it was made in.

    The second call with the same state changes nothing; with another one it raises CommitmentSettledError.
    """
    current = Commitment.objects.select_for_update().get(pk=commitment.pk)
    if current.state == state:
        return current
    if current.state != CommitmentState.OPEN:
        raise CommitmentSettledError
    save_version(current, version=version, at=at, state=state, settled_on=settled_on)
    meeting = row_of(current.object_type, current.object_id)
    own = _log("commitment.settled", current, by=by, at=at, about=(current.person, meeting), entry=entry, state=state)
    _close_task_of(current, by=by, at=at, entry=own)
    if meeting is not None and is_good_news(current):
        stop_enrolments(anchor=meeting, reason="commitment_kept", by=by, at=at, entry=own)
    return current


@transaction.atomic
def repoint_task(
    task: Task, person: Person, *, by: User | None, at: datetime, entry: ActivityEntry | None = None
) -> Task:
    """The task is about somebody else now: a new holder of the seat. Can be undone. The second call changes nothing.

    Raises TaskClosedError for a task that is done or dropped.
    """
    current = Task.objects.select_for_update().get(pk=task.pk)
    if current.person_id == person.pk:
        return current
    if current.state != TaskState.OPEN:
        raise TaskClosedError
    before = {"person_id": current.person_id}
    former = current.person
    save_version(current, version=current.version, at=at, person=person)
    own = _log("task.repointed", current, by=by, at=at, about=(former, person), entry=entry)
    record_change(own, current, before=before, after={"person_id": person.pk})
    return current


@transaction.atomic
def repoint_commitment(
    commitment: Commitment, person: Person, *, by: User | None, at: datetime, entry: ActivityEntry | None = None
) -> None:
    """Somebody else holds the seat. Our promise goes to `person`; theirs lapses, and a task asks `person` about it.

    Raises CommitmentSettledError for one that is settled; so does a second call for a promise of theirs. A
    second call for one of ours changes nothing.
    """
    current = Commitment.objects.select_for_update().get(pk=commitment.pk)
    if current.person_id == person.pk:
        return
    if current.state != CommitmentState.OPEN:
        raise CommitmentSettledError
    if current.direction == CommitmentDirection.THEIRS:
        title = _("Ask %(name)s whether they stand by: %(words)s")
        told: dict[str, Any] = {"by": by, "at": at, "entry": entry}
        day, state = at.date(), CommitmentState.LAPSED
        settle_commitment(current, state=state, version=current.version, settled_on=day, **told)
        words = one_line(title % {"name": person.name, "words": current.words}, limit=TITLE_LENGTH)
        add_task(title=words, assignee=current.owner or by, due_on=day + ASK_AGAIN_AFTER, person=person, **told)
        return
    before = {"person_id": current.person_id}
    former = current.person
    save_version(current, version=current.version, at=at, person=person)
    own = _log("commitment.repointed", current, by=by, at=at, about=(former, person), entry=entry)
    record_change(own, current, before=before, after={"person_id": person.pk})


def _close_task_of(commitment: Commitment, *, by: User | None, at: datetime, entry: ActivityEntry) -> None:
    task = Task.objects.filter(origin_key=_task_key(commitment), state=TaskState.OPEN).first()
    if task is not None:
        state = TASK_AFTER.get(CommitmentState(commitment.state), TaskState.DROPPED)
        _close(task, state, version=task.version, by=by, at=at, entry=entry)


@transaction.atomic
def _close(
    task: Task, state: TaskState, *, version: int, by: User | None, at: datetime, entry: ActivityEntry | None
) -> Task:
    current = Task.objects.select_for_update().get(pk=task.pk)
    if current.state == state:
        return current
    if current.state != TaskState.OPEN:
        raise TaskClosedError
    done_at = at if state == TaskState.DONE else None
    save_version(current, version=version, at=at, state=state, done_at=done_at)
    verb = "task.finished" if state == TaskState.DONE else "task.dropped"
    _log(verb, current, by=by, at=at, about=(current.person,), entry=entry)
    return current


def _once(model: Any, origin_key: str | None, values: dict[str, Any], *, at: datetime) -> tuple[Any, bool]:
    values = {**values, "created_at": at, "updated_at": at}
    if origin_key is None:
        return model.objects.create(**values), True
    return model.objects.get_or_create(origin_key=origin_key, defaults=values)


def _log(
    verb: str,
    row: Task | Commitment,
    *,
    by: User | None,
    at: datetime,
    about: tuple[Model | None, ...],
    entry: ActivityEntry | None = None,
    **data: str,
) -> ActivityEntry:
    if entry is None:
        return record(verb, row, by=by, at=at, about=about, data=data)
    link(entry, row)
    return entry


def _object(obj: Model | None) -> dict[str, Any]:
    return {"object_type": type_key(obj), "object_id": obj.pk} if obj is not None else {}


def _required(words: str) -> str:
    if not words:
        raise EmptyWordsError
    return words


def _task_key(commitment: Commitment) -> str:
    return f"commitment:{commitment.public_id}"
