from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Act
from crm.access.forms import VersionedForm
from crm.access.models import User
from crm.access.rules import can
from crm.bodies import queries
from crm.people.enums import Level, OrganizationClassification
from crm.people.forms import AreaField, ListFilterSet, OrganizationField, PickFilter
from crm.people.models import Organization
from crm.places.models import Area


class OrganizationForm(VersionedForm):
    parent = OrganizationField(label=_("Part of"), required=False)
    area = AreaField(label=_("Area"), required=False)

    class Meta:
        model = Organization
        fields = ("name", "classification", "level", "parent", "area", "description")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hidden = self.instance.parent_id and not can(user, Act.VIEW, self.instance.parent)
        if hidden:
            del self.fields["parent"]  # It stays what it is; the field would name it.
        for name in ("area",) if hidden else ("parent", "area"):
            self.fields[name].user = user  # type: ignore[attr-defined]
            self.initial[name] = getattr(self.instance, name)

    def clean_parent(self) -> Organization | None:
        parent = above = self.cleaned_data["parent"]
        while above is not None and above.pk != self.instance.pk:
            above = above.parent
        if above is not None:
            raise forms.ValidationError(_("A body cannot be part of itself or of its own parts; pick another one."))
        return parent


class BodyFilterSet(ListFilterSet):
    """What the list of bodies can be narrowed by."""

    classification = django_filters.ChoiceFilter(label=_("Kind"), choices=OrganizationClassification)
    level = django_filters.ChoiceFilter(label=_("Level"), choices=Level)
    area = PickFilter(label=_("Area and what lies in it"), picks=AreaField, method="within")
    parent = PickFilter(label=_("Part of"), picks=OrganizationField)

    class Meta:
        model = Organization
        fields: list[str] = []

    def within(self, bodies: Any, _name: str, area: Area) -> Any:
        return queries.for_area(bodies, area)
