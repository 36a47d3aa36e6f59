"""What the questions about people, their seats and their consent ask for."""

from datetime import date
from typing import Any

import django_filters
from django import forms
from django.conf import settings
from django.core.validators import EMPTY_VALUES
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from crm.access.models import Team, User
from crm.access.rules import STAFF_ROLES
from crm.consent.enums import Purpose
from crm.criteria.enums import ConsentState, Reach
from crm.people.enums import Level, MembershipRole, OrganizationClassification, PersonCategory
from crm.people.forms import AreaField, OrganizationField, PersonFilterSet
from crm.segments.enums import StepAct
from crm.segments.errors import SegmentUnusableError
from crm.segments.models import FrozenList, Segment
from crm.segments.queries import people_of, reading_of
from crm.segments.rules import Step

NOT_FILTERS = ("p", "page", "ordering", "export", "_w_filter_fragment")
DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class SegmentChoice(forms.ModelChoiceField):
    """A segment the list can be narrowed to; one that cannot be used now says why."""

    on: date
    user: User

    def clean(self, value: Any) -> Any:
        segment = super().clean(value)
        if segment and (problem := reading_of(segment, self.user, self.on).problem):
            raise forms.ValidationError(problem.sentence)
        return segment


class SegmentListFilter(django_filters.ModelChoiceFilter):
    """`?segment=<public id>` of the people list: whom the segment means for whoever looks."""

    field_class = SegmentChoice

    def __init__(self) -> None:
        super().__init__(label=_("Segment"), to_field_name="public_id", method=self.narrow)

    def get_queryset(self, request: Any) -> Any:
        return Segment.objects.visible_to(self.parent.user)

    @property
    def field(self) -> Any:
        found = super().field
        found.user, found.on = self.parent.user, self.parent.on
        return found

    def narrow(self, people: Any, _name: str, segment: Segment) -> Any:
        found = people_of(segment, self.parent.user, self.parent.on)
        return people.filter(pk__in=found.order_by().values("pk"))


class NothingForm(forms.Form):
    """A question without arguments."""


class CategoryForm(forms.Form):
    category = forms.MultipleChoiceField(label=_("Kind"), choices=PersonCategory, widget=forms.CheckboxSelectMultiple)


class LevelForm(forms.Form):
    level = forms.MultipleChoiceField(label=_("Level"), choices=Level, widget=forms.CheckboxSelectMultiple)


class OwnerForm(forms.Form):
    owner = forms.ModelChoiceField(label=_("Owner"), queryset=User.objects.none())

    def set_user(self, user: User) -> None:
        """Only colleagues can own a person."""
        staff = User.objects.filter(role__in=STAFF_ROLES).order_by("first_name", "last_name", "pk")
        self.fields["owner"].queryset = staff  # type: ignore[attr-defined]


class TeamForm(forms.Form):
    team = forms.ModelChoiceField(label=_("Team"), queryset=Team.objects.none())

    def set_user(self, user: User) -> None:
        self.fields["team"].queryset = Team.objects.all()  # type: ignore[attr-defined]


class LanguageForm(forms.Form):
    language = forms.ChoiceField(label=_("Preferred language"), choices=settings.LANGUAGES)


class ReachForm(forms.Form):
    by = forms.ChoiceField(label=_("Can be reached by"), choices=Reach)


class WordsForm(forms.Form):
    text = forms.CharField(
        label=_("Words"), max_length=100, help_text=_("In the name, an e-mail address, a body or an area.")
    )


class ListedForm(forms.Form):
    query = forms.CharField(
        label=_("Filters of the people list"),
        max_length=2000,
        help_text=_("What stands behind the question mark in the address of the list."),
    )

    def clean_query(self) -> str:
        """Without what names a segment, which could be this one, or only orders and pages."""
        kept = QueryDict(self.cleaned_data["query"].lstrip("?"), mutable=True)
        for name in ("segment", *NOT_FILTERS):
            kept.pop(name, None)
        if not kept:
            raise forms.ValidationError(_("There is no filter in it; copy the address of a filtered list."))
        return kept.urlencode()


class BodyForm(forms.Form):
    body = OrganizationField(label=_("Body"), help_text=_("A committee, a chamber, an office, a partner."))
    role = forms.ChoiceField(label=_("As"), required=False, choices=[("", _("anything")), *MembershipRole.choices])


class BodyKindForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind of body"), choices=OrganizationClassification)
    role = forms.ChoiceField(label=_("As"), required=False, choices=[("", _("anything")), *MembershipRole.choices])


class PostForm(forms.Form):
    role = forms.CharField(
        label=_("Role of the seat"), max_length=100, help_text=_("As in the list of posts, for example senator.")
    )


class PartyForm(forms.Form):
    party = OrganizationField(label=_("Party"))


class AreaForm(forms.Form):
    area = AreaField(label=_("Area"), help_text=_("The areas inside it count too."))


class TermForm(forms.Form):
    before = forms.DateField(label=_("Before"), widget=DATE)


class ConsentForm(forms.Form):
    purpose = forms.ChoiceField(
        label=_("For"), choices=[(each.value, each.label) for each in (Purpose.UPDATES, Purpose.SEQUENCE)]
    )
    state = forms.ChoiceField(label=_("Consent"), choices=ConsentState)


class SegmentForm(forms.Form):
    segment = forms.ModelChoiceField(
        label=_("Segment"),
        queryset=Segment.objects.none(),
        to_field_name="public_id",
        help_text=_("As it is each time."),
    )

    def set_user(self, user: User) -> None:
        self.fields["segment"].queryset = Segment.objects.visible_to(user)  # type: ignore[attr-defined]


class FrozenListForm(forms.Form):
    frozen_list = forms.ModelChoiceField(label=_("List"), queryset=FrozenList.objects.none(), to_field_name="public_id")

    def set_user(self, user: User) -> None:
        self.fields["frozen_list"].queryset = FrozenList.objects.visible_to(user)  # type: ignore[attr-defined]


class NewestForm(forms.Form):
    number = forms.IntegerField(label=_("How many"), min_value=1, max_value=1_000_000)


class RandomForm(NewestForm):
    seed = forms.IntegerField(
        label=_("Seed"),
        min_value=0,
        max_value=1_000_000,
        initial=1,
        help_text=_("The same seed draws the same people again; another seed draws others."),
    )


def steps_of(query_string: str, user: User, on: date) -> list[Step]:
    """What the people list shows for a query string, as steps: each filter its own question where there is one.

    The rest is one step that filters as the list does. Without any filter: everybody. Raises SegmentUnusableError
    for a filter the list itself cannot read.
    """
    data = QueryDict(query_string.lstrip("?"))
    filters = PersonFilterSet(data, user=user, on=on)
    if not filters.is_valid():
        raise SegmentUnusableError(1, _("The list itself cannot read one of its filters; correct it there."))
    asked = {name: value for name, value in filters.form.cleaned_data.items() if value not in EMPTY_VALUES}
    known = [TRANSLATED[name](value) for name, value in asked.items() if name in TRANSLATED]
    rest = QueryDict(mutable=True)
    for name in data:
        if filters_name(name, asked) and name not in TRANSLATED:
            rest.setlist(name, data.getlist(name))
    found = [*known, *([("listed", {"query": rest.urlencode()})] if rest else [])]
    if words := data.get("q", "").strip():
        found.append(("words", {"text": words[:100]}))
    found = found or [("everybody", {})]
    acts = [StepAct.ADD, *[StepAct.LIMIT] * (len(found) - 1)]
    return [Step(act=act.value, filter=key, args=args) for act, (key, args) in zip(acts, found, strict=True)]


def filters_name(key: str, asked: Any) -> bool:
    """Whether a key of the query string belongs to a filter that is set; ranges have a key for each end."""
    return any(key == name or key.startswith(f"{name}_") for name in asked)


TRANSLATED: dict[str, Any] = {
    "category": lambda value: ("category", {"category": [value]}),
    "level": lambda value: ("level", {"level": [value]}),
    "team": lambda team: ("team", {"team": str(team.pk)}),
    "state": lambda area: ("seat_area", {"area": f"#{area.public_id}"}),
    "chamber": lambda body: ("body", {"body": f"#{body.public_id}"}),
    "committee": lambda body: ("body", {"body": f"#{body.public_id}"}),
    "organization": lambda body: ("body", {"body": f"#{body.public_id}"}),
    "area": lambda area: ("area", {"area": f"#{area.public_id}"}),
    "party": lambda party: ("party", {"party": f"#{party.public_id}"}),
    "segment": lambda segment: ("segment", {"segment": segment.public_id}),
}
"""Filters of the list that are questions of ours."""
