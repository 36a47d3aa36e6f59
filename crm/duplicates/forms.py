from typing import Any

from django import forms
from django.db.models import Model
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from crm.duplicates.rules import BODY_FIELDS, PERSON_FIELDS
from crm.people.forms import OrganizationField, PersonField
from crm.people.models import Person

KEEP, TAKE = "keep", "take"


def fields_of(row: Model) -> tuple[str, ...]:
    return PERSON_FIELDS if isinstance(row, Person) else BODY_FIELDS


class MergeForm(forms.Form):
    """One choice per field in which the two differ: what the survivor has, or what the other has."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, *args: Any, survivor: Any, other: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = survivor.version
        for name in fields_of(survivor):
            mine, theirs = words_of(survivor, name), words_of(other, name)
            if theirs and mine != theirs:
                self.fields[name] = forms.ChoiceField(
                    label=capfirst(str(type(survivor)._meta.get_field(name).verbose_name)),
                    choices=[(KEEP, mine or _("(empty)")), (TAKE, theirs)],
                    widget=forms.RadioSelect,
                    initial=KEEP if mine else TAKE,
                )

    @property
    def taken(self) -> list[str]:
        """The fields whose value comes from the other."""
        return [name for name, choice in self.cleaned_data.items() if choice == TAKE]


def words_of(row: Any, name: str) -> str:
    """The value of a field as a person reads it."""
    display = getattr(row, f"get_{name}_display", None)
    value = display() if display else getattr(row, name)
    return "" if value is None else str(value)


class OtherPersonForm(forms.Form):
    other = PersonField(label=_("Who is here twice?"), help_text=_("The name of the record that should go."))


class OtherOrganizationForm(forms.Form):
    other = OrganizationField(label=_("Which body is here twice?"), help_text=_("The name of the one that should go."))
