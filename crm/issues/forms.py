from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.issues.enums import Position
from crm.issues.models import Ask


class StanceForm(forms.Form):
    """Where somebody stands on an ask from a day on, and how we know."""

    ask = forms.ModelChoiceField(label=_("What we ask"), queryset=Ask.objects.none())
    position = forms.ChoiceField(label=_("Position"), choices=Position)
    observed_on = forms.DateField(label=_("As of"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    evidence = forms.CharField(label=_("How we know"), max_length=500, required=False)
    source = forms.CharField(label=_("Source"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ask"].queryset = Ask.objects.filter(is_open=True)  # type: ignore[attr-defined]
