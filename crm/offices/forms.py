from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.base.dates import validate_partial_date
from crm.offices.enums import AskedBy
from crm.offices.models import OfficeRules


class OfficeRulesForm(forms.ModelForm):
    """What the office expects; `version` is empty while nothing was written down."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    request_url = forms.URLField(label=_("Address of the form"), max_length=500, required=False, assume_scheme="https")

    class Meta:
        model = OfficeRules
        fields = (
            "asked_by",
            "request_url",
            "lead_days",
            "meeting_minutes",
            "max_people",
            "follow_up_days",
            "cooling_off_days",
            "no_attachments",
            "wants_constituent",
            "note",
            "source",
        )
        help_texts = {
            "lead_days": _("How many days before the meeting they want to be asked."),
            "follow_up_days": _("Without a number we follow up after seven days."),
            "cooling_off_days": _("Without a number we wait thirty days before we ask for another meeting."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["version"] = self.instance.version

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("asked_by") == AskedBy.FORM and not cleaned.get("request_url"):
            self.add_error("request_url", _("Write the address of the form, so that we find it next time."))
        return cleaned

    def changes(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class EndJobForm(forms.Form):
    end_date = forms.CharField(
        label=_("Until"), max_length=10, help_text=_("A day, a month or a year: 2026-03-01, 2026-03 or 2026.")
    )

    def clean_end_date(self) -> str:
        text = str(self.cleaned_data["end_date"])
        try:
            validate_partial_date(text)
        except ValidationError as error:
            raise forms.ValidationError(error.messages) from error
        return text
