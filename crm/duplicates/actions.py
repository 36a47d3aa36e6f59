"""Making one of two. Everything that named the one that goes names the one that stays, and all of it can be undone."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, ForeignObjectRel, Model, UniqueConstraint

from crm.access.models import User
from crm.activity.actions import record
from crm.activity.models import ActivityEntry
from crm.activity.rules import type_key
from crm.base.locking import save_version
from crm.base.models import Versioned
from crm.changes.actions import record_change, record_changes, record_created, record_deleted
from crm.changes.rules import snapshot
from crm.duplicates.errors import AlreadyMergedError, MergeWithItselfError
from crm.duplicates.models import DuplicateLook, DuplicatePair, NotDuplicate, NotDuplicateOrganization
from crm.duplicates.queries import possible_pairs
from crm.duplicates.rules import BODY_FIELDS, PERSON_FIELDS
from crm.messaging.models import Enrolment
from crm.people.actions import refresh_search_text
from crm.people.models import ContactDetail, Membership, Organization, OtherName, Person, Post
from crm.people.rules import TERM, TERM_DATES, TERM_DETAILS, is_one_term
from crm.relationships.models import Relationship
from crm.sequences.actions import stop_enrolments

OWNERS = ("person_id", "organization_id")
SEAT = ("person_id", "member_organization_id", "organization_id", "post_id", "area_id", "on_behalf_of_id")
SIDES = ("from_person_id", "from_organization_id", "to_person_id", "to_organization_id")
# Rows that say the same thing once both belong to one owner, where the database has no constraint that says so.
SAYS_THE_SAME: dict[type[Model], tuple[str, ...]] = {
    Membership: (*SEAT, "role", "label", "legislative_period", "start_date", "end_date"),
    ContactDetail: (*OWNERS, "type", "value"),
    OtherName: (*OWNERS, "name"),
    Relationship: (*SIDES, "type_id", "start_date"),
}
DECISIONS = (DuplicatePair, NotDuplicate, NotDuplicateOrganization)


@dataclass
class Merged:
    """What a merge did: its entry, the rows that moved and that were the same twice, and those that had to stay."""

    entry: ActivityEntry
    moved: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    stayed: list[Model] = field(default_factory=list)


@transaction.atomic
def merge_people(
    survivor: Person, other: Person, *, taken: Iterable[str] = (), version: int, by: User | None, at: datetime
) -> Merged:
    """Make one person of two. `taken` names the fields whose value comes from `other`.

    The old address of `other` leads to the survivor from now on, her name becomes another name. Raises
    `StaleVersionError` when the survivor changed since `version`, `AlreadyMergedError` on a second call.
    """
    survivor, other = _both(Person, survivor, other)
    names = {survivor.name, other.name}
    merged = _merge(survivor, other, PERSON_FIELDS, taken, version=version, by=by, at=at)
    _keep_names(survivor, names, merged.entry)
    for relation in Relationship.objects.filter(from_person=survivor, to_person=survivor):
        _drop(relation, merged)
    refresh_search_text([survivor.pk, other.pk], on=at.date())
    return merged


@transaction.atomic
def merge_organizations(
    survivor: Organization,
    other: Organization,
    *,
    taken: Iterable[str] = (),
    version: int,
    by: User | None,
    at: datetime,
) -> Merged:
    """Make one body of two; posts with the same label become one. Otherwise as `merge_people`."""
    survivor, other = _both(Organization, survivor, other)
    if survivor.parent_id == other.pk:
        survivor = save_version(survivor, version=version, at=at, parent=other.parent)
        version = survivor.version
    names = {survivor.name, other.name}
    merged = _merge(survivor, other, BODY_FIELDS, taken, version=version, by=by, at=at)
    _keep_names(survivor, names, merged.entry)
    for relation in Relationship.objects.filter(from_organization=survivor, to_organization=survivor):
        _drop(relation, merged)
    members = Membership.objects.filter(organization=survivor, person__isnull=False)
    refresh_search_text(members.values_list("person_id", flat=True), on=at.date())
    return merged


@transaction.atomic
def mark_not_duplicate(first: Model, second: Model, *, by: User | None, at: datetime) -> None:
    """Remember that these are two; no list offers them as one again. The second call changes nothing."""
    model = NotDuplicate if isinstance(first, Person) else NotDuplicateOrganization
    low, high = sorted((first.pk, second.pk))
    if low == high:
        raise MergeWithItselfError
    keys = {"first_id": low, "second_id": high}
    row, made = model._default_manager.get_or_create(**keys, defaults={"decided_by": by, "decided_at": at})
    if made:
        record_created(record("duplicate.refused", first, by=by, at=at, about=(second,)), row)


@transaction.atomic
def renew_duplicate_pairs(*, at: datetime) -> int:
    """Look through everybody for people who may be one; says how many pairs there are. May be repeated."""
    DuplicatePair.objects.all().delete()
    DuplicateLook.objects.update_or_create(pk=1, defaults={"looked_at": at})
    rows = (
        DuplicatePair(first_id=first, second_id=second, score=like.score, reasons=like.reasons, found_at=at)
        for first, second, like in possible_pairs(on=at.date())
    )
    return len(DuplicatePair.objects.bulk_create(rows, batch_size=1000))


def _both(model: type[Any], survivor: Any, other: Any) -> tuple[Any, Any]:
    """Both rows, locked in the order of their keys."""
    if survivor.pk == other.pk:
        raise MergeWithItselfError
    rows = {
        row.pk: row for row in model.objects.select_for_update().filter(pk__in=(survivor.pk, other.pk)).order_by("pk")
    }
    if len(rows) < 2 or any(row.merged_into_id for row in rows.values()):
        raise AlreadyMergedError
    return rows[survivor.pk], rows[other.pk]


def _merge(
    survivor: Any,
    other: Any,
    fields: Iterable[str],
    taken: Iterable[str],
    *,
    version: int,
    by: User | None,
    at: datetime,
) -> Merged:
    verb = f"{survivor._meta.model_name}.merged"
    merged = Merged(record(verb, survivor, by=by, at=at, about=(other,), data={"from": other.pk}))
    wanted = set(taken)
    values = {name: getattr(other, name) for name in fields if name in wanted}
    before = snapshot(survivor, values)
    saved = save_version(survivor, version=version, at=at, **values)
    record_change(merged.entry, saved, before=before, after=snapshot(saved, values))
    _hand_over(other, saved, merged, by=by, at=at)
    _point(other, saved, merged.entry, at)
    _forget_pairs(other)
    return merged


def _point(other: Any, survivor: Any, entry: ActivityEntry, at: datetime) -> None:
    """`other` and whoever became `other` before lead to the survivor in one step."""
    model = type(other)
    earlier = list(model.objects.filter(merged_into=other).values_list("pk", flat=True))
    for pk in (other.pk, *earlier):
        row = model.objects.get(pk=pk)
        before = snapshot(row, ["merged_into"])
        model.objects.filter(pk=pk).update(merged_into=survivor, version=F("version") + 1, updated_at=at)
        record_change(entry, row, before=before, after={"merged_into_id": survivor.pk})


def _hand_over(other: Model, survivor: Model, merged: Merged, *, by: User | None, at: datetime) -> None:
    """Let every row that names `other` name the survivor, in whichever app it lives."""
    for relation in other._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ForeignObjectRel) or relation.many_to_many:
            continue
        model, name = relation.related_model, relation.field.name
        if model in DECISIONS or name == "merged_into":
            continue
        rows = list(model._base_manager.select_for_update().filter(**{name: other.pk}).order_by("pk"))
        moving = [row for row in rows if not _is_twice(row, name, survivor, merged, by=by, at=at)]
        _move(model, relation.field.attname, moving, other, survivor, merged)


def _is_twice(row: Model, name: str, survivor: Model, merged: Merged, *, by: User | None, at: datetime) -> bool:
    """Whether the survivor has such a row already, or is it; then this one is dropped, or stays when it is used."""
    if type(row) is type(survivor) and row.pk == survivor.pk:
        return True
    twin = _twin(row, name, survivor)
    if twin is None and isinstance(row, Membership):
        twin = _same_term(row, name, survivor)
        _take_dates(row, twin, merged)
    if twin is None:
        return False
    if isinstance(row, Enrolment):
        stop_enrolments(enrolment=row, reason="merged", by=by, at=at, entry=merged.entry)
    if isinstance(row, Post):
        _hand_over(row, twin, merged, by=by, at=at)
    if _is_used(row):
        merged.stayed.append(row)
    else:
        _drop(row, merged)
    return True


def _twin(row: Model, name: str, survivor: Model) -> Any:
    """The row of the survivor that says what this one says."""
    for columns, counts_empty in _keys(type(row)):
        column = row._meta.get_field(name).attname  # type: ignore[union-attr]
        if column not in columns:
            continue
        wanted = {each: getattr(row, each) for each in columns if each != column}
        if not counts_empty and None in wanted.values():
            continue
        found = type(row)._base_manager.filter(**{f"{column}": survivor.pk, **_lookups(wanted)}).first()
        if found is not None:
            return found
    return None


def _same_term(row: Membership, name: str, survivor: Model) -> Membership | None:
    """The survivor's membership that is this term without its dates, or with them. Of several nobody can say which."""
    seat = {each: getattr(row, each) for each in TERM}
    there = seat | {Membership._meta.get_field(name).attname: survivor.pk}  # type: ignore[union-attr]
    found, beside = (list(Membership.objects.filter(**_lookups(each))[:2]) for each in (there, seat))
    alone = len(found) == len(beside) == 1
    return found[0] if alone and is_one_term(vars(row), vars(found[0])) else None


