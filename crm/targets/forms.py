from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.access.forms import VersionedForm
from crm.access.models import User
from crm.access.rules import STAFF_ROLES
from crm.issues.enums import Confidence, Position
from crm.issues.forms import day_field
from crm.issues.models import Ask, Stance
from crm.people.forms import OrganizationField, PersonField
from crm.targets.models import Quota, Target, TargetList


def colleagues() -> Any:
    """Who can be given a target."""
    return User.objects.filter(is_active=True, role__in=STAFF_ROLES).order_by("first_name", "last_name", "username")


class BoardField(forms.ModelChoiceField):
    """A whip board this user may see. Set `user` before use."""

    def __init__(self, **kwargs: Any) -> None:
        self._user: Any = None
        super().__init__(TargetList.objects.none(), label=_("Whip board"), to_field_name="public_id", **kwargs)

    @property
    def user(self) -> Any:
        return self._user

    @user.setter
    def user(self, user: Any) -> None:
        self._user = user
        self.queryset = TargetList.objects.visible_to(user)


class BoardForm(forms.Form):
    """One whip board."""

    board = BoardField()

    def set_user(self, user: Any) -> None:
        self.fields["board"].user = user  # type: ignore[attr-defined]


class TargetListForm(VersionedForm):
    """A board keeps its ask: its stances are that ask's."""

    organization = OrganizationField(
        label=_("Body that votes"),
        required=False,
        help_text=_("The committee or chamber; its members come with one click."),
    )

    class Meta:
        model = TargetList
        fields = ("name", "ask", "is_open")

    field_order = ("name", "ask", "organization", "is_open")

    def __init__(self, *args: Any, user: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].user = user  # type: ignore[attr-defined]
        if self.instance.pk:
            del self.fields["ask"]
            self.initial["organization"] = self.instance.organization
        else:
            del self.fields["is_open"]
            self.fields["ask"].queryset = Ask.objects.filter(is_open=True)  # type: ignore[attr-defined]


class AddPersonForm(forms.Form):
    person = PersonField(label=_("Person"))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].user = user  # type: ignore[attr-defined]


class QuotaForm(forms.ModelForm):
    due_on = day_field(_("On"), required=False)

    class Meta:
        model = Quota
        fields = ("needed", "milestone", "due_on")
        help_texts = {"milestone": _("For example: mark-up, second reading.")}

    def save(self, commit: bool = True) -> Any:
        """Refused: rows change through actions only."""
        raise TypeError("Forms do not save; call the action.")


class TargetForm(VersionedForm):
    class Meta:
        model = Target
        fields = ("wanted", "assigned_to", "is_champion", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assigned_to"].queryset = colleagues()  # type: ignore[attr-defined]

    def clean_wanted(self) -> Position:
        return Position(self.cleaned_data["wanted"])


class MoveForm(forms.ModelForm):
    """Another position for somebody, made while `was` was on the screen; the evidence goes with it."""

    was = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)
    observed_on = day_field(_("As of"))
    source = forms.CharField(label=_("Source"), max_length=200)
    confidence = forms.ChoiceField(label=_("How sure we are"), choices=Confidence, required=False)

    class Meta:
        model = Stance
        fields = ("position", "observed_on", "source", "evidence", "confidence")

    def clean_position(self) -> Position:
        return Position(self.cleaned_data["position"])

    def clean_confidence(self) -> Confidence:
        return Confidence(self.cleaned_data["confidence"] or Confidence.LIKELY)

    def save(self, commit: bool = True) -> Any:
        """Refused: rows change through actions only."""
        raise TypeError("Forms do not save; call the action.")
