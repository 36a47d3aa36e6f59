from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.exports.enums import FileFormat
from crm.exports.queries import column_choices
from crm.exports.registry import ExportKind

AT_FIRST = frozenset(
    "public_id name classification parent area seat_now party_now term_ends email phone office_phone tags".split()
)


class ExportForm(forms.Form):
    """Which columns, in which form, and why."""

    reason = forms.CharField(
        label=_("Why do you need them?"),
        min_length=5,
        max_length=300,
        help_text=_("One sentence. It is kept with your name in the list of exports, which auditors read."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    file_format = forms.ChoiceField(label=_("Form"), widget=forms.RadioSelect)
    columns = forms.MultipleChoiceField(
        label=_("Columns"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("For CSV and XLSX. The other forms have columns of their own."),
    )

    def __init__(self, *args: Any, kind: ExportKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = column_choices(kind)
        self.fields["columns"].choices = choices  # type: ignore[attr-defined]
        self.fields["columns"].initial = [name for name, _label in choices if name in AT_FIRST]
        self.fields["file_format"].choices = [(each.value, each.label) for each in kind.formats]  # type: ignore[attr-defined]
        self.fields["file_format"].initial = kind.formats[0]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        tables = {FileFormat.CSV, FileFormat.XLSX}
        if cleaned.get("file_format") in tables and not cleaned.get("columns") and "columns" not in self.errors:
            self.add_error("columns", _("Tick at least one column."))
        return cleaned
