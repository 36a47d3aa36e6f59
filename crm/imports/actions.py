"""Applying a plan and taking a batch back: each in one transaction, with one entry on the timeline."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from json import JSONEncoder
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Model

from crm.access.models import User
from crm.activity.actions import record
from crm.activity.rules import type_key
from crm.base.models import Sourced, Versioned
from crm.changes.rules import may_still_be_undone
from crm.consent.actions import suppress_all, take_over_consents, withdraw_taken_over
from crm.imports.enums import ImportState, Outcome, RowAct
from crm.imports.errors import (
    AlreadyAppliedError,
    AlreadyUndoneError,
    BadRowsError,
    NeverAppliedError,
    StalePlanError,
    TooLateToUndoError,
)
from crm.imports.models import ImportBatch, ImportPreviewRow, ImportRow
from crm.imports.popolo import IMPORTED_WORDING, MODELS, SPECS, Tick, bad_rows, no_tick
from crm.imports.popolo_identifiers import chunks
from crm.imports.queries import Undoing, plan_undo, registry_state
from crm.imports.rules import Plan, Row, as_json, counts, same, totals, value_of
from crm.people.actions import refresh_search_text
from crm.people.models import Membership, Organization, Person

ONE_IMPORT_AT_A_TIME = 7_205_759
KEPT_PROBLEMS = 1000
PIECE = 1000
WRITTEN = (Outcome.CREATED, Outcome.UPDATED)


def apply_plan(
    plan: Plan,
    *,
    by: User | None,
    at: datetime,
    batch: ImportBatch | None = None,
    skip_bad_rows: bool = False,
    tick: Tick = no_tick,
) -> ImportBatch:
    """Do what the plan says, and nothing else: all of it or, after an error or a stop by `tick`, nothing.

    `batch` is the one this plan was previewed for; without it a new one is made. Raises `BadRowsError` when an error
    keeps rows out and they are not to be skipped, and `StalePlanError` when people, bodies or areas changed since
    the plan was made; so a second call with the same plan raises. A plan made anew then finds everything unchanged.
    """
    if not skip_bad_rows and (bad := bad_rows(plan.problems)):
        raise BadRowsError(bad)
    try:
        with transaction.atomic():
            return _apply(plan, batch or _new_batch(plan, by, at), by=by, at=at, tick=tick)
    except IntegrityError as error:
        raise StalePlanError from error


def _new_batch(plan: Plan, by: User | None, at: datetime) -> ImportBatch:
    names = {"profile": plan.batch.profile, "source_name": plan.batch.source_name, "mode": plan.mode}
    return ImportBatch(**names, created_by=by, staged_at=at)


def _apply(plan: Plan, batch: ImportBatch, *, by: User | None, at: datetime, tick: Tick) -> ImportBatch:
    wait_for_turn()
    if registry_state() != plan.state:
        raise StalePlanError
    _mark_applied(plan, batch, at)
    work = sum(row.outcome in WRITTEN for rows in plan.rows.values() for row in rows)
    done = 0
    for model in MODELS:
        for write in (_write_created, _write_updated):
            for count in write(plan, model, batch, at):
                done += count
                tick("writing", done, work)
    refresh_search_text(_people_of(plan), on=at.date())
    tick("finishing", work, work)
    refused = _keep_answers(plan, batch, at)
    record("import.applied", batch, by=by, at=at, data={"rows": work} | ({"refused": refused} if refused else {}))
    return batch


def _keep_answers(plan: Plan, batch: ImportBatch, at: datetime) -> int:
    """What the file says of mail: refusals for ever, consents only with their lawful basis."""
    refused = suppress_all(plan.batch.refusals, at=at)
    about: dict[str, Any] = {"subject": batch.public_id, "evidence": dict(plan.batch.basis), "language": batch.language}
    take_over_consents(IMPORTED_WORDING, plan.batch.subscribers, **about, at=at)
    return refused


def _mark_applied(plan: Plan, batch: ImportBatch, at: datetime) -> None:
    """One worker at most: a batch that another has applied, stopped or taken over is not ours any more."""
    values = {"state": ImportState.APPLIED, "source_hash": plan.batch.source_hash, "applied_at": at, "owner": ""}
    values |= {"report": kept_report(plan), "sentence": "", "profile": plan.batch.profile}
    owner = batch.owner
    for name, value in values.items():
        setattr(batch, name, value)
    if batch.pk is None:
        batch.save()
        return
    ours = ImportBatch.objects.filter(pk=batch.pk, state=ImportState.APPLYING, owner=owner)
    if not ours.update(**values):
        raise AlreadyAppliedError
    batch.preview_rows.all().delete()


def wait_for_turn() -> None:
    """One import at a time, until the transaction ends; SQLite has one writer anyway. The second call does nothing."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_IMPORT_AT_A_TIME])


def kept_report(plan: Plan) -> dict[str, Any]:
    """Counts and places in the file; no values, which may be personal."""
    problems = [
        {"kind": p.kind.value, "model": p.model._meta.object_name, "where": p.where, "column": p.column}
        for p in plan.problems[:KEPT_PROBLEMS]
    ]
    return {
        "counts": counts(plan),
        "totals": totals(plan.batch),
        "notes": [str(note) for note in plan.batch.notes],
        "problems": problems,
        "bad_rows": bad_rows(plan.problems),
    }


