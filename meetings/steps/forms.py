"""Forms for one step: they carry the version they were made from and can say what was typed, in words."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

Facts = list[tuple[str, str]]


class StepForm(forms.Form):
    """A form for one step. It may have parts, each a form with its own prefix, checked together with it."""

    required_css_class = "required"
    legend: Any = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.parts: list[StepForm] = []

    def keep(self, data: Any) -> None:
        """Show what was typed so far in a form drawn anew, without judging it."""
        for bound in self:
            self.initial[bound.name] = bound.field.widget.value_from_datadict(data, {}, bound.html_name)
        for part in self.parts:
            part.keep(data)

    def active_parts(self) -> list["StepForm"]:
        """The parts that count for what was chosen."""
        return self.parts

    def is_valid(self) -> bool:
        own = super().is_valid()
        return all([own, *(part.is_valid() for part in self.active_parts())])

    def shown(self) -> list[forms.BoundField]:
        """The fields a person sees."""
        return self.visible_fields()

    def problems(self) -> list[tuple[str, str]]:
        """(id of the field or empty, sentence) of everything that is wrong, in reading order."""
        if not self.is_bound:
            return []
        found = [("", str(sentence)) for sentence in self.non_field_errors()]
        for bound in [*self.hidden_fields(), *self.shown()]:
            found += [(bound.id_for_label or bound.auto_id, str(sentence)) for sentence in bound.errors]
        return found + [problem for part in self.active_parts() for problem in part.problems()]

    def facts(self) -> Facts:
        """(label, value) as typed, or as it stands when nothing was typed; empty lines of rows are left out."""
        own = [(str(capfirst(str(bound.label))), _words(bound)) for bound in self.shown()]
        return own + [fact for part in self.active_parts() for fact in part.facts() if fact[1]]


def _words(bound: forms.BoundField) -> str:
    value = bound.value()
    if isinstance(bound.field, forms.BooleanField):
        return str(_("yes")) if value else str(_("no"))
    choices = getattr(bound.field, "choices", None)
    if choices is None:
        return "" if value is None else str(value)
    chosen = {str(getattr(one, "pk", one)) for one in (value if isinstance(value, list | tuple) else [value])}
    return ", ".join(str(label) for key, label in _flat(choices) if str(key) in chosen and str(key))


def _flat(choices: Any) -> Iterator[tuple[Any, Any]]:
    for key, label in choices:
        if isinstance(label, list | tuple):
            yield from label
        else:
            yield key, label


class VersionForm(StepForm):
    """Knows the version of the row it was made from."""

    version = forms.IntegerField(
        widget=forms.HiddenInput,
        min_value=1,
        max_value=10**8,
        error_messages={"required": _("This page is too old to send. Reload it and enter your changes again.")},
    )
