from datetime import UTC, date, datetime, timedelta

import pytest

from crm.access.models import User
from crm.activity.actions import record
from crm.activity.models import ActivityEntry
from crm.activity.queries import timeline_of
from crm.base.errors import StaleVersionError
from crm.followups.actions import (
    add_commitment,
    add_task,
    drop_task,
    edit_task,
    finish_task,
    reopen_task,
    settle_commitment,
)
from crm.followups.enums import CommitmentDirection, CommitmentState, TaskState
from crm.followups.errors import CommitmentSettledError, EmptyWordsError, TaskClosedError
from crm.followups.models import Commitment, Task
from crm.messaging.enums import EnrolmentState
from crm.messaging.models import Enrolment, Sequence
from tests.crm.followups.rows import enrolment as make_enrolment
from tests.crm.followups.rows import meeting as make_meeting
from tests.factories.followups import commitment as make_commitment
from tests.factories.followups import task as make_task
from tests.factories.people import person as make_person

AT = datetime(2026, 3, 10, 9, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def verbs() -> list[str]:
    return list(ActivityEntry.objects.order_by("id").values_list("verb", flat=True))


def test_task_is_added_with_one_entry_on_the_persons_timeline(coordinator: User) -> None:
    person = make_person()

    task = add_task(
        title="  Send  the figures ",
        assignee=coordinator,
        due_on=date(2026, 3, 13),
        by=coordinator,
        at=AT,
        person=person,
    )

    assert (task.title, task.state, task.version) == ("Send the figures", TaskState.OPEN, 1)
    assert [entry.verb for entry in timeline_of(person)] == ["task.added"]


def test_task_with_an_origin_is_added_once(coordinator: User) -> None:
    first = make_task(by=coordinator, origin_key="meeting:1:thanks")
    again = make_task(by=coordinator, origin_key="meeting:1:thanks", title="Other words")

    assert again == first
    assert list(Task.objects.values_list("title", flat=True)) == ["Send the district figures"]
    assert verbs() == ["task.added"]


def test_task_without_words_is_refused(coordinator: User) -> None:
    with pytest.raises(EmptyWordsError):
        make_task(by=coordinator, title=" \n ")

    assert verbs() == []


def test_finished_task_stays_finished_the_second_time(coordinator: User) -> None:
    task = make_task(by=coordinator)

    finish_task(task, version=1, by=coordinator, at=AT)
    finish_task(task, version=1, by=coordinator, at=AT + timedelta(minutes=1))

    task.refresh_from_db()
    assert (task.state, task.done_at, task.version) == (TaskState.DONE, AT, 2)
    assert verbs() == ["task.added", "task.finished"]


def test_task_of_an_older_version_is_not_finished(coordinator: User) -> None:
    task = make_task(by=coordinator)
    edit_task(task, version=1, title="Send the new figures", assignee=coordinator, due_on=None, by=coordinator, at=AT)

    with pytest.raises(StaleVersionError):
        finish_task(task, version=1, by=coordinator, at=AT)

    task.refresh_from_db()
    assert (task.title, task.state) == ("Send the new figures", TaskState.OPEN)


def test_task_is_edited_once_per_version(coordinator: User) -> None:
    task = make_task(by=coordinator)
    words = {"title": "Send the new figures", "assignee": coordinator, "due_on": None, "by": coordinator, "at": AT}
    edit_task(task, version=1, **words)

    with pytest.raises(StaleVersionError):
        edit_task(task, version=1, **words)

    assert verbs() == ["task.added", "task.edited"]


def test_dropped_task_can_be_reopened_and_then_finished(coordinator: User) -> None:
    task = make_task(by=coordinator)
    drop_task(task, version=1, by=coordinator, at=AT)
    drop_task(task, version=1, by=coordinator, at=AT)
    with pytest.raises(TaskClosedError):
        finish_task(task, version=2, by=coordinator, at=AT)

    reopen_task(task, version=2, by=coordinator, at=AT)
    reopen_task(task, version=2, by=coordinator, at=AT)
    finish_task(task, version=3, by=coordinator, at=AT)

    task.refresh_from_db()
    assert task.state == TaskState.DONE
    assert verbs() == ["task.added", "task.dropped", "task.reopened", "task.finished"]


@pytest.mark.parametrize(
    ("direction", "title"),
    [
        (CommitmentDirection.THEIRS, "Ask whether they kept their promise: I will put my name on the bill."),
        (CommitmentDirection.OURS, "Keep our promise: I will put my name on the bill."),
    ],
)
def test_commitment_makes_its_dated_task_in_one_entry(
    coordinator: User, direction: CommitmentDirection, title: str
) -> None:
    person = make_person()

    commitment = make_commitment(person, by=coordinator, direction=direction)

    task = Task.objects.get()
    assert (task.title, task.due_on, task.assignee, task.person) == (title, date(2026, 4, 2), coordinator, person)
    assert (task.object_type, task.object_id) == ("crm.commitment", commitment.pk)
    assert verbs() == ["commitment.made"]
    assert [entry.verb for entry in timeline_of(task)] == ["commitment.made"]
    assert [entry.verb for entry in timeline_of(person)] == ["commitment.made"]


def test_commitment_with_an_origin_is_made_once(coordinator: User) -> None:
    person = make_person()

    first = make_commitment(person, by=coordinator, origin_key="outcome:1:1")
    again = make_commitment(person, by=coordinator, origin_key="outcome:1:1", words="Something else")

    assert again == first
    assert (Commitment.objects.count(), Task.objects.count(), verbs()) == (1, 1, ["commitment.made"])


def test_commitment_inside_a_bigger_step_leaves_no_entry_of_its_own(coordinator: User) -> None:
    person = make_person()
    entry = record("outcome.recorded", person, by=coordinator, at=AT)

    commitment = add_commitment(
        person,
        direction=CommitmentDirection.OURS,
        words="We send the figures.",
        made_on=AT.date(),
        due_on=None,
        by=coordinator,
        at=AT,
        entry=entry,
    )

    assert verbs() == ["outcome.recorded"]
    assert list(timeline_of(commitment)) == list(timeline_of(Task.objects.get())) == [entry]


@pytest.mark.parametrize(
    ("state", "task_state"),
    [
        (CommitmentState.KEPT, TaskState.DONE),
        (CommitmentState.PARTLY, TaskState.DONE),
        (CommitmentState.BROKEN, TaskState.DROPPED),
        (CommitmentState.LAPSED, TaskState.DROPPED),
        (CommitmentState.SUPERSEDED, TaskState.DROPPED),
    ],
)
def test_settled_commitment_closes_its_task_once(
    coordinator: User, state: CommitmentState, task_state: TaskState
) -> None:
    commitment = make_commitment(make_person(), by=coordinator)
    settled = {"state": state, "version": 1, "settled_on": AT.date(), "by": coordinator, "at": AT}

    settle_commitment(commitment, **settled)
    settle_commitment(commitment, **settled)

    commitment.refresh_from_db()
    assert (commitment.state, commitment.settled_on, commitment.version) == (state, AT.date(), 2)
    assert Task.objects.get().state == task_state
    assert verbs() == ["commitment.made", "commitment.settled"]


def test_commitment_is_not_settled_in_two_ways(coordinator: User) -> None:
    commitment = make_commitment(make_person(), by=coordinator)
    settle_commitment(commitment, state=CommitmentState.BROKEN, version=1, settled_on=AT.date(), by=coordinator, at=AT)

    with pytest.raises(CommitmentSettledError):
        settle_commitment(
            commitment, state=CommitmentState.KEPT, version=2, settled_on=AT.date(), by=coordinator, at=AT
        )

    commitment.refresh_from_db()
    assert commitment.state == CommitmentState.BROKEN


@pytest.mark.parametrize(
    ("state", "direction", "left"),
    [
        (CommitmentState.KEPT, CommitmentDirection.THEIRS, [EnrolmentState.STOPPED, EnrolmentState.ACTIVE]),
        (CommitmentState.KEPT, CommitmentDirection.OURS, [EnrolmentState.ACTIVE, EnrolmentState.ACTIVE]),
        (CommitmentState.PARTLY, CommitmentDirection.THEIRS, [EnrolmentState.ACTIVE, EnrolmentState.ACTIVE]),
    ],
)
def test_promise_they_kept_stops_the_sequence_of_its_meeting_only(
    coordinator: User, state: CommitmentState, direction: CommitmentDirection, left: list[EnrolmentState]
) -> None:
    person = make_person()
    held, other = make_meeting(person, coordinator), make_meeting(person, coordinator)
    sequence = Sequence.objects.create(key="after-meeting", name="After", created_at=AT, updated_at=AT)
    rows = [make_enrolment(person, anchor, sequence) for anchor in (held, other)]
    commitment = make_commitment(person, by=coordinator, obj=held, direction=direction)

    settle_commitment(commitment, state=state, version=1, settled_on=AT.date(), by=coordinator, at=AT)

    assert [Enrolment.objects.get(pk=row.pk).state for row in rows] == left
    assert verbs() == ["commitment.made", "commitment.settled"]
