"""What the screens of an import ask: how far it is, its preview, what an undo would leave."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.db.models import Count, Model, QuerySet
from django.utils.text import capfirst

from crm.access.models import User
from crm.access.rules import visible_rows
from crm.activity.rules import type_key
from crm.imports.enums import PROBLEMS, TAKEN, WORKING, PreviewKind
from crm.imports.models import PROGRESS, ImportBatch, ImportPreviewRow, ImportRow
from crm.imports.popolo import MODELS
from crm.people.models import Person

SILENT = timedelta(seconds=60)


@dataclass(frozen=True)
class Progress:
    """How far the work is; `total` 0 means nobody can say yet. `is_alive`: a worker said so within a minute."""

    step: str = ""
    done: int = 0
    total: int = 0
    is_alive: bool = False
    has_begun: bool = False

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 0


def progress_of(batch: ImportBatch, at: datetime) -> Progress:
    """What the worker last said: in its small file, which a write transaction does not hold up, or in the row."""
    beats = [batch.beat_at] if batch.beat_at else []
    told: dict[str, Any] = {}
    try:
        path = batch.mark(PROGRESS)
        told = json.loads(path.read_text())
        beats.append(datetime.fromtimestamp(path.stat().st_mtime, UTC))
    except (OSError, ValueError):
        pass
    is_alive = bool(beats) and at - max(beats) < SILENT
    known = {name: told[name] for name in ("step", "done", "total") if name in told}
    return Progress(**known, is_alive=is_alive, has_begun=bool(batch.owner))


def unfinished(at: datetime) -> list[ImportBatch]:
    """Batches whose work nobody has in hand, the oldest first: their worker died, or none took them up."""
    waiting = ImportBatch.objects.filter(state__in=WORKING).order_by("id")
    return [batch for batch in waiting if not progress_of(batch, at).is_alive]


def under_way(user: User) -> list[ImportBatch]:
    """What is at work for somebody: what she asked for last, the newest first."""
    return list(ImportBatch.objects.filter(state__in=WORKING, asked_by=user)[:5])


def preview_rows(batch: ImportBatch, user: User | AnonymousUser) -> QuerySet[ImportPreviewRow]:
    """The rows of a preview this user may see, in the order of the file's tables."""
    return visible_rows(ImportPreviewRow, user).filter(batch=batch).order_by("number")


def preview_tabs(rows: QuerySet[ImportPreviewRow]) -> dict[str, int]:
    """How many rows of each kind the preview keeps."""
    return dict(rows.order_by().values_list("kind").annotate(n=Count("pk")))


def named_rows(kept: Iterable[tuple[type[Model], int, str]], user: User | AnonymousUser) -> list[tuple[Model, str]]:
    """Rows with the reason why they stay, without those this user may not see."""
    listed = list(kept)
    by_model: dict[type[Model], set[int]] = {}
    for model, pk, _sentence in listed:
        by_model.setdefault(model, set()).add(pk)
    found = {
        (model, row.pk): row
        for model, pks in by_model.items()
        for row in visible_rows(model, user).filter(pk__in=sorted(pks)[:500])
    }
    return [(found[model, pk], sentence) for model, pk, sentence in listed if (model, pk) in found]


def preview_page(
    batch: ImportBatch, user: User | AnonymousUser, *, kind: str, table: str, page: str | None
) -> dict[str, Any]:
    """One page of the rows of one kind, with the other kinds as tabs. Kinds that nobody has are not offered."""
    rows = preview_rows(batch, user)
    kept = preview_tabs(rows)
    totals = {kind: sum(found.get(kind, 0) for found in batch.report["counts"].values()) for kind in TAKEN}
    kinds = [kind for kind in (*PROBLEMS, PreviewKind.SEATS, *TAKEN) if kept.get(kind)]
    chosen = kind if kind in kinds else next(iter(kinds), "")
    shown = rows.filter(kind=chosen)
    tables = sorted(shown.order_by().values_list("model", flat=True).distinct())
    if table in tables:
        shown = shown.filter(model=table)
    rows_page = Paginator(shown, 50).get_page(page)
    return {
        "tabs": [
            {
                "kind": kind,
                "label": capfirst(kind.label),
                "count": totals.get(kind, kept[kind]),
                "on": kind == chosen,
            }
            for kind in kinds
        ],
        "kind": chosen,
        "table": table if table in tables else "",
        "tables": tables,
        "page": rows_page,
        "is_sample": chosen in TAKEN and kept.get(chosen, 0) < totals.get(PreviewKind(chosen), 0),
        "has_problems": any(kept.get(kind) for kind in PROBLEMS),
        "bad_rows": batch.report.get("bad_rows", 0),
        "changes_nothing": not (totals[PreviewKind.CREATED] or totals[PreviewKind.UPDATED]),
    }


def undo_words(batch: ImportBatch, user: Any) -> dict[str, Any]:
    """The report of an undo: numbers, and the rows that stayed."""
    report = batch.report.get("undo", {})
    models = {model._meta.object_name: model for model in MODELS}
    kept = ((models[row["model"]], row["id"], row["sentence"]) for row in report.get("kept", ()))
    return {
        "deleted": sum(report.get("deleted", {}).values()),
        "set_back": report.get("set_back", 0),
        "kept": report.get("stayed", 0),
        "rows": named_rows(kept, user),
    }


def imported_in(args: Mapping[str, Any], *, user: User, on: date) -> QuerySet[Any]:
    """Keys of people an import added or changed."""
    rows = ImportRow.objects.filter(batch=args["batch"], object_type=type_key(Person)).order_by()
    return rows.values("object_id")
