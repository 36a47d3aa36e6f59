"""Keeping what a row was before an act, and taking the act back."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import F, ForeignObjectRel, Model, ProtectedError, QuerySet
from django.utils.translation import gettext_lazy as _

from crm.access.models import User
from crm.activity.actions import link_all, record
from crm.activity.models import ActivityEntry
from crm.activity.rules import type_key
from crm.base.errors import NotAllowedError
from crm.base.models import Timestamped, Versioned
from crm.changes.enums import ChangeAct
from crm.changes.errors import NothingToUndoError, TooLateToUndoError
from crm.changes.models import Change
from crm.changes.queries import may_undo
from crm.changes.registry import after_undo
from crm.changes.rules import as_column, difference, may_still_be_undone, snapshot

CHANGED_SINCE = _("It was changed again since; set it back by hand.")
TOGETHER = 500
IN_USE = _("Something else refers to it now; take that away first.")


def record_change(entry: ActivityEntry, row: Model, *, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Keep the columns of `row` that an act changed; keeps nothing when none did. A second call keeps it twice."""
    old, new = difference(before, after)
    if new:
        _keep(entry, ChangeAct.UPDATED, row, old, new)


def record_created(entry: ActivityEntry, row: Model) -> None:
    """Keep that an act added `row`, so that it can be taken back."""
    _keep(entry, ChangeAct.CREATED, row, {}, snapshot(row))


def record_deleted(entry: ActivityEntry, row: Model) -> None:
    """Keep all of `row` before an act deletes it; call it before the delete."""
    _keep(entry, ChangeAct.DELETED, row, snapshot(row), {})


def _keep(entry: ActivityEntry, act: ChangeAct, row: Model, before: Any, after: Any) -> None:
    Change.objects.create(entry=entry, act=act, object_type=type_key(row), object_id=row.pk, before=before, after=after)


def record_changes(
    entry: ActivityEntry, model: type[Model], changed: Iterable[tuple[int, dict[str, Any], dict[str, Any]]]
) -> None:
    """Keep many changes of one model at once: (key, columns before, columns after)."""
    kind = type_key(model)
    Change.objects.bulk_create(
        (
            Change(entry=entry, act=ChangeAct.UPDATED, object_type=kind, object_id=pk, before=old, after=new)
            for pk, old, new in changed
        ),
        batch_size=1000,
    )


@dataclass
class Undone:
    """What taking an act back did: its own entry, how many rows were set back, which stayed and why.

    `last` is the key of the oldest change looked at.
    """

    entry: ActivityEntry
    set_back: int = 0
    kept: list[tuple[Change, Any]] = field(default_factory=list)
    last: int | None = None


@transaction.atomic
def undo_changes(entry: ActivityEntry, *, by: User | None, at: datetime) -> Undone:
    """Set every row back to what it was before `entry`, where nothing changed it since; the rest is listed.

    Raises `TooLateToUndoError` after 30 days. The second call raises `NothingToUndoError`, unless rows were
    kept the first time and have become free.
    """
    _check_time(entry, at)
    changes = list(_open_changes(entry))
    if not changes:
        raise NothingToUndoError
    undone = Undone(record("change.undone", entry, by=by, at=at, about=_rows(changes)))
    _set_all_back(changes, undone, at)
    return undone


@transaction.atomic
def begin_undo(entry: ActivityEntry, *, by: User, at: datetime) -> tuple[ActivityEntry, int]:
    """Record that an act is taken back part by part; that entry, and how many changes there are. Sets nothing back.

    A second call records a second entry: callers look first whether one is under way. Raises as `undo_changes`.
    """
    _check_time(entry, at)
    count = _open_changes(entry).count()
    if not count:
        raise NothingToUndoError
    return record("change.undone", entry, by=by, at=at), count


@transaction.atomic
def undo_part(entry: ActivityEntry, *, into: ActivityEntry, below: int | None, by: User, at: datetime) -> Undone:
    """Set the next 500 changes back, the newest first, and show that on the timelines of their rows.

    `below` is the `last` of the part before; at the end a part has none. What an earlier call took back is not
    met again. Raises `NotAllowedError` when `by` may no longer see or change one of the rows.
    """
    rest = _open_changes(entry)
    changes = list((rest if below is None else rest.filter(pk__lt=below))[:TOGETHER])
    undone = Undone(into)
    if not changes:
        return undone
    if not may_undo(changes, by):
        raise NotAllowedError
    for kind, pks in _keys(changes).items():
        link_all(into, kind, apps.get_model(kind)._base_manager.filter(pk__in=pks).values_list("pk", flat=True))
    _set_all_back(changes, undone, at)
    undone.last = changes[-1].pk
    return undone


