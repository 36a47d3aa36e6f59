"""How a row is kept, compared and told, column by column."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model
from django.utils.text import capfirst

from crm.access.enums import Act
from crm.base.models import Timestamped, Versioned
from crm.changes.enums import ChangeAct
from crm.changes.models import Change

NOT_TOLD = frozenset({"public_id", "created_at", "search_text", "origin_key"})
UNDO_FOR = timedelta(days=30)
AT_ONCE = 500
"""So many changes are taken back while somebody waits; more are work for a worker."""


def may_still_be_undone(occurred_at: datetime, at: datetime) -> bool:
    """Whether the 30 days to undo are not over at `at`."""
    return at - occurred_at <= UNDO_FOR


def snapshot(row: Model, names: Iterable[str] | None = None) -> dict[str, Any]:
    """Columns of a row by column name; all of them but the key, the version and the stamps when none are named."""
    skipped = {row._meta.pk.attname if row._meta.pk else "id", "search_text"}
    skipped |= {"version"} if isinstance(row, Versioned) else set()
    skipped |= {"updated_at"} if isinstance(row, Timestamped) else set()
    wanted = {row._meta.get_field(name).attname for name in names} if names is not None else None  # type: ignore[union-attr]
    columns = [field.attname for field in row._meta.concrete_fields]
    return {
        name: getattr(row, name) for name in columns if (name in wanted if wanted is not None else name not in skipped)
    }


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Only the columns that differ, as they were and as they are."""
    names = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in names}, {name: after[name] for name in names}


def as_column(model: type[Model], name: str, value: Any) -> Any:
    """A kept value as the column's own type again."""
    field: Any = next(field for field in model._meta.concrete_fields if field.attname == name)
    return (field.target_field if field.is_relation else field).to_python(value)


def named_keys(changes: Iterable[Any], column: str) -> set[int]:
    """The keys a set of changes names in one column, before or after; for rows that are gone nothing else knows."""
    found = {values.get(column) for change in changes for values in (change.before, change.after)}
    return {int(key) for key in found if key}


def told_columns(model: type[Model], change: Change) -> list[tuple[str, Any]]:
    """(label, column) of what a change holds that means something to a reader; empty values of new rows do not."""
    held = {
        name
        for name in {*change.before, *change.after}
        if change.before.get(name) not in (None, "") or change.after.get(name) not in (None, "")
    }
    return [
        (str(capfirst(str(column.verbose_name))), column)
        for column in model._meta.concrete_fields
        if column.attname in held and column.name not in NOT_TOLD
    ]


def needed_act(act: ChangeAct) -> Act:
    """What one must be allowed to do to a row to take such a change of it back."""
    return Act.ADD if act == ChangeAct.DELETED else Act.CHANGE
