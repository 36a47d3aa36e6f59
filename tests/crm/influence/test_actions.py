from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from crm.access.models import User
from crm.activity.models import ActivityEntry
from crm.activity.queries import timeline_of
from crm.changes.actions import undo_changes
from crm.influence.actions import record_influence, remove_influence
from crm.influence.enums import AssessmentKind
from crm.influence.models import Influence
from tests.factories.influence import influence
from tests.factories.issues import issue
from tests.factories.people import organization, person

pytestmark = pytest.mark.django_db
AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
DAY = date(2026, 5, 30)


def test_an_assessment_keeps_who_when_and_why(coordinator: User) -> None:
    ada, about = person(), issue()

    row = record_influence(
        ada, issue=about, interest=4, influence=5, position="support", observed_on=DAY, source="Hearing",
        by=coordinator, at=AT,
    )  # fmt: skip

    assert (row.person, row.kind, row.interest, row.influence, row.position) == (ada, "current", 4, 5, "support")
    assert (row.sourced_on, row.recorded_at, row.recorded_by, row.source) == (DAY, AT, coordinator, "Hearing")
    assert [entry.verb for entry in timeline_of(ada)] == ["influence.recorded"]


def test_the_same_words_twice_are_one_assessment_and_others_another(coordinator: User) -> None:
    board, about = organization(), issue()
    given = {"issue": about, "interest": 4, "observed_on": DAY, "by": coordinator, "at": AT}

    rows = [record_influence(board, influence=degree, **given) for degree in (5, 5, 4)]  # type: ignore[arg-type]
    wanted = record_influence(board, influence=4, kind=AssessmentKind.WANTED, **given)  # type: ignore[arg-type]

    assert (rows[0], rows[0] == rows[2], wanted in rows) == (rows[1], False, False)
    assert (Influence.objects.count(), ActivityEntry.objects.count()) == (3, 3)


def test_a_day_to_come_and_a_degree_beyond_the_scale_are_refused(coordinator: User) -> None:
    given = {"issue": issue(), "interest": 3, "by": coordinator, "at": AT}

    for wrong in ({"influence": 3, "observed_on": date(2026, 6, 3)}, {"influence": 6, "observed_on": DAY}):
        with pytest.raises(ValidationError):
            record_influence(person(), **given, **wrong)  # type: ignore[arg-type]

    assert Influence.objects.count() == 0


def test_recording_is_taken_back(coordinator: User) -> None:
    record_influence(person(), issue=issue(), interest=1, influence=1, observed_on=DAY, by=coordinator, at=AT)

    undo_changes(ActivityEntry.objects.latest("id"), by=coordinator, at=AT + timedelta(hours=1))

    assert Influence.objects.count() == 0


def test_removing_twice_does_it_once_and_is_taken_back(coordinator: User) -> None:
    row = influence(interest=2)
    for _time in range(2):
        remove_influence(row, by=coordinator, at=AT)
    assert (Influence.objects.count(), ActivityEntry.objects.count()) == (0, 1)

    undo_changes(ActivityEntry.objects.latest("id"), by=coordinator, at=AT + timedelta(hours=1))

    assert Influence.objects.get().interest == 2