def _take_dates(row: Membership, twin: Membership | None, merged: Merged) -> None:
    """What one of the two tells of their term and the other does not, the one that stays tells from now on."""
    told = {name: getattr(row, name) for name in (*TERM_DATES, *TERM_DETAILS)} if twin else {}
    wanted = {name: value for name, value in told.items() if value and not getattr(twin, name)}
    if twin and wanted:
        before = {name: getattr(twin, name) for name in wanted}
        Membership.objects.filter(pk=twin.pk).update(**wanted)
        record_change(merged.entry, twin, before=before, after=wanted)


def _keys(model: type[Model]) -> Iterator[tuple[tuple[str, ...], bool]]:
    if model in SAYS_THE_SAME:
        yield SAYS_THE_SAME[model], True
    for constraint in model._meta.constraints:
        if isinstance(constraint, UniqueConstraint) and constraint.fields:
            yield tuple(model._meta.get_field(each).attname for each in constraint.fields), False  # type: ignore[union-attr]


def _lookups(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        (f"{name}__isnull" if value is None else name): (True if value is None else value)
        for name, value in values.items()
    }


def _is_used(row: Model) -> bool:
    return any(
        relation.related_model._base_manager.filter(**{relation.field.name: row.pk}).exists()
        for relation in row._meta.get_fields(include_hidden=True)
        if isinstance(relation, ForeignObjectRel) and not relation.many_to_many
    )