def _check_time(entry: ActivityEntry, at: datetime) -> None:
    if not may_still_be_undone(entry.occurred_at, at):
        raise TooLateToUndoError


def _open_changes(entry: ActivityEntry) -> QuerySet[Change]:
    return Change.objects.select_for_update().filter(entry=entry, undone_in=None).order_by("-id")


def _set_all_back(changes: list[Change], undone: Undone, at: datetime) -> None:
    touched: dict[str, list[Change]] = defaultdict(list)
    for part in _parts(changes):
        reasons = _set_back_many(part, at) if len(part) > 1 else {part[0].pk: _set_back(part[0], at)}
        undone.kept += [(change, reasons[change.pk]) for change in part if reasons[change.pk] is not None]
        done = [change for change in part if reasons[change.pk] is None]
        undone.set_back += len(done)
        touched[part[0].object_type] += done
        Change.objects.filter(pk__in=[change.pk for change in done]).update(undone_in=undone.entry)
    for kind, set_back in touched.items():
        if follow := after_undo(kind):
            follow(set_back, at)


def _keys(changes: Iterable[Change]) -> dict[str, set[int]]:
    by_kind: dict[str, set[int]] = defaultdict(set)
    for change in changes:
        by_kind[change.object_type].add(change.object_id)
    return by_kind


def _rows(changes: Iterable[Change]) -> Iterable[Model]:
    for kind, pks in _keys(changes).items():
        yield from apps.get_model(kind)._default_manager.filter(pk__in=pks)


def _parts(changes: list[Change]) -> Iterator[list[Change]]:
    """The changes in their order, cut so that edits of different rows of one model, which may go together, do."""
    part: list[Change] = []
    rows: set[int] = set()
    for change in changes:
        edits = change.act == ChangeAct.UPDATED and bool(part) and part[0].act == ChangeAct.UPDATED
        same = edits and change.object_type == part[0].object_type and change.object_id not in rows
        if part and not (same and len(part) < TOGETHER):
            yield part
            part, rows = [], set()
        part.append(change)
        rows.add(change.object_id)
    if part:
        yield part


def _set_back_many(changes: list[Change], at: datetime) -> dict[int, Any]:
    """Do it for edits of different rows of one model, those alike in one statement; the reasons by change."""
    model = apps.get_model(changes[0].object_type)
    manager = model._default_manager
    rows = manager.select_for_update().in_bulk([change.object_id for change in changes])
    reasons: dict[int, Any] = {}
    alike: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        row = rows.get(change.object_id)
        if row is None or not _is_as_left(change, row):
            reasons[change.pk] = CHANGED_SINCE
        else:
            alike[json.dumps(change.before, sort_keys=True)].append(change)
    more = {"version": F("version") + 1, "updated_at": at} if issubclass(model, Versioned) else {}
    for group in alike.values():
        values = {name: as_column(model, name, value) for name, value in group[0].before.items()}
        try:
            with transaction.atomic():
                manager.filter(pk__in=[change.object_id for change in group]).update(**values, **more)
        except IntegrityError:
            reasons |= {change.pk: _set_back(change, at) for change in group}
        else:
            reasons |= dict.fromkeys((change.pk for change in group), None)
    return reasons


def _is_as_left(change: Change, row: Model) -> bool:
    """Whether nothing changed the columns since."""
    return all(getattr(row, name) == as_column(type(row), name, value) for name, value in change.after.items())


def _set_back(change: Change, at: datetime) -> Any:
    """Do it; None when done, else the sentence why not."""
    model = apps.get_model(change.object_type)
    rows = model._default_manager.select_for_update().filter(pk=change.object_id)
    values = {name: as_column(model, name, value) for name, value in change.before.items()}
    if change.act == ChangeAct.DELETED:
        stamp = {"updated_at": at} if issubclass(model, Timestamped) else {}
        return _put_back(model(pk=change.object_id, **values, **stamp))
    row = rows.first()
    if row is None or not _is_as_left(change, row):
        return CHANGED_SINCE
    if change.act == ChangeAct.CREATED:
        return _take_away(row)
    more = {"version": F("version") + 1, "updated_at": at} if isinstance(row, Versioned) else {}
    try:
        with transaction.atomic():
            rows.update(**values, **more)
    except IntegrityError:
        return CHANGED_SINCE
    return None


def _put_back(row: Model) -> Any:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return CHANGED_SINCE
    return None


def _take_away(row: Model) -> Any:
    """Delete a row nothing refers to; Django would take what hangs on it away too, so look first."""
    for relation in row._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel) and not relation.many_to_many:
            name = relation.field.name
            if relation.related_model._base_manager.filter(**{name: row.pk}).exists():
                return IN_USE
    try:
        with transaction.atomic():
            row.delete()
    except (IntegrityError, ProtectedError):
        return IN_USE
    return None
