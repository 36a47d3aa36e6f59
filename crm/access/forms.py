"""Forms that know which version of a row they were made from."""

from typing import Any

from django import forms
from django.db.models import Model
from django.utils.text import capfirst

from crm.base.models import Versioned

Facts = list[tuple[str, str]]


class VersionedForm(forms.ModelForm):
    """A form for an editable row: carries the version it shows, and never saves by itself."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            del self.fields["version"]
        else:
            self.initial["version"] = self.instance.version

    def changes(self) -> dict[str, Any]:
        """What an action is given: every cleaned field but the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def save(self, commit: bool = True) -> Any:
        """Refused: rows change through actions only."""
        raise NotImplementedError("Forms do not save; call the action with form.changes().")


def as_facts(form: forms.ModelForm, row: Model) -> Facts:
    """(label, value) of every visible field of a form, with the values of `row`."""
    return [
        (str(capfirst(str(field.label))), _words(row, field.name))
        for field in form.visible_fields()
        if hasattr(row, field.name)
    ]


def both_versions(form: forms.ModelForm, current: Versioned) -> tuple[Facts, Facts]:
    """What the person typed and what is saved, line by line in the same order."""
    return as_facts(form, form.instance), as_facts(form, current)


def _words(row: Model, name: str) -> str:
    display = getattr(row, f"get_{name}_display", None)
    value = display() if display else getattr(row, name)
    return "" if value is None else str(value)
