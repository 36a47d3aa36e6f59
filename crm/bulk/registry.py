"""What can be done to many people at once. Each slice registers its own acts from its `declare()`."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.activity.models import ActivityEntry
from crm.activity.registry import register_kind, register_verb
from crm.bulk.forms import ask_for
from crm.bulk.models import BulkAct
from crm.bulk.queries import kept_from
from crm.people.actions import edit_people
from crm.people.models import Person
from crm.people.registry import register_bulk_act

VERBS = {"bulk.stopped": _("An act on many people was stopped.")}

Changed = Iterable[int] | Mapping[int, str] | None
Perform = Callable[[Sequence[Person], dict[str, Any], User, datetime, ActivityEntry], Changed]
Work = Callable[[BulkAct, ActivityEntry, datetime], int]
Excluded = Callable[[User, Sequence[int]], Mapping[int, str]]


def may_change_people(user: User) -> bool:
    return can(user, Act.CHANGE, Person)


def for_nobody(*_asked: Any) -> Iterable[Any]:
    """`perform` of work that is not for people one by one."""
    return ()


def nobody(_user: User, _ids: Sequence[int]) -> Mapping[int, str]:
    return {}


@dataclass(frozen=True)
class BulkActKind:
    """One act of the bulk bar.

    `perform(people, params, by, at, entry)` gets at most 200 locked, visible people in one transaction and writes
    through actions that keep their changes under `entry`, so that the whole act can be undone; it answers the keys
    of those it changed, None for all, or by key what became of each. `params` is the form's cleaned data as JSON: a
    row is its key.
    `allowed(user, person_ids)` answers whom the act leaves out, and why: a `BulkOutcome` or a short sentence.
    `permitted(user)` says who sees the button at all.

    Work that is not for people one by one has `work(act, entry, at)` instead: it does the next part, keeps in
    `act.params` where it is, and answers how much it did, 0 at the end; `told(act)` says what became of it.
    `counted` is how its progress reads, `back(act)` where its page leads back to.
    """

    key: str
    label: Any
    form_class: type[forms.Form]
    perform: Perform
    allowed: Excluded = nobody
    permitted: Callable[[User], bool] = may_change_people
    order: int = 100
    work: Work | None = None
    told: Callable[[BulkAct], Iterable[tuple[int, Any]]] = for_nobody
    counted: Any = _("%(done)s of %(total)s people")
    back: Callable[[BulkAct], tuple[str, Any]] | None = None

    @property
    def url_name(self) -> str:
        return f"crm_bulk_{self.key}"


_kinds: dict[str, BulkActKind] = {}
_on_bar: dict[str, BulkActKind] = {}


def register_work(kind: BulkActKind) -> None:
    """Add an act that starts elsewhere than on the bulk bar. A second call with the same key replaces the first."""
    _kinds[kind.key] = kind


def register_act(kind: BulkActKind) -> None:
    """Add an act and its button on the bulk bar. A second call with the same key replaces the first."""
    register_work(kind)
    _on_bar[kind.key] = kind
    sentence = format_lazy(_("Together with others: {act}."), act=kind.label)
    register_verb(f"bulk.{kind.key}", sentence, alone=True)
    register_bulk_act(kind.key, kind.label, kind.url_name, allowed=kind.permitted, order=kind.order)


def act_kind(key: str) -> BulkActKind | None:
    """None for an act that is no longer part of this Parley."""
    return _kinds.get(key)


def act_kinds() -> list[BulkActKind]:
    """Those of the bulk bar."""
    return list(_on_bar.values())


def _set(name: str, column: str) -> Perform:
    def perform(
        people: Sequence[Person], params: dict[str, Any], by: User, at: datetime, entry: ActivityEntry
    ) -> Iterable[int]:
        return edit_people(people, by=by, at=at, entry=entry, **{column: params[name]})

    return perform


SET = (
    ("owner", "owner_id", _("Set the owner"), kept_from),
    ("team", "team_id", _("Set the team"), kept_from),
    ("level", "level", _("Set the level"), nobody),
    ("category", "category", _("Set the kind"), nobody),
    ("visibility", "visibility", _("Set who sees them"), kept_from),
    ("language", "language", _("Set the language"), nobody),
)


def declare() -> None:
    """Register what the timeline says; called once when the app is ready."""
    register_kind("bulk", _("Acts on many people"))
    for verb, sentence in VERBS.items():
        register_verb(verb, sentence, alone=True)
    for number, (name, column, label, allowed) in enumerate(SET):
        register_act(BulkActKind(f"set_{name}", label, ask_for(name), _set(name, column), allowed, order=10 + number))
