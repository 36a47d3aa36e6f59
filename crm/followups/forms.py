from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.access.forms import VersionedForm
from crm.access.models import User
from crm.access.rules import STAFF_ROLES
from crm.base.models import new_public_id
from crm.followups.enums import CommitmentDirection, CommitmentState, OpenThing
from crm.followups.models import Commitment, Task
from crm.issues.models import Ask


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def staff() -> Any:
    """Who can be given a task."""
    return User.objects.filter(is_active=True, role__in=STAFF_ROLES).order_by("first_name", "last_name", "username")


class OnceForm(forms.Form):
    """Carries a random key, so that a double click saves once."""

    nonce = forms.CharField(widget=forms.HiddenInput, max_length=40, initial=new_public_id)

    def origin_key(self) -> str:
        return f"form:{self.cleaned_data['nonce']}"


class TaskForm(VersionedForm):
    class Meta:
        model = Task
        fields = ("title", "detail", "assignee", "due_on")
        widgets = {"due_on": DayInput(), "detail": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = staff()  # type: ignore[attr-defined]


class PersonTaskForm(OnceForm):
    title = forms.CharField(label=_("What"), max_length=250)
    due_on = forms.DateField(label=_("By"), widget=DayInput(), required=False)
    assignee = forms.ModelChoiceField(label=_("Who"), queryset=User.objects.none(), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = staff()  # type: ignore[attr-defined]


class CommitmentForm(OnceForm):
    direction = forms.ChoiceField(label=_("Whose promise"), choices=CommitmentDirection)
    words = forms.CharField(label=_("In their exact words"), widget=forms.Textarea(attrs={"rows": 3}))
    made_on = forms.DateField(label=_("Made on"), widget=DayInput())
    due_on = forms.DateField(label=_("Due"), widget=DayInput(), required=False)
    ask = forms.ModelChoiceField(label=_("About"), queryset=Ask.objects.none(), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ask"].queryset = Ask.objects.filter(is_open=True)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("due_on") and given.get("made_on") and given["due_on"] < given["made_on"]:
            self.add_error("due_on", _("The day it is due is before the day it was made; check both dates."))
        return given


class SettleForm(forms.ModelForm):
    """How a promise ended, from the version that was on the screen."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Commitment
        fields = ("state",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ended = [choice for choice in CommitmentState.choices if choice[0] != CommitmentState.OPEN]
        self.fields["state"] = forms.ChoiceField(label=_("How did it end?"), choices=ended)
        self.initial["version"] = self.instance.version


class OpenThingForm(forms.Form):
    """What is still open with somebody."""

    thing = forms.ChoiceField(label=_("There is still open"), choices=OpenThing)
    overdue = forms.BooleanField(label=_("Overdue only"), required=False)
