from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Role
from crm.access.forms import AdminForm
from crm.access.models import User
from crm.access.rules import STAFF_ROLES
from crm.base.text import one_line
from crm.fields.enums import AnswerComparison, FieldKind
from crm.fields.models import CustomField, CustomValue
from crm.fields.queries import readable_fields, writable_fields
from crm.fields.rules import NO, YES, clean_answer
from crm.people.models import Organization, Person

ROLE_CHOICES = [(role.value, role.label) for role in Role if role in STAFF_ROLES]


class LinesField(forms.CharField):
    """A list of texts, one a line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        lines = (one_line(line) for line in str(super().clean(value) or "").splitlines())
        return list(dict.fromkeys(line for line in lines if line))


class CustomFieldForm(AdminForm):
    choices = LinesField(label=_("Choices, one a line"), required=False)
    read_roles = forms.MultipleChoiceField(
        label=_("Who reads it"), choices=ROLE_CHOICES, widget=forms.CheckboxSelectMultiple
    )
    write_roles = forms.MultipleChoiceField(
        label=_("Who writes it"), choices=ROLE_CHOICES, widget=forms.CheckboxSelectMultiple, required=False
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        missing = set(cleaned.get("write_roles", ())) - set(cleaned.get("read_roles", ()))
        if missing:
            self.add_error("read_roles", _("Whoever writes a field has to read it too; tick both."))
        return cleaned


class AnswersForm(forms.Form):
    """Every question this user may answer about somebody, filled with what is known."""

    def __init__(self, *args: Any, owner: Person | Organization, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = {field.key: field for field in writable_fields(owner, user)}
        whose = {"person": owner} if isinstance(owner, Person) else {"organization": owner}
        known = dict(CustomValue.objects.filter(**whose).order_by().values_list("field__key", "value"))
        for key, field in self.asked.items():
            self.fields[key] = _form_field(field)
            self.fields[key].initial = known.get(key, "")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for key, field in self.asked.items():
            try:
                cleaned[key] = clean_answer(field, cleaned.get(key) or "")
            except forms.ValidationError as error:
                self.add_error(key, error)
        return cleaned

    @property
    def answers(self) -> list[tuple[CustomField, str]]:
        """What was answered, question by question."""
        return [(field, self.cleaned_data[key]) for key, field in self.asked.items()]


def _form_field(field: CustomField) -> forms.Field:
    told: dict[str, Any] = {"label": field.label, "help_text": field.help_text, "required": False}
    if field.kind == FieldKind.CHOICE:
        return forms.ChoiceField(choices=[("", "—"), *((choice, choice) for choice in field.choices)], **told)
    if field.kind == FieldKind.BOOLEAN:
        return forms.ChoiceField(choices=[("", "—"), (YES, _("yes")), (NO, _("no"))], **told)
    return forms.CharField(max_length=1000, **told)


class AnsweredForm(forms.Form):
    """Which question of ours, and how its answer compares. Only questions the asker may read are offered."""

    field = forms.ModelChoiceField(label=_("Field"), queryset=CustomField.objects.none(), to_field_name="key")
    compare = forms.ChoiceField(label=_("Its answer"), choices=AnswerComparison)
    value = forms.CharField(label=_("Compared with"), max_length=200, required=False)

    def set_user(self, user: User) -> None:
        self.fields["field"].queryset = readable_fields(user)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("field") and given.get("compare", AnswerComparison.ANY) != AnswerComparison.ANY:
            given["value"] = self._answer(given["field"], given.get("value", ""), given["compare"])
        return given

    def _answer(self, field: CustomField, value: str, compare: str) -> str:
        """The value in the form answers are kept in; text that is only looked for inside them stays as it is."""
        if not value:
            self.add_error("value", _("Give a value to compare with."))
        try:
            return value if compare == AnswerComparison.CONTAINS else clean_answer(field, value)
        except forms.ValidationError as error:
            self.add_error("value", error)
            return ""
