"""What the import tests do again and again."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crm.imports.actions import apply_plan
from crm.imports.enums import ImportMode
from crm.imports.models import ImportBatch
from crm.imports.popolo import MODELS
from crm.imports.queries import plan_import
from crm.imports.registry import read_source
from crm.imports.resources import plan_report
from crm.imports.rules import Plan
from crm.people.models import Person

AT = datetime(2026, 6, 15, 12, tzinfo=UTC)


def plan(folder: Path, mode: ImportMode = ImportMode.UPDATE) -> Plan:
    return plan_import(read_source(folder, profile="us-congress"), mode=mode)


def load(folder: Path, mode: ImportMode = ImportMode.UPDATE) -> tuple[dict[str, Any], ImportBatch]:
    """Import; gives the report of the plan and the batch."""
    made = plan(folder, mode)
    return plan_report(made), apply_plan(made, by=None, at=AT, skip_bad_rows=True)


def change(folder: Path, name: str, edit: Callable[[Any], None]) -> None:
    """Edit one JSON file of the folder in place."""
    path = folder / name
    data = json.loads(path.read_text())
    edit(data)
    path.write_text(json.dumps(data))


def column(report: dict[str, Any], name: str) -> dict[str, int]:
    """One column of the counts, without the models where it is nought."""
    return {model: found[name] for model, found in report["counts"].items() if found[name]}


def dump() -> list[list[dict[str, Any]]]:
    """Everything an import can write, row by row."""
    return [list(model._default_manager.order_by("pk").values()) for model in MODELS]


def holder(bioguide: str) -> Person:
    return Person.objects.get(identifiers__scheme="bioguide", identifiers__identifier=bioguide)
