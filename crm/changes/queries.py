"""What changed, in words a reader may know; what an undo would do before it does it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.db.models import Count, Model, Q, QuerySet
from django.utils import formats, timezone
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _

from crm.access.enums import Act, Role
from crm.access.models import User
from crm.access.rules import can, role_of, visible_rows
from crm.activity.models import ActivityEntry, ActivityLink
from crm.activity.registry import ChangedValue, hidden_row, verbs_alone
from crm.activity.rules import type_key
from crm.changes.enums import ChangeAct
from crm.changes.models import Change
from crm.changes.rules import AT_ONCE, as_column, needed_act, told_columns

FEW = 20
Key = tuple[str, int]


def changes_of(row: Model) -> QuerySet[Change]:
    """Everything that changed one row, newest first, with the entry it belongs to and who acted."""
    rows = Change.objects.filter(object_type=type_key(row), object_id=row.pk)
    return rows.select_related("entry", "entry__actor", "undone_in").order_by("-id")


def undoable_entries(entries: Iterable[int]) -> set[int]:
    """Those of these entries that changed something which was not taken back yet."""
    rows = Change.objects.filter(entry__in=list(entries), undone_in=None)
    return set(rows.values_list("entry_id", flat=True))


def change_log(user: User) -> QuerySet[Change]:
    """Every change of rows that are not hidden from this user, newest first, with who acted. Read it through `Told`."""
    changes = Change.objects.select_related("entry", "entry__actor").order_by("-id")
    return changes.exclude(hidden_row(user, "object_type", "object_id"))


def changes_about(changes: QuerySet[Change], model: type[Model], rows: QuerySet[Any]) -> QuerySet[Change]:
    """Those of `changes` that are of these rows or belong to an entry about one of them."""
    kind, keys = type_key(model), rows.order_by().values("pk")
    linked = ActivityLink.objects.filter(target_type=kind, target_id__in=keys).values("entry_id")
    return changes.filter(Q(object_type=kind, object_id__in=keys) | Q(entry__in=linked))


def told_changes(entries: Collection[ActivityEntry], obj: Model) -> list[Change]:
    """The changes of these entries worth telling on the timeline of `obj`: its own, and of a small act all.

    Of an act on many people nobody wants to read about the others.
    """
    ids, alone = [entry.pk for entry in entries], verbs_alone()
    found = Change.objects.filter(entry__in=ids).select_related("entry").order_by("id")
    counts = dict(found.order_by().values_list("entry").annotate(Count("pk")))
    together = {entry.pk for entry in entries if entry.verb in alone}
    small = [pk for pk, count in counts.items() if count <= FEW and pk not in together]
    own = Q(object_type=type_key(obj), object_id=obj.pk)
    return list(found.filter(Q(entry__in=small) | own)) if counts else []


def rows_of(changes: Iterable[Change]) -> dict[Key, Model]:
    """The rows of these changes that are still there."""
    return {(kind, pk): row for kind, pks in _by_kind(changes).items() for pk, row in _fetch(kind, pks).items()}


def _by_kind(changes: Iterable[Change]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for change in changes:
        found[change.object_type].add(change.object_id)
    return found


def _fetch(kind: str, pks: Iterable[int]) -> dict[int, Model]:
    manager, wanted = apps.get_model(kind)._base_manager, sorted(pks)
    parts = (wanted[start : start + 500] for start in range(0, len(wanted), 500))
    return {row.pk: row for part in parts for row in manager.filter(pk__in=part)}


def visible_keys(changes: Iterable[Change], user: User) -> set[Key]:
    """Which rows of these changes this user may see; as many queries as there are kinds of rows."""
    found: set[Key] = set()
    for kind, pks in _by_kind(changes).items():
        model, wanted = apps.get_model(kind), sorted(pks)
        if not can(user, Act.VIEW, model):
            continue
        for start in range(0, len(wanted), 500):
            seen = visible_rows(model, user).filter(pk__in=wanted[start : start + 500]).order_by()
            found |= {(kind, pk) for pk in seen.values_list("pk", flat=True)}
    return found


class Told:
    """Changes as one reader may know them: hidden rows tell nothing, hidden names are not named.

    What was removed is told to directors and to whoever removed it: a row that is gone cannot be asked who may see it.
    """

    def __init__(self, changes: Iterable[Change], user: User) -> None:
        self.user = user
        self.changes = list(changes)
        self.seen = visible_keys(self.changes, user)
        self.tells_removed = role_of(user) == Role.DIRECTOR
        self.names = self._names()

    def may_know(self, change: Change) -> bool:
        if change.act == ChangeAct.DELETED:
            return self.tells_removed or change.entry.actor_id == self.user.pk
        return (change.object_type, change.object_id) in self.seen

    def may_undo(self, changes: Iterable[Change]) -> bool:
        """Whether the role may take these back; the undo page looks at all of them and says why not."""
        return _may_all(changes, self.user)

    def row_name(self, change: Change) -> str:
        """The row in words, or only its kind when it is gone or not for this reader."""
        model = apps.get_model(change.object_type)
        name = self.names.get((change.object_type, change.object_id), "")
        kind = str(capfirst(str(model._meta.verbose_name)))
        return f"{kind}: {name}" if name else kind

    def values(self, change: Change, *, about: str = "") -> list[ChangedValue]:
        """Before and after by the label of each field; nothing of a row this reader may not see."""
        if not self.may_know(change):
            return []
        model = apps.get_model(change.object_type)
        return [
            ChangedValue(label, self._words(column, change.before), self._words(column, change.after), about)
            for label, column in told_columns(model, change)
        ]

    def _words(self, column: Any, values: Mapping[str, Any]) -> str:
        if column.attname not in values:
            return ""
        value = as_column(column.model, column.attname, values[column.attname])
        if value in (None, ""):
            return ""
        if column.is_relation:
            key = (column.related_model._meta.label_lower, value)
            return self.names.get(key) or _("somebody or something you may not see")
        return _plain(column, value)

    def _names(self) -> dict[Key, str]:
        """Names of the rows themselves and of those they point to, one query for each kind of row."""
        wanted: dict[type[Model], set[int]] = defaultdict(set)
        for change in filter(self.may_know, self.changes):
            model = apps.get_model(change.object_type)
            wanted[model].add(change.object_id)
            for _label, column in told_columns(model, change):
                if column.is_relation:
                    pks = {values.get(column.attname) for values in (change.before, change.after)}
                    wanted[column.related_model] |= {int(pk) for pk in pks if pk is not None}
        return {
            (model._meta.label_lower, row.pk): str(row)
            for model, pks in wanted.items()
            for row in self._nameable(model).filter(pk__in=pks)
        }

    def _nameable(self, model: type[Model]) -> QuerySet[Any]:
        """Colleagues are named to everybody who reads a timeline, other rows to those who may see them."""
        return model._default_manager.all() if model is User else visible_rows(model, self.user)


def _plain(column: Any, value: Any) -> str:
    if column.flatchoices:
        return str(dict(column.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return formats.date_format(timezone.localtime(value), "DATETIME_FORMAT")
    if isinstance(value, date):
        return formats.date_format(value, "DATE_FORMAT")
    return Truncator(str(value)).chars(200)


@dataclass
class UndoPlan:
    """What taking an entry back would do for one user: `refusal` says why she may not, if so.

    Of a long one, with more than `AT_ONCE` changes, only the newest were looked at.
    """

    total: int
    refusal: str = ""
    free: list[Change] = field(default_factory=list)
    stuck: list[Change] = field(default_factory=list)

    @property
    def is_long(self) -> bool:
        return self.total > AT_ONCE


def undo_plan(entry: ActivityEntry, user: User) -> UndoPlan | None:
    """None when the user may see nothing of what the entry changed: for her it does not exist.

    What is gone is there for the directors and for whoever removed it.
    """
    every = Change.objects.filter(entry=entry).select_related("entry").order_by("-id")
    seen, hidden, gone = _standing(every, user)
    if not seen and not (gone and (role_of(user) == Role.DIRECTOR or entry.actor_id == user.pk)):
        return None
    left = every.filter(undone_in=None)
    plan = UndoPlan(left.count())
    if hidden or not _may_acts(set(left.order_by().values_list("object_type", "act").distinct()), user):
        plan.refusal = _("This changed something that you may not change. Ask a director to undo it.")
    changes = list(left[:AT_ONCE])
    there = rows_of(changes)
    for change in changes:
        fits = _fits(change, there.get((change.object_type, change.object_id)))
        (plan.free if fits else plan.stuck).append(change)
    return plan


def _standing(changes: QuerySet[Change], user: User) -> tuple[bool, bool, bool]:
    """Whether any row of these changes is seen by the user, hidden from her, gone. Three queries for each kind."""
    seen = hidden = gone = False
    for kind in list(changes.order_by().values_list("object_type", flat=True).distinct()):
        model: Any = apps.get_model(kind)
        keys = changes.filter(object_type=kind).order_by().values("object_id").distinct()
        there = model._base_manager.filter(pk__in=keys).count()
        rows = visible_rows(model, user).filter(pk__in=keys).order_by().values("pk").distinct()
        shown = rows.count() if can(user, Act.VIEW, model) else 0
        seen, hidden, gone = seen or shown > 0, hidden or shown < there, gone or there < keys.count()
    return seen, hidden, gone


def may_undo(changes: Collection[Change], user: User) -> bool:
    """Whether a user sees every row of these changes that is still there, and may take each of them back."""
    seen = visible_keys(changes, user)
    return all(key in seen for key in rows_of(changes)) and _may_all(changes, user)


def _may_all(changes: Iterable[Change], user: User) -> bool:
    return _may_acts({(change.object_type, change.act) for change in changes}, user)


def _may_acts(wanted: Iterable[tuple[str, str]], user: User) -> bool:
    return all(can(user, needed_act(ChangeAct(act)), apps.get_model(kind)) for kind, act in wanted)


def _fits(change: Change, row: Model | None) -> bool:
    """Whether the row is still as the entry left it. Whether something refers to an added row shows only on undo."""
    if change.act == ChangeAct.DELETED:
        return row is None
    if row is None:
        return False
    return all(getattr(row, name) == as_column(type(row), name, value) for name, value in change.after.items())
