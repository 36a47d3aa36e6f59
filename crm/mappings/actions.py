"""Keeping a column mapping under a name."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from crm.access.models import User
from crm.activity.actions import say
from crm.base.rows import check_row
from crm.changes.actions import record_change, record_created
from crm.changes.rules import snapshot
from crm.mappings.models import SavedMapping

KEPT = ("columns", "options")


@transaction.atomic
def save_mapping(
    name: str, *, columns: Mapping[str, str], options: Mapping[str, Any] | None = None, by: User | None, at: datetime
) -> SavedMapping:
    """Keep which column holds what. A name that is taken gets the new columns, and the old can be taken back.

    The second call with the same columns records nothing. Raises ValidationError for a name that is none.
    """
    values = {"columns": dict(columns), "options": dict(options or {})}
    check_row(SavedMapping(name=name, created_by=by, created_at=at, updated_at=at, **values))
    made = {"created_by": by, "created_at": at, "updated_at": at, **values}
    row, is_new = SavedMapping.objects.select_for_update().get_or_create(name=name, defaults=made)
    before = snapshot(row, KEPT)
    if is_new:
        record_created(say("mapping.saved", row, by=by, at=at), row)
    elif before != values:
        SavedMapping.objects.filter(pk=row.pk).update(**values, version=F("version") + 1, updated_at=at)
        row.refresh_from_db()
        record_change(say("mapping.saved", row, by=by, at=at), row, before=before, after=values)
    return row
