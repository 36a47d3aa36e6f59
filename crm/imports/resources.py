"""What an import shows: the plan as data and as lines to read."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from crm.imports.enums import Outcome
from crm.imports.queries import Undoing
from crm.imports.rules import Plan, Row, as_json, counts, totals

SHOWN_PROBLEMS = 20


def plan_report(plan: Plan) -> dict[str, Any]:
    """Counts per model, and a row for everything that is created, updated, refused or doubtful."""
    return {
        "profile": plan.batch.profile,
        "source": plan.batch.source_name,
        "source_hash": plan.batch.source_hash,
        "mode": plan.mode.value,
        "counts": counts(plan),
        "totals": totals(plan.batch),
        "notes": list(plan.batch.notes),
        "rows": [*_written_rows(plan), *_problem_rows(plan), *_missing_rows(plan)],
    }


def _name(model: type[Model]) -> str:
    return model._meta.object_name or ""


def _written_rows(plan: Plan) -> Iterator[dict[str, Any]]:
    for model, rows in plan.rows.items():
        for row in rows:
            if row.outcome in (Outcome.CREATED, Outcome.UPDATED):
                yield {"act": row.outcome.value, "model": _name(model), "where": row.record.ref, **_changes(row)}


def _changes(row: Row) -> dict[str, Any]:
    if row.outcome == Outcome.CREATED:
        return {}
    old = row.existing or {}
    return {"changes": {name: [as_json(old[name]), as_json(new)] for name, new in row.changes.items()}}


def _problem_rows(plan: Plan) -> Iterator[dict[str, Any]]:
    for problem in plan.problems:
        yield {
            "act": problem.kind.value,
            "model": _name(problem.model),
            "where": problem.where,
            "column": problem.column,
            "value": problem.value,
            "sentence": str(problem.sentence),
        }


def _missing_rows(plan: Plan) -> Iterator[dict[str, Any]]:
    sentence = _("An earlier import brought this and the source no longer holds it; end it by hand if it has ended.")
    for model, pk in plan.missing:
        yield {"act": "missing", "model": _name(model), "where": str(pk), "sentence": sentence}


def plan_lines(report: dict[str, Any]) -> Iterator[str]:
    """The report for a person at a terminal."""
    columns = list(next(iter(report["counts"].values())))
    yield " ".join([f"{'':14}", *(f"{column:>10}" for column in columns)])
    for model, found in report["counts"].items():
        yield " ".join([f"{model:14}", *(f"{found[column]:>10}" for column in columns)])
    yield from report["notes"]
    doubtful = [row for row in report["rows"] if "sentence" in row]
    for row in doubtful[:SHOWN_PROBLEMS]:
        yield f"{row['model']} {row['where']} {row.get('column', '')}: {row['sentence']}"
    if len(doubtful) > SHOWN_PROBLEMS:
        left = len(doubtful) - SHOWN_PROBLEMS
        yield _("%(count)s more rows need a look; --json lists them all.") % {"count": left}


def changes_nothing(report: dict[str, Any]) -> bool:
    """Whether every row of the source stands here already."""
    return not any(row["act"] in (Outcome.CREATED, Outcome.UPDATED) for row in report["rows"])


def undo_report(undoing: Undoing) -> dict[str, Any]:
    """How many rows were deleted and set back per model, and each row that had to stay with the reason."""
    return {
        "deleted": {_name(model): len(pks) for model, pks in undoing.delete.items() if pks},
        "set_back": len(undoing.revert),
        "kept": [{"model": _name(model), "id": pk, "sentence": sentence} for model, pk, sentence in undoing.kept],
    }
