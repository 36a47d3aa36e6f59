from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.access.models import User
from crm.people.forms import OrganizationField
from meetings.availability.enums import InstitutionKind
from meetings.availability.forms import FileForm, minutes_field
from meetings.scheduling.forms import zone_choices
from meetings.scheduling.models import Venue
from meetings.steps.forms import StepForm, VersionForm


class InstitutionFileForm(VersionForm, FileForm):
    """A file for a calendar as it stands."""


class InstitutionForm(StepForm):
    organization = OrganizationField(label=_("Body"), error_messages={"required": _("Say whose calendar it is.")})
    name = forms.CharField(label=_("Name"), max_length=100, error_messages={"required": _("Give it a name.")})
    zone = forms.ChoiceField(label=_("Time zone of the place"), choices=zone_choices)
    default_kind = forms.ChoiceField(
        label=_("What its entries are"),
        required=False,
        choices=[("", _("by the words of each title")), *InstitutionKind.choices],
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].user = user  # type: ignore[attr-defined]


class TravelForm(StepForm):
    one = forms.ModelChoiceField(Venue.objects.all(), label=_("From"))
    other = forms.ModelChoiceField(Venue.objects.all(), label=_("To"))
    minutes = minutes_field(_("Minutes"), 20, most=600)
