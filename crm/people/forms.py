from datetime import date
from types import SimpleNamespace
from typing import Any

import django_filters
from django import forms
from django.forms.utils import flatatt
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet

from crm.access.forms import VersionedForm
from crm.access.models import Team, User
from crm.access.rules import STAFF_ROLES, visible_rows
from crm.base.text import fold
from crm.people import queries
from crm.people.enums import ContactType, Level, MembershipRole, OrganizationClassification, PersonCategory, Visibility
from crm.people.models import Organization, Person
from crm.people.queries import search_people
from crm.people.registry import list_filters
from crm.places.enums import AreaClassification
from crm.places.models import Area


class PickField(forms.CharField):
    """One row this user may see, typed by name. Set `user` before use; cleans to the row, or None when empty.

    Works without JavaScript: a text that finds exactly one row, or is exactly one row's name, is that row,
    otherwise the error names the choices. A label ending in `#` and a public id, as the suggestions give it,
    names its row for certain.
    """

    model: type[Any]
    suggestions = ""
    kind = ""

    def __init__(self, **kwargs: Any) -> None:
        self.user: Any = None
        super().__init__(**{"max_length": 300, **kwargs})

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        asks = {"data-suggest": _suggest_url(self.suggestions, self.kind)} if self.suggestions else {}
        return {**super().widget_attrs(widget), **asks}

    def rows(self) -> Any:
        """The rows that may be picked."""
        return visible_rows(self.model, self.user)

    def find(self, text: str) -> Any:
        """Visible rows a text may mean."""
        return self.rows().filter(name__icontains=text)

    def prepare_value(self, value: Any) -> Any:
        return pick_label(value) if hasattr(value, "public_id") else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return str(self.prepare_value(initial) or "") != str(data or "").strip()

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        _name, _sign, key = text.rpartition("#")
        named = self.rows().filter(public_id=key.strip()).first() if key else None
        found = [named] if named else list(self.find(text)[:6])
        if len(found) > 1:
            exact = [row for row in found if fold(str(row)) == fold(text)]
            found = exact if len(exact) == 1 else found
        if len(found) == 1:
            return found[0]
        if not found:
            raise forms.ValidationError(
                _("Nobody and nothing here is called that; check the spelling or add it first.")
            )
        choices = "; ".join(pick_label(row) for row in found[:5])
        raise forms.ValidationError(_("Several fit; copy one of these: %(choices)s.") % {"choices": choices})


def _suggest_url(name: str, kind: str) -> Any:
    return format_lazy("{}?kind={}", reverse_lazy(name), kind) if kind else reverse_lazy(name)


def pick_label(row: Any) -> str:
    """How a suggestion names a row, so that the field finds it again."""
    return f"{row} #{row.public_id}"


class PersonField(PickField):
    model = Person
    suggestions = "crm_suggest_people"

    def find(self, text: str) -> Any:
        return search_people(self.user, text)


class OrganizationField(PickField):
    model = Organization
    suggestions = "crm_suggest_organizations"


class CommitteeField(OrganizationField):
    kind = OrganizationClassification.COMMITTEE

    def rows(self) -> Any:
        return super().rows().filter(classification__in=queries.COMMITTEES)


class AreaField(PickField):
    model = Area
    suggestions = "crm_suggest_areas"

    def find(self, text: str) -> Any:
        return queries.areas_called(self.user, text)


