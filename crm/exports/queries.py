"""The rows of an export, chunk by chunk, and who exported what."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Model, Q, QuerySet

from crm.access.models import User
from crm.access.rules import visible_rows
from crm.exports.enums import ExportState
from crm.exports.models import ExportJob, ExportLog
from crm.exports.registry import ExportKind

CHUNK = 500


def chunks(kind: ExportKind, rows: Any, user: User, on: date) -> Iterator[list[Any]]:
    """The visible ones of `rows` with all their columns read, 500 at a time in the order of the list."""
    resource: Any = kind.resource_class()
    ordering: Any = kind.model._meta.ordering
    ordered = rows.order_by(*ordering).values_list("pk", flat=True)
    pks = list(dict.fromkeys(ordered))
    for start in range(0, len(pks), CHUNK):
        part = pks[start : start + CHUNK]
        found = resource.filter_export(visible_rows(kind.model, user).filter(pk__in=part))
        by_key = {row.pk: row for row in found}
        loaded = [by_key[pk] for pk in part if pk in by_key]
        if hasattr(resource, "load"):
            resource.load(loaded, user, on)
        yield loaded


def column_choices(kind: ExportKind) -> list[tuple[str, str]]:
    """(name, heading) of every column there is, in order."""
    resource: Any = kind.resource_class()
    return [(name, str(resource.fields[name].column_name)) for name in resource.get_export_order()]


def cells(resource: Any, row: Model, names: Sequence[str]) -> list[str]:
    """What the chosen columns say of a row, as text."""
    found = [resource.fields[name].export(row) for name in names]
    return ["" if value is None else str(value) for value in found]


def exports_made() -> QuerySet[ExportLog]:
    """The log with who exported, newest first. Carries no row rule: the role decides who reads it."""
    return ExportLog.objects.select_related("exported_by").order_by("-exported_at", "-id")


def under_way(user: User) -> list[ExportJob]:
    """One's own files that are being written."""
    return list(ExportJob.objects.visible_to(user).filter(state=ExportState.RUNNING)[:5])


def silent_jobs(at: datetime, silent_for: Any) -> list[ExportJob]:
    """Running, but nothing moved: the worker seems to have died."""
    quiet = Q(moved_at__lt=at - silent_for)
    return list(ExportJob.objects.filter(quiet, state=ExportState.RUNNING).order_by("id"))
