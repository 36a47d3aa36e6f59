"""Forms that know which version of a row they were made from."""

from typing import Any

from django import forms
from django.db.models import Model
from django.utils.text import capfirst
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.users.forms import UserCreationForm, UserEditForm

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

    def changes(self, *, only_changed: bool = False) -> dict[str, Any]:
        """What an action is given: every cleaned field but the version, or only those that differ from the row."""
        names = self.changed_data if only_changed else self.cleaned_data
        return {name: self.cleaned_data[name] for name in names if name != "version"}

    def save(self, commit: bool = True) -> Any:
        """Refused: rows change through actions only."""
        raise TypeError("Forms do not save; call the action with form.changes().")


class VersionedAdminForm(VersionedForm, WagtailAdminModelForm):
    """The same for wagtail-modeladmin, whose forms are made from panels."""


class AdminForm(WagtailAdminModelForm):
    """For modeladmin lists of rows without a version, which are only ever added."""

    def changes(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


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


class RoleUserForm(UserCreationForm):
    """A new account has exactly one role; groups and superuser follow from roles and are not offered."""

    is_superuser = None

    class Meta(UserCreationForm.Meta):
        fields = ("username", "email", "first_name", "last_name", "role", "time_zone")
        widgets: dict[str, Any] = {}


class RoleUserEditForm(UserEditForm):
    is_superuser = None

    class Meta(UserEditForm.Meta):
        fields = ("username", "email", "first_name", "last_name", "role", "time_zone", "is_active")
        widgets: dict[str, Any] = {}

    def __init__(self, *args: Any, editing_self: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if editing_self:
            del self.fields["is_active"]