class PersonForm(VersionedForm):
    class Meta:
        model = Person
        fields = (
            *("name", "honorific_prefix", "given_name", "family_name", "category", "level", "visibility"),
            *("owner", "team", "language", "summary"),
        )
        help_texts = {
            "name": _("The full name as it is written on the door."),
            "visibility": _("A person only you and the directors see shows nowhere to anybody else."),
        }
        widgets = {"summary": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = staff()  # type: ignore[attr-defined]


def staff() -> Any:
    """The colleagues somebody may belong to."""
    return User.objects.filter(is_active=True, role__in=STAFF_ROLES).order_by("first_name", "last_name", "pk")


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
    """A person kept to the team belongs to whoever makes her so, unless the form names somebody."""
    claims = changes.get("visibility") == Visibility.TEAM and not changes.get("owner")
    return changes | {"owner": by} if claims else changes


ME, NOBODY = "me", "none"


def bodies(kind: OrganizationClassification) -> Any:
    """The choices of a filter. Not for offices: they alone are hidden from some who see the list."""
    return lambda _request: Organization.objects.filter(classification=kind, merged_into=None)


def states(_request: Any) -> Any:
    """The choices of the state filter."""
    return Area.objects.filter(classification=AreaClassification.STATE).order_by("name", "id")


def owners() -> list[tuple[str, Any]]:
    """Whose people one may look at: one's own, nobody's, a colleague's."""
    return [(ME, _("me")), (NOBODY, _("nobody")), *((str(user.pk), str(user)) for user in staff())]


class PickFilter(django_filters.Filter):
    """One row typed by name, where a select would hold hundreds."""

    def __init__(self, *args: Any, picks: type[PickField], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.field_class = picks


class LeanSelect(forms.Select):
    """A select without a template per choice: those of two hundred choices were a sixth of the list's time."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = {str(each) for each in self.format_value(value)}
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            (
                (key if key is not None else "", mark_safe(" selected") if str(key or "") in chosen else "", label)
                for key, label in self.choices
            ),
        )
        given = flatatt({"name": name, **self.build_attrs(self.attrs, attrs)})
        return format_html("<select{}>{}</select>", given, options)


def asked_by(field: forms.Field, user: User) -> None:
    """Make a filter's field ready: it picks among the rows of this user, and draws its choices fast."""
    if isinstance(field, PickField):
        field.user = user
    elif type(field.widget) is forms.Select:
        lean = LeanSelect(field.widget.attrs)
        lean.is_required, lean.choices = field.required, field.widget.choices
        field.widget = lean


class ListFilterSet(WagtailFilterSet):
    """Filters of a list for one user and one day: `user` and `on` say so, else the request and today do."""

    added_filters: Any = None

    def __init__(self, data: Any = None, queryset: Any = None, **asked: Any) -> None:
        user, on = asked.pop("user", None), asked.pop("on", None)
        self.user = user or asked["request"].user
        self.on: date = on or timezone.localdate()
        asked["request"] = asked.get("request") or SimpleNamespace(user=self.user)
        super().__init__(data, self._meta.model.objects.none() if queryset is None else queryset, **asked)
        for name, added in (self.added_filters() if self.added_filters else {}).items():
            added.parent, added.model = self, self._meta.model
            added.field_name = added.field_name or name
            self.filters[name] = added
        for each in self.filters.values():
            asked_by(each.field, self.user)

    def narrow(self, rows: Any) -> Any:
        """Those of `rows` every filter lets through; none when a filter was given something it cannot read."""
        return self.filter_queryset(rows) if self.is_valid() else rows.none()


class PersonFilterSet(ListFilterSet):
    """What the people list can be narrowed by. Others add theirs with `register_list_filter`."""

    added_filters = staticmethod(list_filters)
    category = django_filters.ChoiceFilter(label=_("Kind"), choices=PersonCategory)
    level = django_filters.ChoiceFilter(label=_("Level"), choices=Level)
    state = django_filters.ModelChoiceFilter(label=_("State"), queryset=states, method="in_state")
    chamber = django_filters.ModelChoiceFilter(
        label=_("Chamber"), queryset=bodies(OrganizationClassification.CHAMBER), method="in_body"
    )
    party = django_filters.ModelChoiceFilter(
        label=_("Party"), queryset=bodies(OrganizationClassification.PARTY), method="in_party"
    )
    committee = PickFilter(label=_("Committee"), picks=CommitteeField, method="in_body")
    organization = PickFilter(label=_("Organization"), picks=OrganizationField, method="in_body")
    area = PickFilter(label=_("Area and what lies in it"), picks=AreaField, method="within")
    owner = django_filters.ChoiceFilter(label=_("Owner"), choices=owners, method="owned_by")
    team = django_filters.ModelChoiceFilter(label=_("Team"), queryset=lambda _request: Team.objects.all())
    has_email = django_filters.ChoiceFilter(
        label=_("E-mail address"), choices=[("True", _("has one")), ("False", _("has none"))]
    )

    class Meta:
        model = Person
        fields: list[str] = []

    def in_state(self, people: Any, _name: str, state: Area) -> Any:
        return queries.seated_in_state(people, state, self.on)

    def in_body(self, people: Any, _name: str, body: Organization) -> Any:
        return queries.member_of(people, body, self.on)

    def in_party(self, people: Any, _name: str, party: Organization) -> Any:
        return queries.of_party(people, party, self.on)

    def within(self, people: Any, _name: str, area: Area) -> Any:
        return queries.in_area(people, area, self.on)

    def owned_by(self, people: Any, _name: str, whose: str) -> Any:
        return people.filter(owner={ME: self.user.pk, NOBODY: None}.get(whose, whose))


def narrowed(people: Any, data: Any, user: Any, on: date) -> Any:
    """The list's filters for whoever has only its query string."""
    return PersonFilterSet(data, user=user, on=on).narrow(people)
