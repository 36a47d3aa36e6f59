from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.access.forms import VersionedForm
from crm.people.enums import ContactType, MembershipRole, Visibility
from crm.people.models import Organization, Person


class PersonForm(VersionedForm):
    class Meta:
        model = Person
        fields = (
            "name",
            "honorific_prefix",
            "given_name",
            "family_name",
            "category",
            "visibility",
            "language",
            "summary",
        )
        help_texts = {
            "name": _("The full name as it is written on the door."),
            "visibility": _("A person only you and the directors see shows nowhere to anybody else."),
        }
        widgets = {"summary": forms.Textarea(attrs={"rows": 4})}


class OrganizationForm(VersionedForm):
    class Meta:
        model = Organization
        fields = ("name", "classification", "parent", "area", "description")


class StaffForm(forms.Form):
    """Somebody who works in the office, with the way to reach her."""

    name = forms.CharField(label=_("Name"), max_length=200)
    role = forms.ChoiceField(
        label=_("Job"),
        choices=[
            (role.value, role.label)
            for role in (MembershipRole.SCHEDULER, MembershipRole.CHIEF_OF_STAFF, MembershipRole.AIDE)
        ],
    )
    email = forms.EmailField(label=_("E-mail"), required=False)
    phone = forms.CharField(label=_("Phone"), max_length=60, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("email") and not cleaned.get("phone") and not self.errors:
            raise forms.ValidationError(_("Give an e-mail address or a phone number, so that we can reach her."))
        return cleaned


class ContactForm(forms.Form):
    type = forms.ChoiceField(label=_("Kind"), choices=ContactType)
    value = forms.CharField(label=_("Address or number"), max_length=500)
    label = forms.CharField(label=_("Label"), max_length=100, required=False)


def visibility_fields(changes: dict[str, Any], by: Any) -> dict[str, Any]:
    """A person kept to the team belongs to whoever makes her so."""
    return changes | {"owner": by} if changes.get("visibility") == Visibility.TEAM else changes
