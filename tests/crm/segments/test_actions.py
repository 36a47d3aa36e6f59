from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crm.access.enums import Role
from crm.activity.models import ActivityEntry
from crm.base.errors import StaleVersionError
from crm.changes.actions import undo_changes
from crm.people.enums import Visibility
from crm.segments.actions import create_segment, delete_segment, edit_segment, freeze
from crm.segments.errors import (
    EmptySegmentError,
    NotYourSegmentError,
    SegmentInUseError,
    SegmentUnusableError,
    TooManyStepsError,
)
from crm.segments.models import FrozenList, FrozenMember, Segment
from crm.segments.registry import register_use
from crm.segments.rules import Step, moved
from tests.factories.access import user
from tests.factories.people import person
from tests.factories.segments import frozen_list, segment

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
EVERYBODY = Step(act="add", filter="everybody", args={})


def entries() -> list[tuple[str, Any]]:
    return list(ActivityEntry.objects.order_by("pk").values_list("verb", "data"))


def last_entry() -> ActivityEntry:
    return ActivityEntry.objects.order_by("-pk")[0]


def test_making_a_segment_twice_makes_two_and_can_be_undone() -> None:
    staff = user()
    first = create_segment(name=" Harbour\n people ", steps=[EVERYBODY], by=staff, at=AT)

    second = create_segment(name="Harbour people", by=staff, at=AT)
    undo_changes(last_entry(), by=staff, at=AT)

    assert list(Segment.objects.all()) == [first]
    assert (first.name, first.owner, first.is_shared, second.pk != first.pk) == ("Harbour people", staff, False, True)
    assert entries()[:2] == [("segment.created", {"steps": 1}), ("segment.created", {"steps": 0})]


def test_changing_steps_can_be_undone_and_a_second_save_is_stale() -> None:
    owner = user()
    row = segment(owner=owner)

    saved = edit_segment(row, version=1, by=owner, at=AT, steps=[EVERYBODY])
    with pytest.raises(StaleVersionError):
        edit_segment(row, version=1, by=owner, at=AT, steps=[])

    assert (saved.steps, saved.version) == ([EVERYBODY], 2)
    undo_changes(last_entry(), by=owner, at=AT)
    saved.refresh_from_db()
    assert (saved.steps, saved.version) == ([], 3)


def test_only_the_owner_and_directors_change_a_shared_segment() -> None:
    row = segment(owner=user())

    with pytest.raises(NotYourSegmentError):
        edit_segment(row, version=1, by=user(), at=AT, name="Mine now")
    with pytest.raises(NotYourSegmentError):
        delete_segment(row, by=user(), at=AT)
    edit_segment(row, version=1, by=user(role=Role.DIRECTOR), at=AT, name="Ours")

    assert Segment.objects.get().name == "Ours"


def test_more_steps_than_anybody_reads_are_refused() -> None:
    with pytest.raises(TooManyStepsError):
        create_segment(name="Long", steps=[EVERYBODY] * 21, by=user(), at=AT)

    assert not Segment.objects.exists()


def test_deleted_segment_leaves_its_lists_and_comes_back_with_them() -> None:
    owner = user()
    row = segment(owner=owner, steps=[EVERYBODY])
    key, kept = row.pk, frozen_list(person(), segment=row)

    delete_segment(row, by=owner, at=AT)

    kept.refresh_from_db()
    assert (Segment.objects.count(), kept.segment) == (0, None)
    undo_changes(last_entry(), by=owner, at=AT + timedelta(days=1))
    kept.refresh_from_db()
    assert (kept.segment_id, Segment.objects.get().steps) == (key, [EVERYBODY])


def test_segment_something_stands_on_is_not_deleted() -> None:
    owner = user()
    row = segment(owner=owner)
    outer = segment(steps=[Step(act="add", filter="segment", args={"segment": row.public_id})])

    with pytest.raises(SegmentInUseError):
        delete_segment(row, by=owner, at=AT)
    outer.delete()
    register_use("test", lambda each: each == row)
    with pytest.raises(SegmentInUseError):
        delete_segment(row, by=owner, at=AT)
    register_use("test", lambda _each: False)

    assert Segment.objects.get() == row


def test_freezing_keeps_whom_the_segment_meant_then() -> None:
    coordinator = user()
    ann, bo = person(), person()
    person(visibility=Visibility.TEAM)
    row = segment(steps=[EVERYBODY])

    kept = freeze(row, name="March", purpose="newsletter", by=coordinator, at=AT)
    person()
    second = freeze(row, name="March", purpose="newsletter", by=coordinator, at=AT)

    members = FrozenMember.objects.filter(frozen_list=kept).order_by("person_id").values_list("person_id", flat=True)
    assert list(members) == [ann.pk, bo.pk]
    assert (kept.count, kept.steps, kept.frozen_by, kept.frozen_at) == (2, [EVERYBODY], coordinator, AT)
    assert (second.pk != kept.pk, second.count) == (True, 3)
    assert entries() == [("segment.frozen", {"count": 2}), ("segment.frozen", {"count": 3})]


def test_segment_that_cannot_be_used_is_not_frozen() -> None:
    with pytest.raises(EmptySegmentError):
        freeze(segment(), name="x", purpose="x", by=user(), at=AT)
    with pytest.raises(SegmentUnusableError):
        freeze(segment(steps=["?"]), name="x", purpose="x", by=user(), at=AT)

    assert not FrozenList.objects.exists()


@pytest.mark.parametrize(
    ("position", "by", "expected"),
    [(1, -1, "bac"), (1, 1, "acb"), (0, -1, "abc"), (2, 5, "abc"), (9, 1, "abc"), (-1, 1, "abc")],
)
def test_moving_a_step_goes_as_far_as_there_is_room(position: int, by: int, expected: str) -> None:
    assert "".join(moved("abc", position, by)) == expected


def test_a_director_changes_a_segment_whose_owner_left() -> None:
    director, left = user(role=Role.DIRECTOR), segment(owner=None)

    saved = edit_segment(left, version=1, name="Taken over", by=director, at=AT)

    assert (saved.name, saved.owner) == ("Taken over", None)
