from datetime import UTC, date, datetime

import pytest
from django.contrib.auth.models import AnonymousUser

from crm.access.enums import Role
from crm.access.models import User
from crm.followups.actions import settle_commitment
from crm.followups.enums import CommitmentDirection, CommitmentState
from crm.followups.models import Commitment
from crm.followups.queries import commitment_due, open_commitments, open_tasks, tasks_due
from crm.followups.rules import is_overdue
from crm.messaging.enums import StepAnchor
from crm.messaging.registry import step_anchor
from crm.people.enums import Visibility
from tests.crm.followups.rows import enrolment, meeting
from tests.factories.access import user as make_user
from tests.factories.followups import commitment as make_commitment
from tests.factories.followups import task as make_task
from tests.factories.people import person as make_person

AT = datetime(2026, 3, 10, 9, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def test_open_commitments_come_by_due_day_without_settled_ones(coordinator: User) -> None:
    person = make_person()
    undated = make_commitment(person, by=coordinator, due_on=None)
    late = make_commitment(person, by=coordinator, due_on=date(2026, 5, 1))
    soon = make_commitment(person, by=coordinator, due_on=date(2026, 4, 1))
    kept = make_commitment(person, by=coordinator)
    settle_commitment(kept, state=CommitmentState.PARTLY, version=1, settled_on=AT.date(), by=coordinator, at=AT)
    make_commitment(make_person(), by=coordinator)

    assert list(open_commitments(person)) == [soon, late, undated]


def test_commitment_is_overdue_from_the_day_after() -> None:
    promise = Commitment(due_on=date(2026, 3, 10))

    answers = [is_overdue(promise, date(2026, 3, day)) for day in (9, 10, 11)]

    assert answers == [False, False, True]


def test_tasks_due_are_those_the_user_may_see(coordinator: User) -> None:
    hidden = make_person(visibility=Visibility.TEAM, owner=make_user(role=Role.DIRECTOR))
    volunteer = make_user(role=Role.VOLUNTEER)
    today = make_task(by=coordinator, due_on=AT.date())
    make_task(by=coordinator, due_on=date(2026, 3, 11))
    theirs = make_task(by=coordinator, assignee=volunteer, due_on=AT.date())
    make_task(by=make_user(), person=hidden, due_on=AT.date())

    assert list(tasks_due(coordinator, AT.date())) == [today, theirs]
    assert list(tasks_due(volunteer, AT.date())) == [theirs]
    assert list(open_tasks(AnonymousUser())) == []


@pytest.mark.parametrize("rows", [1, 3])
def test_open_tasks_take_one_query(
    rows: int, coordinator: User, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    for _row in range(rows):
        make_task(by=coordinator, person=make_person())

    with django_assert_num_queries(1):  # type: ignore[operator]
        found = [(task.assignee.username, task.person.name) for task in open_tasks(coordinator)]

    assert len(found) == rows


def test_commitment_due_is_nine_oclock_of_their_earliest_open_promise_where_the_meeting_was(coordinator: User) -> None:
    person = make_person()
    held = meeting(person, coordinator)
    ours = CommitmentDirection.OURS
    make_commitment(person, by=coordinator, obj=held, due_on=date(2026, 3, 20), direction=ours)
    make_commitment(person, by=coordinator, obj=held, due_on=date(2026, 4, 9))
    first = make_commitment(person, by=coordinator, obj=held, due_on=date(2026, 4, 2))
    make_commitment(person, by=coordinator, due_on=date(2026, 3, 15))
    row = enrolment(person, held)

    due = commitment_due(row)
    settle_commitment(first, state=CommitmentState.PARTLY, version=1, settled_on=AT.date(), by=coordinator, at=AT)
    then = commitment_due(row)

    assert due == datetime(2026, 4, 2, 15, tzinfo=UTC)
    assert then == datetime(2026, 4, 9, 15, tzinfo=UTC)


def test_commitment_due_is_nothing_when_they_promised_nothing(coordinator: User) -> None:
    person = make_person()
    held = meeting(person, coordinator)
    make_commitment(person, by=coordinator, obj=held, due_on=None)

    assert commitment_due(enrolment(person, held)) is None


def test_sequences_know_what_commitment_due_means() -> None:
    assert step_anchor(StepAnchor.COMMITMENT_DUE) is commitment_due