def _write_created(plan: Plan, model: type[Model], batch: ImportBatch, at: datetime) -> Iterator[int]:
    """Write what is new, parents first, in pieces; says how many rows each piece had."""
    waiting = [row for row in plan.rows[model] if row.outcome == Outcome.CREATED]
    while waiting:
        ready = [row for row in waiting if _parent_is_written(row)]
        for piece in pieces(ready):
            objects = [_new(plan, model, row, batch, at) for row in piece]
            model._default_manager.bulk_create(objects)
            for row, obj in zip(piece, objects, strict=True):
                row.pk = obj.pk
            _keep_rows(batch, RowAct.CREATED, model, ((row.pk, {}, _as_kept(row.values)) for row in piece))
            yield len(piece)
        waiting = [row for row in waiting if row.pk is None]


def pieces(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Rows in lots that are written together: memory stays flat, and a stop is heard in between."""
    left = iter(rows)
    return iter(lambda: list(islice(left, PIECE)), [])


def _as_kept(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: as_json(value) for name, value in values.items()}


def _parent_is_written(row: Row) -> bool:
    parent = row.values.get("parent_id")
    return parent is None or value_of(parent) is not None


def _new(plan: Plan, model: type[Model], row: Row, batch: ImportBatch, at: datetime) -> Any:
    values = {name: value_of(value) for name, value in row.values.items()} | dict.fromkeys(SPECS[model].stamps, at)
    values |= dict.fromkeys(SPECS[model].authors, batch.created_by_id)
    if issubclass(model, Versioned):
        values |= {"created_at": at, "updated_at": at}
    if issubclass(model, Sourced):
        values |= _origin(plan, row, at)
    return model(**values)


def _origin(plan: Plan, row: Row, at: datetime) -> dict[str, Any]:
    return {"source": plan.batch.source, "source_url": row.record.source_url, "sourced_on": at.date()}


def _write_updated(plan: Plan, model: type[Model], batch: ImportBatch, at: datetime) -> Iterator[int]:
    for piece in pieces(row for row in plan.rows[model] if row.outcome == Outcome.UPDATED):
        standing = _locked(model, (row.pk for row in piece))
        written = set[str]()
        for row in piece:
            written |= _change(plan, row, standing, at)
        objects = [standing[row.pk or 0] for row in piece]
        model._default_manager.bulk_update(objects, sorted(written), batch_size=200)
        _keep_rows(batch, RowAct.UPDATED, model, ((row.pk, *_before_and_after(row)) for row in piece))
        yield len(piece)


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
    return {name: as_json((row.existing or {})[name]) for name in row.changes}, _as_kept(row.changes)


def _keep_rows(batch: ImportBatch, act: RowAct, model: type[Model], rows: Iterable[tuple[Any, Any, Any]]) -> None:
    """Plain SQL: there is one for every row of the file, and the ORM would take a quarter of the time with them."""
    columns = ("batch_id", "act", "object_type", "object_id", "before", "after")
    kind, as_text = type_key(model), JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    table, *names = map(connection.ops.quote_name, (ImportRow._meta.db_table, *columns))
    statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(['%s'] * len(names))})"
    values = [(batch.pk, act.value, kind, pk, as_text(before), as_text(after)) for pk, before, after in rows]
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)


def _people_of(plan: Plan) -> set[int]:
    """Everybody whose search text may have changed."""
    rows = [row for rows in plan.rows.values() for row in rows if row.outcome in WRITTEN]
    owners = {value_of(row.values.get("person_id")) for row in rows}
    people = {row.pk for row in rows if row.record.model is Person}
    renamed = [row.pk for row in plan.rows[Organization] if row.outcome == Outcome.UPDATED]
    members = Membership.objects.filter(organization__in=renamed).values_list("person_id", flat=True)
    return {pk for pk in owners | people | set(members) if pk}


@transaction.atomic
def undo_import(batch: ImportBatch, *, by: User | None, at: datetime, tick: Tick = no_tick) -> Undoing:
    """Take a batch back where nothing later touched the row; the answer lists what had to stay.

    Raises `TooLateToUndoError` after 30 days and `NeverAppliedError`. The second call raises `AlreadyUndoneError`.
    """
    wait_for_turn()
    check_undoable(batch, at)
    standing = ImportBatch.objects.filter(pk=batch.pk, state__in=(ImportState.APPLIED, ImportState.UNDOING))
    if not standing.update(state=ImportState.UNDONE, undone_at=at, owner=""):
        raise AlreadyUndoneError
    batch.refresh_from_db()
    undoing = plan_undo(batch)
    tick("reading", 0, 0)
    people = _people_before(batch, undoing)
    for model, pk, values in undoing.revert:
        _set_back(model, pk, values, at)
    for model in reversed(MODELS):
        _delete(model, undoing.delete[model])
        tick("writing", 0, 0)
    refresh_search_text(people - undoing.delete[Person], on=at.date())
    withdraw_taken_over(batch.public_id, at=at)
    data = {"deleted": sum(map(len, undoing.delete.values())), "kept": len(undoing.kept)}
    record("import.undone", batch, by=by, at=at, data=data)
    return undoing


def check_undoable(batch: ImportBatch, at: datetime) -> None:
    """Raises the refusal an undo of this batch would meet at `at`."""
    if batch.applied_at is None:
        raise NeverAppliedError
    if not may_still_be_undone(batch.applied_at, at):
        raise TooLateToUndoError
    if batch.state == ImportState.UNDONE:
        raise AlreadyUndoneError


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
    """Everything that names these rows is going or gone: no cascade to look for, and no link may hold them up."""
    for chunk in chunks(sorted(pks)):
        rows: Any = model._default_manager.filter(pk__in=chunk)
        if "parent_id" in SPECS[model].values:
            rows.update(parent_id=None)
        if model is Person:
            ImportPreviewRow.objects.filter(person__in=chunk).delete()
    for chunk in chunks(sorted(pks)):
        rows = model._default_manager.filter(pk__in=chunk)
        rows._raw_delete(rows.db)
