"""Applying a plan and taking a batch back: each in one transaction, with one entry on the timeline."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Model

from crm.access.models import User
from crm.activity.actions import record
from crm.activity.rules import type_key
from crm.base.models import Sourced, Versioned
from crm.imports.enums import ImportState, Outcome, RowAct
from crm.imports.errors import AlreadyUndoneError, StalePlanError
from crm.imports.models import ImportBatch, ImportRow
from crm.imports.popolo import MODELS
from crm.imports.queries import Undoing, chunks, plan_undo, registry_state
from crm.imports.rules import SPECS, Plan, Row, as_json, counts, same, totals, value_of
from crm.people.actions import refresh_search_text
from crm.people.models import Membership, Organization, Person

ONE_IMPORT_AT_A_TIME = 7_205_759
KEPT_PROBLEMS = 1000


@transaction.atomic
def apply_plan(plan: Plan, *, by: User | None, at: datetime) -> ImportBatch:
    """Do what the plan says, and nothing else.

    Raises `StalePlanError` when people, bodies or areas changed since the plan was made; so a second call
    with the same plan raises. A plan made anew then finds everything unchanged.
    """
    wait_for_turn()
    if registry_state() != plan.state:
        raise StalePlanError
    batch = ImportBatch.objects.create(
        profile=plan.batch.profile,
        source_name=plan.batch.source_name,
        source_hash=plan.batch.source_hash,
        mode=plan.mode,
        report=_kept_report(plan),
        created_by=by,
        applied_at=at,
    )
    for model in MODELS:
        _write_created(plan, model, batch, at)
        _write_updated(plan, model, batch, at)
    refresh_search_text(_people_of(plan), on=at.date())
    record("import.applied", batch, by=by, at=at, data={"rows": batch.rows.count()})
    return batch


def wait_for_turn() -> None:
    """One import at a time, until the transaction ends; SQLite has one writer anyway. The second call does nothing."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_IMPORT_AT_A_TIME])


def _kept_report(plan: Plan) -> dict[str, Any]:
    """Counts and places in the file; no values, which may be personal."""
    problems = [
        {"kind": p.kind.value, "model": p.model._meta.object_name, "where": p.where, "column": p.column}
        for p in plan.problems[:KEPT_PROBLEMS]
    ]
    return {
        "counts": counts(plan),
        "totals": totals(plan.batch),
        "notes": list(plan.batch.notes),
        "problems": problems,
    }


def _write_created(plan: Plan, model: type[Model], batch: ImportBatch, at: datetime) -> None:
    rows = [row for row in plan.rows[model] if row.outcome == Outcome.CREATED]
    waiting = rows
    while waiting:
        ready = [row for row in waiting if _parent_is_written(row)]
        objects = [_new(plan, model, row, at) for row in ready]
        model._default_manager.bulk_create(objects, batch_size=1000)
        for row, obj in zip(ready, objects, strict=True):
            row.pk = obj.pk
        waiting = [row for row in waiting if row.pk is None]
    _keep_rows(
        batch,
        (
            (RowAct.CREATED, model, row.pk, {}, {name: as_json(value) for name, value in row.values.items()})
            for row in rows
        ),
    )


def _parent_is_written(row: Row) -> bool:
    parent = row.values.get("parent_id")
    return parent is None or value_of(parent) is not None


def _new(plan: Plan, model: type[Model], row: Row, at: datetime) -> Any:
    values = {name: value_of(value) for name, value in row.values.items()}
    if issubclass(model, Versioned):
        values |= {"created_at": at, "updated_at": at}
    if issubclass(model, Sourced):
        values |= _origin(plan, row, at)
    return model(**values)


def _origin(plan: Plan, row: Row, at: datetime) -> dict[str, Any]:
    return {"source": plan.batch.source, "source_url": row.record.source_url, "sourced_on": at.date()}


def _write_updated(plan: Plan, model: type[Model], batch: ImportBatch, at: datetime) -> None:
    rows = [row for row in plan.rows[model] if row.outcome == Outcome.UPDATED]
    if not rows:
        return
    standing = _locked(model, (row.pk for row in rows))
    written = set[str]()
    for row in rows:
        written |= _change(plan, row, standing, at)
    objects = [standing[row.pk or 0] for row in rows]
    model._default_manager.bulk_update(objects, sorted(written), batch_size=200)
    _keep_rows(batch, ((RowAct.UPDATED, model, row.pk, *_before_and_after(row)) for row in rows))


