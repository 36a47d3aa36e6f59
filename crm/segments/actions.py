"""Making, changing and freezing segments. Whoever calls has asked `rules.may_change` or `can` before."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet, Value

from crm.access.models import User
from crm.activity.actions import record
from crm.base.locking import save_version
from crm.base.rows import add_row, check_row, clean_values, insert_from
from crm.base.text import one_line
from crm.changes.actions import record_change, record_changes, record_created, record_deleted
from crm.changes.rules import snapshot
from crm.people.models import Person
from crm.segments.errors import NotYourSegmentError, SegmentInUseError, TooManyStepsError
from crm.segments.models import FrozenList, FrozenMember, Segment
from crm.segments.queries import nested_in, people_of
from crm.segments.registry import uses_of
from crm.segments.rules import MAX_STEPS, Step, may_change


@transaction.atomic
def create_segment(
    *,
    name: str,
    by: User,
    at: datetime,
    description: str = "",
    is_shared: bool = False,
    steps: Sequence[Step] = (),
) -> Segment:
    """A segment of one's own; can be undone. A second call makes a second one."""
    _check(steps)
    values = clean_values({"name": name, "description": description})
    row = Segment(owner=by, is_shared=is_shared, steps=list(steps), created_at=at, updated_at=at, **values)
    segment = add_row(row)
    record_created(record("segment.created", segment, by=by, at=at, data={"steps": len(steps)}), segment)
    return segment


@transaction.atomic
def edit_segment(segment: Segment, *, version: int, by: User, at: datetime, **fields: Any) -> Segment:
    """Change name, description, steps or who sees it; can be undone.

    A second call with the same version raises `StaleVersionError`. Raises `NotYourSegmentError` for anybody but
    the owner and the directors.
    """
    if not may_change(by, segment):
        raise NotYourSegmentError
    _check(fields.get("steps", ()))
    values = clean_values(fields)
    standing = Segment.objects.select_for_update().get(pk=segment.pk)
    check_row(standing, **values)
    before = snapshot(standing, values)
    saved = save_version(segment, version=version, at=at, **values)
    entry = record("segment.edited", saved, by=by, at=at, data={"fields": sorted(values)})
    record_change(entry, saved, before=before, after=snapshot(saved, values))
    return saved


@transaction.atomic
def delete_segment(segment: Segment, *, by: User, at: datetime) -> None:
    """Forget a segment nothing uses; lists frozen from it stay. Can be undone.

    Raises `NotYourSegmentError`, or `SegmentInUseError` while something runs on it or another segment names it.
    """
    if not may_change(by, segment):
        raise NotYourSegmentError
    Segment.objects.select_for_update().get(pk=segment.pk)
    if nested_in(segment) or any(uses_of(segment)):
        raise SegmentInUseError
    entry = record("segment.deleted", segment, by=by, at=at)
    lists = FrozenList.objects.filter(segment=segment)
    mine, gone = {"segment_id": segment.pk}, {"segment_id": None}
    record_changes(entry, FrozenList, [(pk, mine, gone) for pk in lists.values_list("pk", flat=True)])
    record_deleted(entry, segment)
    lists.update(segment=None)
    segment.delete()


@transaction.atomic
def freeze(segment: Segment, *, name: str, purpose: str, by: User, at: datetime) -> FrozenList:
    """Keep whom the segment means for `by` now. The second call makes a second list.

    Raises `SegmentUnusableError` or `EmptySegmentError`. A list of nobody is a list too.
    """
    return freeze_people(people_of(segment, by, at.date()), segment=segment, name=name, purpose=purpose, by=by, at=at)


@transaction.atomic
def freeze_people(
    people: QuerySet[Person], *, segment: Segment | None, name: str, purpose: str, by: User, at: datetime
) -> FrozenList:
    """Keep exactly these people, with the segment they come from. One statement however many they are."""
    row = FrozenList(
        segment=segment,
        name=one_line(name, limit=150),
        steps=segment.steps if segment else [],
        purpose=one_line(purpose, limit=200),
        count=0,
        frozen_by=by,
        frozen_at=at,
    )
    frozen = add_row(row)
    members = people.order_by().values_list(Value(frozen.pk), "pk")
    frozen.count = insert_from(FrozenMember, ("frozen_list_id", "person_id"), members)
    frozen.save(update_fields=["count"])
    record("segment.frozen", frozen, by=by, at=at, about=[segment], data={"count": frozen.count})
    return frozen


def add_to_frozen(frozen: FrozenList, keys: Sequence[int]) -> None:
    """Keep more people in a list that is still being made. A person in it already raises IntegrityError."""
    FrozenMember.objects.bulk_create((FrozenMember(frozen_list=frozen, person_id=pk) for pk in keys), batch_size=500)
    FrozenList.objects.filter(pk=frozen.pk).update(count=F("count") + len(keys))


def _check(steps: Sequence[Any]) -> None:
    if len(steps) > MAX_STEPS:
        raise TooManyStepsError
