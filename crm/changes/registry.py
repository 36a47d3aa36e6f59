"""What has to follow when a row is set back, and which rows nobody may hang on to."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from crm.access.models import User
from crm.activity.models import ActivityEntry
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


LongUndo = Callable[[ActivityEntry, User, datetime], str]

_long: list[LongUndo] = []


def register_long_undo(begin: LongUndo) -> None:
    """Say who takes back what is too long to wait for: answers the page that shows how far it is. The last counts."""
    _long[:] = [begin]


def long_undo() -> LongUndo | None:
    return next(iter(_long), None)


def declare() -> None:
    """Register what the timeline says; called once when the app is ready."""
    register_verb("change.undone", _("A change was taken back."))
