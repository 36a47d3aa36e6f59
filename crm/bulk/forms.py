"""The fields of a person that are set alone: for many at once, or in place in the list and on the page."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf.locale import LANG_INFO
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Role
from crm.access.forms import VersionedForm
from crm.access.models import Team, User
from crm.people.enums import Level, PersonCategory, Visibility
from crm.people.models import Person

OWNERS = (Role.COORDINATOR, Role.DIRECTOR)


def languages() -> list[tuple[str, Any]]:
    """Every language Django can name, by name in the reader's own."""
    codes = [code for code, info in LANG_INFO.items() if "name" in info]
    return [("", _("not known")), *sorted(((code, _name(code)) for code in codes), key=lambda item: item[1])]


def _name(code: str) -> str:
    return str(get_language_info(code)["name_translated"])


def _owner() -> forms.Field:
    people = User.objects.filter(is_active=True, role__in=OWNERS).order_by("first_name", "last_name", "id")
    return forms.ModelChoiceField(people, label=_("Owner"), required=False, empty_label=_("nobody"))


def _team() -> forms.Field:
    return forms.ModelChoiceField(Team.objects.all(), label=_("Team"), required=False, empty_label=_("no team"))


def _level() -> forms.Field:
    return forms.ChoiceField(label=_("Level"), choices=[("", _("not known")), *Level.choices], required=False)


def _category() -> forms.Field:
    return forms.ChoiceField(label=_("Kind"), choices=PersonCategory)


def _visibility() -> forms.Field:
    return forms.ChoiceField(label=_("Who sees them"), choices=Visibility)


def _language() -> forms.Field:
    return forms.ChoiceField(label=_("Preferred language"), choices=languages, required=False)


FIELDS: dict[str, Callable[[], forms.Field]] = {
    "owner": _owner,
    "team": _team,
    "level": _level,
    "category": _category,
    "visibility": _visibility,
    "language": _language,
}


NOTHING = {
    "owner": _("no owner"),
    "team": _("no team"),
    "level": _("no level"),
    "category": "",
    "visibility": "",
    "language": _("no language"),
}


def ask_for(name: str) -> type[forms.Form]:
    """The form of a bulk act that sets one field."""
    return type(f"Set{name.capitalize()}Form", (forms.Form,), {name: FIELDS[name]()})


def field_form(name: str) -> type[VersionedForm]:
    """The form that edits one field of one person, from the version it was shown in."""
    meta = type("Meta", (), {"model": Person, "fields": (name,)})
    return type(f"{name.capitalize()}CellForm", (VersionedForm,), {"Meta": meta, name: FIELDS[name]()})


def field_words(person: Person, name: str) -> str:
    """The present value of one of these fields, in words; empty when there is none."""
    if name == "language":
        known = person.language in LANG_INFO and "name" in LANG_INFO[person.language]
        return _name(person.language) if known else person.language
    display = getattr(person, f"get_{name}_display", None)
    value = display() if display else getattr(person, name)
    return "" if value is None else str(value)
