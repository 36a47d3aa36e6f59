"""What can be taken out of the house. Each slice registers its own tables from its `declare()`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from import_export.resources import Resource

from crm.access.models import User
from crm.access.rules import visible_rows
from crm.activity.registry import register_kind, register_verb
from crm.exports.enums import FileFormat
from crm.exports.resources import OrganizationExport, PersonExport
from crm.people.models import Organization, Person
from crm.people.queries import chosen

VERBS = {"export.made": _("People or other rows were exported; the list of exports says which and why.")}
TABLES = (FileFormat.CSV, FileFormat.XLSX)

Rows = Callable[[User, str, Iterable[str], date], Any]


@dataclass(frozen=True)
class ExportKind:
    """One table: `rows(user, query string, public ids, day)` answers the visible rows meant."""

    key: str
    label: Any
    resource_class: type[Resource]
    model: type[Model]
    rows: Rows
    formats: tuple[FileFormat, ...]
    list_url_name: str


_kinds: dict[str, ExportKind] = {}


def register_export(
    key: str,
    label: Any,
    resource_class: type[Resource],
    model: type[Model],
    *,
    rows: Rows | None = None,
    formats: tuple[FileFormat, ...] = TABLES,
    list_url_name: str = "wagtailadmin_home",
) -> None:
    """Let directors export a table. A second call with the same key replaces the first.

    The resource's `filter_export(queryset)` prefetches what its columns read; a `load(rows, user, on)` of its own
    may fill in more for 500 rows at once.
    """

    def visible(user: User, _query: str, ids: Iterable[str], _on: date) -> Any:
        found = visible_rows(model, user)
        wanted = list(ids)
        return found.filter(public_id__in=wanted) if wanted else found

    _kinds[key] = ExportKind(key, label, resource_class, model, rows or visible, formats, list_url_name)


def extend_export(key: str, mixin: type[Resource]) -> None:
    """Add the columns of another resource to a registered table. A second call adds nothing new."""
    kind = _kinds[key]
    if not issubclass(kind.resource_class, mixin):
        joined = type(kind.resource_class.__name__, (kind.resource_class, mixin), {})
        _kinds[key] = ExportKind(**{**kind.__dict__, "resource_class": joined})


def export_kind(key: str) -> ExportKind | None:
    return _kinds.get(key)


def export_kinds() -> list[ExportKind]:
    return list(_kinds.values())


def _people(user: User, query: str, ids: Iterable[str], on: date) -> Any:
    wanted = list(ids)
    return chosen(user, ids=wanted, everybody=not wanted, query_string=query, on=on)


def declare() -> None:
    """Register what the timeline says and our own tables; called once when the app is ready."""
    register_kind("export", _("Exports"))
    for verb, sentence in VERBS.items():
        register_verb(verb, sentence)
    people = (_people, tuple(FileFormat), "people:index")
    register_export(
        "people", _("People"), PersonExport, Person, rows=people[0], formats=people[1], list_url_name=people[2]
    )
    register_export("organizations", _("Organizations"), OrganizationExport, Organization)
