"""What stands here already, and the plan that compares it with a source. Nothing is written."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import ForeignObjectRel, Max, Model
from django.utils.translation import gettext as _

from crm.activity.models import ActivityEntry, ActivityLink
from crm.activity.rules import type_key
from crm.changes.models import Change
from crm.imports.enums import ImportMode, ImportState, Outcome, ProblemKind, RowAct
from crm.imports.models import ImportBatch, ImportPreviewRow, ImportRow
from crm.imports.ocd import generations
from crm.imports.ocd_rows import also_changed, rows_elsewhere
from crm.imports.popolo import MODELS, SPECS, Batch, Tick, no_tick
from crm.imports.popolo_identifiers import Owners, chunks, identifiers_here, suggest
from crm.imports.popolo_terms import undated_pairs
from crm.imports.rules import (
    Existing,
    Plan,
    Row,
    Word,
    as_json,
    compare,
    decide,
    key_of,
    pairs,
    same,
    take,
    value_of,
)
from crm.people.models import ContactDetail, Identifier, Membership, Office, Person
from crm.places.models import Area
from crm.tags.models import TagGroup

# Entries about an import that changed nothing in the registry.
SAID_OF_FILES = ("import.staged", "import.cancelled", "import.discarded", "import.failed")
# Rows that hold nobody back: the preview of another import goes with whom it names.
PASSING = (ImportPreviewRow,)
WATCHED = (Membership, ContactDetail, Office)
OWNERS = ("person_id", "organization_id", "area_id", "from_area_id", "group_id")


def registry_state() -> tuple[Any, ...]:
    """Changes whenever an action changes people, bodies or areas: a plan made before is stale then."""
    kinds = [*map(type_key, MODELS), type_key(ImportBatch)]
    entries = ActivityEntry.objects.filter(object_type__in=kinds).exclude(verb__in=SAID_OF_FILES)
    changes = Change.objects.filter(object_type__in=kinds)
    return tuple(rows.order_by().aggregate(Max("id"))["id__max"] for rows in (entries, changes))


def plan_import(batch: Batch, *, mode: ImportMode, tick: Tick = no_tick) -> Plan:
    """Work out what a run would do; `apply_plan` then does exactly this."""
    plan = Plan(batch, mode, registry_state())
    plan.problems.extend(batch.problems)
    owners = Owners(batch)
    plan.targets |= rows_elsewhere(batch)
    for model in MODELS:
        tick("comparing", sum(map(len, plan.rows.values())), len(batch.records))
        rows = [take(plan, record) for record in batch.of(model)]
        if SPECS[model].key:
            _compare_by_key(plan, model, [row for row in rows if row.outcome != Outcome.REFUSED])
        else:
            _compare_by_identifier(plan, model, rows, owners)
        _decide(plan, model, [row for row in rows if row.changes and row.outcome != Outcome.REFUSED])
        if mode != ImportMode.SKIP:
            plan.rows[model] += also_changed(plan, model)
    return plan


def _decide(plan: Plan, model: type[Model], rows: list[Row]) -> None:
    written = last_written(model, [row.pk for row in rows if row.pk])
    for row in rows:
        decide(plan, row, written.get(row.pk or 0, {}))


def last_written(model: type[Model], pks: Iterable[int]) -> dict[int, dict[str, Word]]:
    """What imports that still count wrote into these rows, by column, the latest word each."""
    found: dict[int, dict[str, Word]] = defaultdict(dict)
    rows = ImportRow.objects.filter(object_type=type_key(model), batch__state=ImportState.APPLIED).order_by("id")
    for chunk in chunks(pks):
        words = rows.filter(object_id__in=chunk).values_list("object_id", "after", "batch__profile")
        for pk, after, profile in words:
            found[pk] |= {column: Word(value, profile) for column, value in after.items()}
    return found


def _compare_by_identifier(plan: Plan, model: type[Model], rows: list[Row], owners: Owners) -> None:
    column = "person_id" if model is Person else "organization_id"
    found: dict[int, Row] = {}
    for row in rows:
        pks = owners.pks(row.record.ref, column)
        if row.outcome == Outcome.REFUSED:
            continue
        if not owners.is_told_apart(row.record.ref):
            sentence = _("It has no id of its own, so the next import could not find it again; add one in the file.")
            plan.refuse(ProblemKind.ERROR, row, "identifier", "", sentence)
        elif len(pks) > 1:
            sentence = _("Its ids belong to several rows here; merge those, then import again.")
            plan.refuse(ProblemKind.CONFLICT, row, "identifier", "", sentence)
        elif pks & found.keys() and plan.batch.joins_by_email:
            row.pk = next(iter(pks))
            _join_twin(plan, row, found[row.pk])
        elif pks & found.keys():
            _refuse_twin(plan, row)
        elif pks:
            found[next(iter(pks))] = row
    standing = {known["pk"]: known for known in _rows(model, "pk", found)}
    for pk, row in found.items():
        compare(plan, row, standing.get(pk))
    if model is Person and plan.batch.joins_by_email:
        suggest(plan, rows)


def _compare_by_key(plan: Plan, model: type[Model], rows: list[Row]) -> None:
    spec = SPECS[model]
    standing = _standing(model, rows)
    keyed = [(key_of(spec.key, known), known) for known in standing]
    if model is Area:
        keyed = generations([row.values for row in rows], keyed)
    for row, known, is_twin in pairs(spec, rows, keyed):
        if is_twin:
            _refuse_twin(plan, row)
        else:
            compare(plan, row, known)
    if model is Membership:
        for row, known in list(undated_pairs(rows, standing)):
            compare(plan, row, known)
    if spec.own_key:
        _compare_by_own_key(plan, model, rows, standing)
    _note_missing(plan, model, rows, standing)


def _join_twin(plan: Plan, row: Row, first: Row) -> None:
    """Two rows of a list are one person here: what hangs on the second is added, its own columns are not."""
    row.outcome = Outcome.UNCHANGED
    sentence = _("Here this is the person of %(row)s; only what is new about that person was taken.")
    plan.report(ProblemKind.ERROR, row, "", "", sentence % {"row": first.record.ref})


def _refuse_twin(plan: Plan, row: Row) -> None:
    if plan.batch.joins_by_email:
        row.outcome = Outcome.REFUSED
        return
    plan.refuse(ProblemKind.ERROR, row, "", "", _("The file says this twice; keep one of the two rows."))


def _compare_by_own_key(plan: Plan, model: type[Model], rows: list[Row], standing: list[Existing]) -> None:
    """Find rows of earlier imports whose value changed at the source."""
    spec, matched = SPECS[model], {row.pk for row in rows if row.existing}
    free = [known for known in standing if known["pk"] not in matched]
    written = last_written(model, [known["pk"] for known in free])
    own = {key_of(spec.own_key, known): known for known in free if known["pk"] in written}
    for row in rows:
        if row.existing is None and row.outcome != Outcome.REFUSED:
            compare(plan, row, own.pop(key_of(spec.own_key, row.values), None))


def _note_missing(plan: Plan, model: type[Model], rows: list[Row], standing: list[Existing]) -> None:
    if plan.batch.is_complete and model in WATCHED:
        matched = {row.pk for row in rows}
        ours = (known["pk"] for known in standing if known["source"] == plan.batch.source)
        plan.missing += [(model, pk) for pk in ours if pk not in matched]


def _standing(model: type[Model], rows: list[Row]) -> list[Existing]:
    """The rows here that a row of the file could be: those of the same owners, or with the same identifier."""
    if model is Area:
        return list(_rows(model, "identifier", (row.values["identifier"] for row in rows)))
    if model is TagGroup:
        return list(_rows(model, "key", (row.values["key"] for row in rows)))
    if model is Identifier:
        named = ([(row.values["scheme"], row.values["identifier"])] for row in rows)
        return list(identifiers_here(named))
    found: dict[int, Existing] = {}
    for column in _owner_columns(model):
        owners = (value_of(row.values.get(column)) for row in rows)
        found |= {known["pk"]: known for known in _rows(model, column, owners)}
    return list(found.values())


def _owner_columns(model: type[Model]) -> tuple[str, ...]:
    if model is Membership:
        return ("person_id", "member_organization_id")
    return tuple(column for column in SPECS[model].key if column in OWNERS)


def _rows(model: type[Model], column: str, values: Iterable[Any]) -> Iterator[Existing]:
    spec = SPECS[model]
    extra = ("source",) if model in WATCHED else ()
    columns = dict.fromkeys(("pk", *spec.key, *spec.values, *extra))
    for chunk in chunks(value for value in values if value):
        yield from model._default_manager.filter(**{f"{column}__in": chunk}).order_by().values(*columns)


@dataclass(slots=True)
class Undoing:
    """What taking a batch back would do: rows to delete, columns to set back, rows to leave with the reason."""

    delete: dict[type[Model], set[int]] = field(default_factory=lambda: {model: set() for model in MODELS})
    revert: list[tuple[type[Model], int, dict[str, Any]]] = field(default_factory=list)
    kept: list[tuple[type[Model], int, str]] = field(default_factory=list)


def plan_undo(batch: ImportBatch) -> Undoing:
    """The inverse of a batch where nothing later touched the row, and what has to stay."""
    undoing = Undoing()
    for model in MODELS:
        rows = list(batch.rows.filter(object_type=type_key(model)).order_by("id"))
        now = {known["pk"]: known for known in _now(model, rows)}
        touched = _touched(model, now, batch)
        for row in rows:
            if row.object_id in now:
                _undo_row(undoing, model, row, now[row.object_id], touched)
    _keep_what_is_used(undoing)
    return undoing


def _now(model: type[Model], rows: list[ImportRow]) -> Iterator[Existing]:
    columns = dict.fromkeys(("pk", *SPECS[model].key, *(column for row in rows for column in row.after)))
    for chunk in chunks(row.object_id for row in rows):
        yield from model._default_manager.filter(pk__in=chunk).order_by().values(*columns)


def _undo_row(undoing: Undoing, model: type[Model], row: ImportRow, now: Existing, touched: set[int]) -> None:
    columns = [column for column, value in row.after.items() if same(as_json(now[column]), value)]
    whole = len(columns) == len(row.after)
    if row.act == RowAct.UPDATED and columns:
        undoing.revert.append((model, row.object_id, {column: row.before[column] for column in columns}))
    elif row.act == RowAct.CREATED and whole and row.object_id not in touched:
        undoing.delete[model].add(row.object_id)
    if not whole or (row.act == RowAct.CREATED and row.object_id in touched):
        undoing.kept.append((model, row.object_id, _("It was changed or worked with after the import.")))


def _touched(model: type[Model], pks: Iterable[int], batch: ImportBatch) -> set[int]:
    """Rows with an entry on their timeline, or written to by a later import that still counts."""
    kind, found = type_key(model), set[int]()
    later = ImportRow.objects.filter(object_type=kind, batch__state=ImportState.APPLIED, batch__id__gt=batch.pk)
    for chunk in chunks(pks):
        found |= set(later.filter(object_id__in=chunk).values_list("object_id", flat=True))
        entries = ActivityEntry.objects.filter(object_type=kind, object_id__in=chunk)
        found |= set(entries.values_list("object_id", flat=True))
        links = ActivityLink.objects.filter(target_type=kind, target_id__in=chunk)
        found |= set(links.values_list("target_id", flat=True))
    return found


def _keep_what_is_used(undoing: Undoing) -> None:
    """Leave every row that a row which stays names; what it names in turn stays too."""
    sentence = _("Something added after the import belongs to it.")
    spared = True
    while spared:
        spared = False
        for model, pks in undoing.delete.items():
            used = _used(model, pks, undoing)
            pks -= used
            undoing.kept += [(model, pk, sentence) for pk in sorted(used)]
            spared = spared or bool(used)


def _used(model: type[Model], pks: set[int], undoing: Undoing) -> set[int]:
    found = set[int]()
    reverted = {(other, pk, column) for other, pk, values in undoing.revert for column in values}
    for relation in model._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ForeignObjectRel) or relation.many_to_many or relation.related_model in PASSING:
            continue
        other, name = relation.related_model, relation.field.name
        going = undoing.delete.get(other, set())
        for chunk in chunks(pks):
            used = other._base_manager.filter(**{f"{name}__in": chunk}).values_list("pk", f"{name}_id")
            found |= {target for pk, target in used if pk not in going and (other, pk, f"{name}_id") not in reverted}
    return found
