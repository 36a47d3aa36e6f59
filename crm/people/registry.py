"""What other slices and apps add to the people screens, so that people imports none of them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.activity.registry import register_verb
from crm.people.models import Person

Permission = Callable[[User, Person], bool] | tuple[Act, type[Model]]
PanelProvider = Callable[[Person, User], Mapping[str, Any] | None]
ColumnProvider = Callable[[Iterable[int], User, datetime], Mapping[int, Any]]


@dataclass(frozen=True)
class PersonAction:
    """A button on the person page; `url_name` is reversed with the person's public id."""

    label: Any
    url_name: str
    permission: Permission
    order: int

    def allows(self, user: User, person: Person) -> bool:
        """Whether this user sees the button for this person."""
        if isinstance(self.permission, tuple):
            act, model = self.permission
            return can(user, act, model)
        return self.permission(user, person)


@dataclass(frozen=True)
class PersonColumn:
    """A column of the people list; the provider answers for a whole page of person ids at once."""

    key: str
    label: Any
    provider: ColumnProvider


_actions: dict[str, PersonAction] = {}
_panels: dict[str, tuple[int, PanelProvider]] = {}
_columns: dict[str, PersonColumn] = {}


def register_person_action(label: Any, url_name: str, permission: Permission, *, order: int = 100) -> None:
    """Add a button. `permission` is a predicate or (act, model). A second call with the same URL replaces it."""
    _actions[url_name] = PersonAction(label, url_name, permission, order)


def register_person_panel(key: str, order: int, provider: PanelProvider) -> None:
    """Add a section: the provider returns title, rows and template (or None to show nothing).

    Optional keys: `form`, `form_url`, `form_label` (a small POST form below the rows) and `aside` (the
    narrow column). A second call with the same key replaces the first.
    """
    _panels[key] = (order, provider)


def register_person_column(key: str, label: Any, provider: ColumnProvider) -> None:
    """Add a column to the people list. A second call with the same key replaces the first."""
    _columns[key] = PersonColumn(key, label, provider)


def person_actions(user: User, person: Person) -> list[PersonAction]:
    """The buttons this user sees, in order."""
    shown = [action for action in _actions.values() if action.allows(user, person)]
    return sorted(shown, key=lambda action: (action.order, action.url_name))


def person_panels(user: User, person: Person) -> list[dict[str, Any]]:
    """The sections this user sees, in order, each with its key."""
    found = ((key, provider(person, user)) for key, (_order, provider) in _ordered_panels())
    return [{"key": key, **panel} for key, panel in found if panel is not None]


def _ordered_panels() -> list[tuple[str, tuple[int, PanelProvider]]]:
    return sorted(_panels.items(), key=lambda item: (item[1][0], item[0]))


def person_columns() -> list[PersonColumn]:
    """The columns others added, in the order of their keys."""
    return [column for _key, column in sorted(_columns.items())]


VERBS = {
    "person.created": _("Added to the registry."),
    "person.edited": _("The profile was edited."),
    "organization.created": _("The organization was added."),
    "organization.edited": _("The organization was edited."),
    "post.created": _("The seat was added."),
    "membership.added": _("A membership was added."),
    "membership.ended": _("A membership ended."),
    "contact_detail.added": _("A contact detail was added."),
    "contact_detail.ended": _("A contact detail is no longer valid."),
    "staff.added": _("Somebody joined the office."),
}


def declare() -> None:
    """Register what the timeline says; called once when the app is ready."""
    for verb, sentence in VERBS.items():
        register_verb(verb, sentence)
