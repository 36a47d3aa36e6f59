from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.lobbydays.forms import clock
from meetings.lobbydays.models import Delegate
from meetings.steps.forms import StepForm, VersionForm


class ConfirmOfficeForm(VersionForm):
    title = forms.CharField(label=_("Title everybody sees"), max_length=200)


class JoinForm(StepForm):
    """One more for a team, by hand."""

    delegate = forms.ModelChoiceField(
        Delegate.objects.none(), label=_("Delegate"), to_field_name="public_id", empty_label=_("Choose a delegate")
    )
    leads = forms.BooleanField(label=_("Leads this team"), required=False)

    def __init__(self, *args: Any, delegates: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["delegate"].queryset = delegates  # type: ignore[attr-defined]


class LeaveForm(JoinForm):
    leads = None  # type: ignore[assignment]


class TimeForm(StepForm):
    start = clock(_("Another time"))
