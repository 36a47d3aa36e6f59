"""What other slices and apps add to the people screens, so that people imports none of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.activity.registry import register_verb
from crm.changes.models import Change
from crm.changes.registry import register_after_undo
from crm.changes.rules import named_keys
from crm.people.actions import refresh_search_text
from crm.people.models import Membership, Organization, OtherName, Person
from crm.people.queries import search_people

Permission = Callable[[User, Person], bool] | tuple[Act, type[Model]]
PanelProvider = Callable[[Person, User], Mapping[str, Any] | None]
FilterFactory = Callable[[], Any]
SimilarProvider = Callable[[User, str, str], Sequence[tuple[Person, float, Sequence[Any]]]]
HeaderProvider = Callable[[Any], tuple[Any, str, str] | None]
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


@dataclass(frozen=True)
class BulkAct:
    """A button of the bulk bar. Its address is POSTed the checked `ids`, or `all=1`, and always `query`."""

    key: str
    label: Any
    url_name: str
    allowed: Callable[[User], bool]
    order: int


_actions: dict[str, PersonAction] = {}
_panels: dict[str, tuple[int, PanelProvider]] = {}
_columns: dict[str, PersonColumn] = {}
_list_filters: dict[str, FilterFactory] = {}
_list_headers: dict[str, HeaderProvider] = {}
_bulk_acts: dict[str, BulkAct] = {}
_similar: list[SimilarProvider] = []


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


def register_list_filter(name: str, filter_factory: FilterFactory) -> None:
    """Add a filter to the people list and to everything that reads its query string (`queries.listed`).

    The factory makes a fresh `django_filters` Filter with a label and, as a rule, a `method` of its own:
    `method(people, name, value)`. Inside, `filter.parent.user` and `filter.parent.on` say who asks and for
    which day. A second call with the same name replaces the first.
    """
    _list_filters[name] = filter_factory


def register_list_header(key: str, provider: HeaderProvider) -> None:
    """Add a button beside the list's title: `provider(request)` answers (label, url, icon), or None to show nothing.

    A second call with the same key replaces the first.
    """
    _list_headers[key] = provider


def register_bulk_act(
    key: str, label: Any, url_name: str, *, allowed: Callable[[User], bool] = bool, order: int = 100
) -> None:
    """Add a button to the bulk bar for whom `allowed(user)` lets. A second call with the same key replaces it.

    The address takes a POST with `ids` (public ids, one value each) or `all=1`, and with the list's query
    string in `query`: `crm.people.queries.chosen` turns the three into people.
    """
    _bulk_acts[key] = BulkAct(key, label, url_name, allowed, order)


def register_similar(provider: SimilarProvider) -> None:
    """Say who finds people like a name and an e-mail address: `provider(user, name, email)` answers visible
    people with a score and the reasons, the likeliest first. A second call replaces the first.
    """
    _similar[:] = [provider]


def similar_people(user: User, name: str, email: str) -> Sequence[tuple[Person, float, Sequence[Any]]]:
    """Visible people like a name and an e-mail address; until somebody registers, those the search finds."""
    return (_similar or [_searched])[0](user, name, email)


def _searched(user: User, name: str, email: str) -> Sequence[tuple[Person, float, Sequence[Any]]]:
    asked = [(email, _("the same e-mail address")), (name, _("the same name"))]
    found = {
        person: (person, 1.0, [reason]) for text, reason in asked if text for person in search_people(user, text)[:5]
    }
    return list(found.values())


def list_filters() -> dict[str, Any]:
    """A fresh filter for each name others added."""
    return {name: factory() for name, factory in _list_filters.items()}


def list_headers(request: Any) -> list[tuple[Any, str, str]]:
    """The buttons this request shows beside the list's title."""
    found = (provider(request) for _key, provider in sorted(_list_headers.items()))
    return [button for button in found if button is not None]


def bulk_acts(user: User) -> list[BulkAct]:
    """What this user may do to many people at once, in order."""
    allowed = [act for act in _bulk_acts.values() if act.allowed(user)]
    return sorted(allowed, key=lambda act: (act.order, act.key))


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
    register_after_undo(Person, refresh_people)
    register_after_undo(Organization, refresh_members)
    register_after_undo(OtherName, refresh_named)


def refresh_people(changes: list[Change], at: datetime) -> None:
    """Search finds people by the names that hold again."""
    refresh_search_text([change.object_id for change in changes], on=at.date())


def refresh_named(changes: list[Change], at: datetime) -> None:
    """Nobody is found any more by another name that was taken away again."""
    refresh_search_text(named_keys(changes, "person_id"), on=at.date())


def refresh_members(changes: list[Change], at: datetime) -> None:
    """The same for the members of bodies that have another name again."""
    bodies = [change.object_id for change in changes]
    members = Membership.objects.filter(organization__in=bodies, person__isnull=False)
    refresh_search_text(members.values_list("person_id", flat=True), on=at.date())