def _drop(row: Model, merged: Merged) -> None:
    record_deleted(merged.entry, row)
    merged.dropped[type_key(row)] += 1
    type(row)._base_manager.filter(pk=row.pk).delete()


def _move(model: type[Model], column: str, rows: list[Model], other: Model, survivor: Model, merged: Merged) -> None:
    if not rows:
        return
    values: dict[str, Any] = {column: survivor.pk}
    if issubclass(model, Versioned):
        values["version"] = F("version") + 1
    for start in range(0, len(rows), 500):
        model._base_manager.filter(pk__in=[row.pk for row in rows[start : start + 500]]).update(**values)
    record_changes(merged.entry, model, [(row.pk, {column: other.pk}, {column: survivor.pk}) for row in rows])
    merged.moved[type_key(model)] += len(rows)


def _keep_names(survivor: Any, names: set[str], entry: ActivityEntry) -> None:
    """Whoever looks for the name that was given up finds the survivor."""
    owner = {"person": survivor} if isinstance(survivor, Person) else {"organization": survivor}
    for name in sorted(names - {survivor.name}):
        row, made = OtherName.objects.get_or_create(**owner, name=name[:200])
        if made:
            record_created(entry, row)


def _forget_pairs(other: Model) -> None:
    """What was found or decided about the one that is gone."""
    if isinstance(other, Person):
        for side in ("first", "second"):
            DuplicatePair.objects.filter(**{side: other}).delete()
