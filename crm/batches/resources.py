"""A plan as rows to look at, as one number to compare, and its problems as a table to download."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Model
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.base.text import safe_cell
from crm.batches.queries import Progress
from crm.imports.enums import WORKING, Outcome, PreviewKind
from crm.imports.models import ImportBatch, ImportPreviewRow
from crm.imports.popolo import MODELS, Problem
from crm.imports.registry import foreseen_rows
from crm.imports.rules import Plan, Row, as_json, value_of
from crm.people.models import Person

STEPS = {
    "": gettext_lazy("Waiting for its turn…"),
    "starting": gettext_lazy("Starting…"),
    "reading": gettext_lazy("Reading…"),
    "comparing": gettext_lazy("Comparing with what is here…"),
    "writing": gettext_lazy("Writing…"),
    "finishing": gettext_lazy("Finishing…"),
}

# How many rows of a kind the preview keeps per table. Problems are kept all.
SAMPLES = {PreviewKind.CREATED: 200, PreviewKind.UNCHANGED: 50, PreviewKind.UPDATED: 5000}


def plan_digest(plan: Plan) -> str:
    """The same for two plans that would do exactly the same to the same rows, whatever they are worked out from."""
    digest = hashlib.sha256(f"{plan.mode}".encode())
    for model, rows in plan.rows.items():
        for row in rows:
            columns = row.changes if row.outcome == Outcome.UPDATED else row.values
            told = [(name, _target(value)) for name, value in columns.items()]
            digest.update(repr((model.__name__, row.record.ref, row.outcome.value, row.pk, told)).encode())
    for problem in plan.problems:
        digest.update(repr((problem.kind.value, problem.where, problem.column, problem.value)).encode())
    digest.update(repr(sorted((model.__name__, pk) for model, pk in plan.missing)).encode())
    return digest.hexdigest()


def _target(value: Any) -> Any:
    """A link by the name of its row: numbers of rows that are still to be made are not known."""
    return value.record.ref if isinstance(value, Row) else as_json(value)


def preview_of(plan: Plan, batch: ImportBatch) -> Iterator[ImportPreviewRow]:
    """The rows a person looks at: everything that is wrong, everything that changes, samples of the rest."""
    found = (*_problems(plan), *_outcomes(plan), *_missing(plan), *foreseen_rows(plan))
    for number, values in enumerate(found):
        yield ImportPreviewRow(batch=batch, number=number, **values)


def _problems(plan: Plan) -> Iterator[dict[str, Any]]:
    owners = {(row.record.model, row.record.ref): row for rows in plan.rows.values() for row in rows}
    for problem in plan.problems:
        row = owners.get((problem.model, problem.where))
        yield {
            "kind": PreviewKind(problem.kind.value),
            "model": _name(problem.model),
            "where": problem.where[:500],
            "person_id": _person(row) if row else None,
            "column": problem.column[:100],
            "value": str(problem.value)[:200],
            "sentence": _told(problem),
            "changes": _standing(row, problem.column) if row else {},
        }


def _told(problem: Problem) -> str:
    if problem.kind.value != PreviewKind.ERROR:
        return str(problem.sentence)
    what = _("The row is left out.") if problem.left_out else _("Only this value is left out.")
    return f"{problem.sentence} {what}"


def _standing(row: Row, column: str) -> dict[str, Any]:
    """For a conflict: what stands here beside what the file says."""
    if not row.existing or column not in row.existing:
        return {}
    return {column: [_shown(row.existing[column]), _shown(row.values.get(column))]}


def _outcomes(plan: Plan) -> Iterator[dict[str, Any]]:
    for model, rows in plan.rows.items():
        taken: Counter[str] = Counter()
        for row in rows:
            kind = row.outcome.value
            if row.outcome == Outcome.REFUSED or taken[kind] >= SAMPLES[PreviewKind(kind)]:
                continue
            taken[kind] += 1
            yield {
                "kind": PreviewKind(kind),
                "model": _name(model),
                "where": row.record.ref[:500],
                "person_id": _person(row),
                "changes": _changes(row),
            }


def _changes(row: Row) -> dict[str, Any]:
    if row.outcome == Outcome.UPDATED:
        old = row.existing or {}
        return {name: [_shown(old[name]), _shown(new)] for name, new in row.changes.items()}
    return {name: ["", _shown(value)] for name, value in row.values.items() if value not in (None, "")}


def _shown(value: Any) -> Any:
    """A link to a row of the file by its name there, a number of a row here as it is."""
    value = _target(value)
    return "" if value is None else str(value)


def _person(row: Row) -> int | None:
    """Whose row it is, when that person stands here already."""
    return row.pk if row.record.model is Person else value_of(row.values.get("person_id"))


def _missing(plan: Plan) -> Iterator[dict[str, Any]]:
    sentence = _("An earlier import brought this and the source no longer holds it; end it by hand if it has ended.")
    owners = _owners_of(plan.missing)
    for model, pk in plan.missing:
        yield {
            "kind": PreviewKind.MISSING,
            "model": _name(model),
            "where": str(pk),
            "person_id": owners.get((model, pk)),
            "sentence": sentence,
        }


def _owners_of(rows: Iterable[tuple[type[Model], int]]) -> dict[tuple[type[Model], int], int | None]:
    found: dict[tuple[type[Model], int], int | None] = {}
    listed = list(rows)
    for model in {model for model, _pk in listed}:
        pks = [pk for each, pk in listed if each is model]
        for start in range(0, len(pks), 500):
            owned = model._default_manager.filter(pk__in=pks[start : start + 500]).values_list("pk", "person_id")
            found |= {(model, pk): person for pk, person in owned}
    return found


def _name(model: type[Model]) -> str:
    return model._meta.object_name or ""


COLUMNS = ("kind", "table", "row", "column", "value", "sentence")


def problem_lines(rows: Iterable[ImportPreviewRow]) -> Iterator[list[str]]:
    """The problems of a preview as a table, header first; no cell can become a formula."""
    yield list(COLUMNS)
    for row in rows:
        told = (row.get_kind_display(), row.model, row.where, row.column, row.value, row.sentence)
        yield [safe_cell(str(cell)) for cell in told]


def count_table(report: dict[str, Any]) -> dict[str, Any]:
    """The counts as a table: tables with rows, columns with numbers."""
    names = {model._meta.object_name: capfirst(str(model._meta.verbose_name_plural)) for model in MODELS}
    counts: dict[str, dict[str, int]] = report.get("counts", {})
    columns = [kind for kind in PreviewKind if any(found.get(kind) for found in counts.values())]
    rows = [
        (names.get(model, model), [found.get(kind, 0) for kind in columns])
        for model, found in counts.items()
        if any(found.get(kind) for kind in columns)
    ]
    return {"columns": [capfirst(kind.label) for kind in columns], "rows": rows, "notes": report.get("notes", [])}


def progress_facts(batch: ImportBatch, progress: Progress) -> dict[str, Any]:
    """What the bar shows; also what the small script asks for."""
    step = str(STEPS.get(progress.step, progress.step))
    numbers = _("%(done)s of %(total)s rows") % {"done": progress.done, "total": progress.total}
    return {
        "text": f"{step} {numbers}" if progress.total else step,
        "done": progress.done,
        "total": progress.total,
        "percent": progress.percent,
        "is_alive": progress.is_alive,
        "is_over": batch.state not in WORKING,
    }
