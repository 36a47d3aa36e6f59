from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.access.forms import VersionedForm
from crm.segments.enums import StepAct
from crm.segments.models import Segment
from crm.segments.registry import filters_by_group


class SegmentForm(VersionedForm):
    class Meta:
        model = Segment
        fields = ("name", "description", "is_shared")
        help_texts = {
            "name": _("Say who is in it, for example “Harbour Committee without opponents”."),
            "is_shared": _("Colleagues may use it; only you and the directors change it."),
        }
        widgets = {"description": forms.Textarea(attrs={"rows": 2})}


class StepForm(forms.Form):
    """What a new step does and by which question; the question's own form follows on the next page."""

    act = forms.ChoiceField(label=_("What the step does"), choices=StepAct, widget=forms.RadioSelect)
    filter = forms.ChoiceField(label=_("With whom"))

    def __init__(self, *args: Any, first: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(group, [(each.key, each.label) for each in inside]) for group, inside in filters_by_group()]
        self.fields["filter"].choices = choices  # type: ignore[attr-defined]
        if first:
            self.fields["act"].choices = [(StepAct.ADD.value, StepAct.ADD.label)]  # type: ignore[attr-defined]
        self.fields["act"].initial = StepAct.ADD


class ChangeStepForm(forms.Form):
    """Which step a button is about, and which version of the segment the page showed."""

    version = forms.IntegerField(min_value=1)
    position = forms.IntegerField(min_value=0, required=False)


class FreezeForm(forms.Form):
    name = forms.CharField(label=_("Name of the list"), max_length=150)
    purpose = forms.CharField(
        label=_("Used for"), max_length=200, help_text=_("For example “Invitation to the harbour hearing”.")
    )


class SaveFilterForm(forms.Form):
    """A name for what the people list shows."""

    name = forms.CharField(label=_("Name of the segment"), max_length=150)
    is_shared = forms.BooleanField(
        label=_("Shared with colleagues"),
        required=False,
        help_text=_("Colleagues may use it; only you and the directors change it."),
    )
