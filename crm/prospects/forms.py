from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.access.forms import VersionedForm
from crm.access.models import User
from crm.access.rules import STAFF_ROLES
from crm.campaigns.models import Campaign
from crm.people.forms import OrganizationField, PersonField
from crm.prospects.enums import Stage
from crm.prospects.models import Prospect

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def colleagues() -> Any:
    """Who can be given a prospect."""
    return User.objects.filter(is_active=True, role__in=STAFF_ROLES).order_by("first_name", "last_name", "username")


class ProspectForm(VersionedForm):
    """A prospect is made for one person or one body; later only the work on it changes here, not the stage."""

    person = PersonField(label=_("Person"), required=False)
    organization = OrganizationField(label=_("or organization"), required=False)

    class Meta:
        model = Prospect
        fields = ("campaign", "alignment", "assigned_to", "next_step_on")
        widgets = {"next_step_on": DAY, "alignment": forms.Textarea(attrs={"rows": 4})}

    field_order = ("campaign", "person", "organization", "alignment", "assigned_to", "next_step_on")

    def __init__(self, *args: Any, user: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assigned_to"].queryset = colleagues()  # type: ignore[attr-defined]
        if self.instance.pk:
            for name in ("campaign", "person", "organization"):
                del self.fields[name]
            return
        self.fields["person"].user = self.fields["organization"].user = user  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if "person" in self.fields and not self.errors and bool(given["person"]) == bool(given["organization"]):
            self.add_error("person", _("Name either a person or an organization."))
        return given

    def _post_clean(self) -> None:
        """Whose prospect it is comes through the action; the database checks it there."""
        self.instance.person, self.instance.organization = (
            (self.instance.person, self.instance.organization)
            if self.instance.pk
            else (self.cleaned_data.get("person"), self.cleaned_data.get("organization"))
        )
        super()._post_clean()  # type: ignore[misc]


class PersonProspectForm(forms.ModelForm):
    """The same on the page of a person."""

    class Meta:
        model = Prospect
        fields = ("campaign", "alignment", "next_step_on")
        widgets = {"next_step_on": DAY, "alignment": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["campaign"].queryset = Campaign.objects.order_by("title", "id")  # type: ignore[attr-defined]

    def _post_clean(self) -> None:
        """The action and the database check the row: here it has no owner yet."""

    def save(self, commit: bool = True) -> Any:
        """Refused: rows change through actions only."""
        raise TypeError("Forms do not save; call the action.")


class MoveProspectForm(forms.ModelForm):
    """Another stage, chosen while `was` was on the screen."""

    was = forms.ChoiceField(choices=Stage, widget=forms.HiddenInput)

    class Meta:
        model = Prospect
        fields = ("stage",)

    def save(self, commit: bool = True) -> Any:
        """Refused: rows change through actions only."""
        raise TypeError("Forms do not save; call the action.")


class ProspectStageForm(forms.Form):
    """Prospects by how far along they are, of one campaign or of all."""

    campaign = forms.ModelChoiceField(
        label=_("Campaign"), queryset=Campaign.objects.all(), to_field_name="public_id", required=False
    )
    stages = forms.MultipleChoiceField(label=_("Stage"), choices=Stage)
