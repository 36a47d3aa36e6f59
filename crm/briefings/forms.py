from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from crm.access.forms import VersionedForm
from crm.briefings.enums import Audience
from crm.briefings.models import TalkingPoint
from crm.issues.models import Ask
from crm.issues.queries import open_asks


class BriefingForm(forms.Form):
    """Everything may stay empty: then it is a delegation pack in the first language of the site."""

    audience = forms.ChoiceField(
        label=_("Who it is for"),
        choices=lambda: [(audience.value, capfirst(audience.label)) for audience in Audience],
        required=False,
        help_text=_("Only a leave-behind may be handed to the office."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES, required=False)
    ask = forms.ModelChoiceField(
        label=_("What we ask"),
        queryset=Ask.objects.none(),
        required=False,
        help_text=_("Leave empty to take the ask of the meeting."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"audience": Audience.DELEGATION, "language": settings.LANGUAGE_CODE})
        super().__init__(*args, **kwargs)
        asks: Any = self.fields["ask"]
        asks.queryset = open_asks()

    def clean_audience(self) -> Audience:
        return Audience(self.cleaned_data["audience"] or Audience.DELEGATION)

    def clean_language(self) -> str:
        return self.cleaned_data["language"] or settings.LANGUAGE_CODE


class TalkingPointForm(VersionedForm):
    source_url = forms.URLField(label=_("Source address"), max_length=500, required=False, assume_scheme="https")

    class Meta:
        model = TalkingPoint
        fields = ("ask", "text", "source", "source_url", "sourced_on", "audience", "position", "expires_on")
        widgets = {
            "text": forms.Textarea(attrs={"rows": 4}),
            "sourced_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "expires_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        help_texts = {
            "audience": _("A point for the leave-behind may be read by the office."),
            "sourced_on": _("The day on which it was read there."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("source", "sourced_on"):
            self.fields[name].required = True
        if self.instance.pk is not None:
            del self.fields["ask"]
