"""What the palette finds. Each slice or app registers its own rows from its `declare()`."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.access.models import User
from crm.access.rules import visible_rows
from crm.people.models import Organization, Person
from crm.people.queries import bodies_called, overviews, search_people

SHOWN = 6


@dataclass(frozen=True)
class Hit:
    """One line: what it is called, what tells it from a namesake, and where it leads."""

    label: str
    note: str
    url: str


@dataclass(frozen=True)
class Provider:
    """`find(user, text)` answers visible rows only, a few; `named(user, keys)` those of visited addresses.

    A visited address belongs to the provider whose `url_name` it resolves to; its keys are the address's argument.
    """

    key: str
    label: Any
    find: Callable[[User, str], Iterable[Hit]]
    url_name: str = ""
    named: Callable[[User, Sequence[str]], Iterable[Hit]] | None = None
    order: int = 100


_providers: dict[str, Provider] = {}


def register_provider(provider: Provider) -> None:
    """Add a group of hits. A second call with the same key replaces the first."""
    _providers[provider.key] = provider


def providers() -> list[Provider]:
    return sorted(_providers.values(), key=lambda provider: (provider.order, provider.key))


def _people(user: User, rows: Iterable[Person]) -> list[Hit]:
    people = list(rows)
    found = overviews([person.pk for person in people], timezone.localdate(), user=user)
    return [
        Hit(
            str(person),
            found[person.pk].main_role or str(person.get_category_display()),
            reverse("people:page", args=[person.public_id]),
        )
        for person in people
    ]


def _find_people(user: User, text: str) -> list[Hit]:
    return _people(user, search_people(user, text)[:SHOWN])


def _named_people(user: User, keys: Sequence[str]) -> list[Hit]:
    return _people(user, Person.objects.visible_to(user).filter(public_id__in=keys))


def _organizations(rows: Iterable[Organization]) -> list[Hit]:
    name = "reference_organizations_modeladmin_inspect"
    return [Hit(str(row), str(row.get_classification_display()), reverse(name, args=[row.pk])) for row in rows]


def _find_organizations(user: User, text: str) -> list[Hit]:
    return _organizations(bodies_called(user, text)[:SHOWN])


def _named_organizations(user: User, keys: Sequence[str]) -> list[Hit]:
    wanted = [key for key in keys if key.isdecimal()]
    return _organizations(visible_rows(Organization, user).filter(pk__in=wanted))


def declare() -> None:
    """Register people and organizations; called once when the app is ready."""
    inspect = "reference_organizations_modeladmin_inspect"
    register_provider(Provider("people", _("People"), _find_people, "people:page", _named_people, 10))
    register_provider(
        Provider("organizations", _("Organizations"), _find_organizations, inspect, _named_organizations, 20)
    )
