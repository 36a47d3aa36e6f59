"""What has to follow when a row is set back, and which rows nobody may hang on to."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from crm.activity.registry import register_verb
from crm.activity.rules import type_key
from crm.changes.models import Change

AfterUndo = Callable[[list[Change], datetime], object]

_after: dict[str, AfterUndo] = {}


def register_after_undo(model: type[Model], follow: AfterUndo) -> None:
    """Call `follow(changes, at)` after rows of `model` were set back. A second call for a model replaces the first."""
    _after[type_key(model)] = follow


def after_undo(kind: str) -> AfterUndo | None:
    return _after.get(kind)


Finder = Callable[[Any, str], QuerySet[Any]]

_finders: dict[type[Model], Finder] = {}


def register_log_finder(model: type[Model], find: Finder) -> None:
    """Let the log be narrowed to rows found by words: `find(user, text)`. A second call replaces the first."""
    _finders[model] = find


def log_finders() -> list[tuple[type[Model], Finder]]:
    return list(_finders.items())


def declare() -> None:
    """Register what the timeline says; called once when the app is ready."""
    register_verb("change.undone", _("A change was taken back."))
