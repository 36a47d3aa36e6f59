from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.access.models import User
from crm.influence.enums import AssessmentKind, Degree
from crm.issues.enums import Position
from crm.issues.models import Issue
from crm.people.enums import Level, PersonCategory
from crm.people.forms import OrganizationField

ANY: list[tuple[str, Any]] = [("", _("all"))]


class InfluenceForm(forms.Form):
    """What somebody cares about and can move, now or as we want it, and how we know."""

    issue = forms.ModelChoiceField(label=_("Issue"), queryset=Issue.objects.none())
    kind = forms.ChoiceField(label=_("This is"), choices=AssessmentKind)
    interest = forms.TypedChoiceField(label=_("Interest"), choices=Degree.choices, coerce=int, initial=3)
    influence = forms.TypedChoiceField(label=_("Influence"), choices=Degree.choices, coerce=int, initial=3)
    position = forms.ChoiceField(label=_("Position"), choices=[("", _("not known")), *Position.choices], required=False)
    observed_on = forms.DateField(label=_("As of"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    source = forms.CharField(label=_("How we know"), max_length=200)
    source_url = forms.URLField(label=_("Address of the source"), max_length=500, required=False, assume_scheme="https")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["issue"].queryset = Issue.objects.all()  # type: ignore[attr-defined]


class GridFilterForm(forms.Form):
    """What the grid is narrowed to; sent with GET, so that the address keeps it."""

    position = forms.ChoiceField(label=_("Position"), choices=[*ANY, *Position.choices], required=False)
    category = forms.ChoiceField(label=_("Category"), choices=[*ANY, *PersonCategory.choices], required=False)
    level = forms.ChoiceField(label=_("Level"), choices=[*ANY, *Level.choices], required=False)
    body = OrganizationField(label=_("Sits in"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].user = user  # type: ignore[attr-defined]
