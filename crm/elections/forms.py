from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.people.enums import OrganizationClassification
from crm.people.forms import PersonField
from crm.people.models import Organization

BODIES = (
    OrganizationClassification.LEGISLATURE,
    OrganizationClassification.CHAMBER,
    OrganizationClassification.COMMITTEE,
    OrganizationClassification.COUNCIL,
)


class RollOverForm(forms.Form):
    """Which body, and between which two days."""

    organization = forms.ModelChoiceField(label=_("Body"), queryset=Organization.objects.none())
    name = forms.CharField(label=_("Name"), max_length=150, help_text=_("For example: Assembly elections 2028."))
    last_day = forms.DateField(
        label=_("Last day of the old term"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    first_day = forms.DateField(
        label=_("First day of the new term"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        with_posts = Organization.objects.visible_to(user).filter(posts__isnull=False, classification__in=BODIES)
        field: Any = self.fields["organization"]
        field.queryset = with_posts.distinct()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        last, first = cleaned.get("last_day"), cleaned.get("first_day")
        if last and first and first <= last:
            self.add_error("first_day", _("The new term has to begin after the last day of the old one."))
        return cleaned


class HandOverForm(forms.Form):
    """To whom a row goes: the new holder of the seat unless somebody else is named."""

    successor = PersonField(label=_("To"), required=False)