def _locked(model: type[Model], pks: Iterable[int | None]) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for chunk in chunks(pks):
        found |= model._default_manager.select_for_update().order_by().in_bulk(chunk)
    return found


def _change(plan: Plan, row: Row, standing: dict[int, Any], at: datetime) -> set[str]:
    """Set the new values on the locked row. Raises `StalePlanError` when it no longer is what the plan compared."""
    obj, existing = standing.get(row.pk or 0), row.existing or {}
    if obj is None or any(not same(getattr(obj, name), existing[name]) for name in row.changes):
        raise StalePlanError
    values = {name: value_of(value) for name, value in row.changes.items()}
    if isinstance(obj, Versioned):
        values |= {"version": obj.version + 1, "updated_at": at}
    if isinstance(obj, Sourced):
        values |= _origin(plan, row, at)
    for name, value in values.items():
        setattr(obj, name, value)
    return {obj._meta.get_field(name).name for name in values}


def _before_and_after(row: Row) -> tuple[dict[str, Any], dict[str, Any]]:
    before = {name: as_json((row.existing or {})[name]) for name in row.changes}
    return before, {name: as_json(value) for name, value in row.changes.items()}


def _keep_rows(batch: ImportBatch, rows: Iterable[tuple[RowAct, type[Model], Any, Any, Any]]) -> None:
    ImportRow.objects.bulk_create(
        (
            ImportRow(batch=batch, act=act, object_type=type_key(model), object_id=pk, before=before, after=after)
            for act, model, pk, before, after in rows
        ),
        batch_size=1000,
    )


def _people_of(plan: Plan) -> set[int]:
    """Everybody whose search text may have changed."""
    written = (Outcome.CREATED, Outcome.UPDATED)
    rows = [row for rows in plan.rows.values() for row in rows if row.outcome in written]
    owners = {value_of(row.values.get("person_id")) for row in rows}
    people = {row.pk for row in rows if row.record.model is Person}
    renamed = [row.pk for row in plan.rows[Organization] if row.outcome == Outcome.UPDATED]
    members = Membership.objects.filter(organization__in=renamed).values_list("person_id", flat=True)
    return {pk for pk in owners | people | set(members) if pk}


@transaction.atomic
def undo_import(batch: ImportBatch, *, by: User | None, at: datetime) -> Undoing:
    """Take a batch back where nothing later touched the row; the answer lists what had to stay.

    The second call raises `AlreadyUndoneError`.
    """
    wait_for_turn()
    applied = ImportBatch.objects.filter(pk=batch.pk, state=ImportState.APPLIED)
    if not applied.update(state=ImportState.UNDONE, undone_at=at):
        raise AlreadyUndoneError
    batch.refresh_from_db()
    undoing = plan_undo(batch)
    people = _people_before(batch, undoing)
    for model, pk, values in undoing.revert:
        _set_back(model, pk, values, at)
    for model in reversed(MODELS):
        _delete(model, undoing.delete[model])
    refresh_search_text(people - undoing.delete[Person], on=at.date())
    data = {"deleted": sum(map(len, undoing.delete.values())), "kept": len(undoing.kept)}
    record("import.undone", batch, by=by, at=at, data=data)
    return undoing


def _people_before(batch: ImportBatch, undoing: Undoing) -> set[int]:
    reverted = {pk for model, pk, _values in undoing.revert if model is Person}
    written = batch.rows.filter(after__has_key="person_id").values_list("after__person_id", flat=True)
    return reverted | {pk for pk in written if pk}


def _set_back(model: type[Model], pk: int, values: dict[str, Any], at: datetime) -> None:
    changes: dict[str, Any] = dict(values)
    if issubclass(model, Versioned):
        changes |= {"version": F("version") + 1, "updated_at": at}
    model._default_manager.filter(pk=pk).update(**changes)


def _delete(model: type[Model], pks: set[int]) -> None:
    """Everything that names these rows is going or gone, so a link between two of them must not hold them up."""
    for chunk in chunks(sorted(pks)):
        rows = model._default_manager.filter(pk__in=chunk)
        if "parent_id" in SPECS[model].values:
            rows.update(parent_id=None)
    for chunk in chunks(sorted(pks)):
        model._default_manager.filter(pk__in=chunk).delete()
