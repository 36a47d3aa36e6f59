"""Optimistic locking: one conditional UPDATE decides who saved first."""

from datetime import datetime
from typing import Any, TypeVar

from django.db.models import F

from crm.base.errors import StaleVersionError
from crm.base.models import Versioned

V = TypeVar("V", bound=Versioned)


def save_version(obj: V, *, version: int, at: datetime, **fields: Any) -> V:
    """Write `fields` if the row still has `version`; raises `StaleVersionError` otherwise.

    The second call with the same version raises, because the first raised the version.
    """
    manager = type(obj)._default_manager
    changed = manager.filter(pk=obj.pk, version=version).update(version=F("version") + 1, updated_at=at, **fields)
    if not changed:
        raise StaleVersionError(manager.get(pk=obj.pk))
    obj.refresh_from_db()
    return obj
