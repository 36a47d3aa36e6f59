"""The people list, and the reference lists of bodies and seats."""

from datetime import datetime
from functools import cached_property
from typing import Any

import django_filters
from django.http import HttpRequest
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.paginator import WagtailPaginator
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.ui.tables import Column, TitleColumn

from crm.access.forms import VersionedAdminForm
from crm.access.models import User
from crm.access.views import RowRuleIndexView
from crm.access.viewsets import RowRuleModelAdmin, RowRuleModelViewSet
from crm.people import queries
from crm.people.actions import create_organization, create_person, edit_organization, edit_person
from crm.people.enums import OrganizationClassification, PersonCategory
from crm.people.forms import PersonForm, visibility_fields
from crm.people.models import Organization, Person, Post
from crm.people.registry import person_columns
from crm.people.views import PersonPageView, person_url
from crm.places.enums import AreaClassification
from crm.places.models import Area

COUNT_LIMIT = 10_000


class CappedPaginator(WagtailPaginator):
    """Counts at most 10,001 rows: beyond that nobody pages, everybody searches."""

    @cached_property
    def count(self) -> int:
        return int(self.object_list[: COUNT_LIMIT + 1].count())


def bodies(kind: OrganizationClassification) -> Any:
    """The choices of a filter, asked for at each request."""
    return lambda _request: Organization.objects.filter(classification=kind)


def states(_request: Any) -> Any:
    """The choices of the state filter."""
    return Area.objects.filter(classification=AreaClassification.STATE).order_by("name", "id")


class PersonFilterSet(WagtailFilterSet):
    category = django_filters.ChoiceFilter(label=_("Kind"), choices=PersonCategory)
    state = django_filters.ModelChoiceFilter(label=_("State"), queryset=states, method="in_state")
    chamber = django_filters.ModelChoiceFilter(
        label=_("Chamber"), queryset=bodies(OrganizationClassification.CHAMBER), method="in_body"
    )
    party = django_filters.ModelChoiceFilter(
        label=_("Party"), queryset=bodies(OrganizationClassification.PARTY), method="in_party"
    )
    committee = django_filters.ModelChoiceFilter(
        label=_("Committee"), queryset=bodies(OrganizationClassification.COMMITTEE), method="in_body"
    )

    class Meta:
        model = Person
        fields: list[str] = []

    def in_state(self, people: Any, _name: str, state: Area) -> Any:
        return queries.seated_in_state(people, state, timezone.localdate())

    def in_body(self, people: Any, _name: str, body: Organization) -> Any:
        return queries.member_of(people, body, timezone.localdate())

    def in_party(self, people: Any, _name: str, party: Organization) -> Any:
        return queries.of_party(people, party, timezone.localdate())


class OverviewColumn(Column):
    """A cell filled for the whole page at once by `PersonIndexView.fill`."""

    def get_value(self, instance: Any) -> Any:
        overview = instance.overview
        return overview.columns[self.name] if self.name in overview.columns else getattr(overview, self.name, "")


class PersonIndexView(RowRuleIndexView):
    """Searches our own search document: Wagtail's search would only find what begins a word (facts/wagtail8 §1.1)."""

    is_searchable = True
    paginator_class = CappedPaginator

    @cached_property
    def columns(self) -> list[Any]:
        title = self._get_title_column_class(TitleColumn)(
            "name", label=_("Name"), accessor="name", sort_key="sort_name", get_url=person_url
        )
        own = [("seat", _("Seat")), ("party", _("Party")), ("term_end", _("Term ends"))]
        added = [(column.key, column.label) for column in person_columns()]
        return [title, *(OverviewColumn(key, label=label) for key, label in own + added)]

    def search_queryset(self, queryset: Any) -> Any:
        return queries.matching(queryset, self.search_query)

    def order_queryset(self, queryset: Any) -> Any:
        """By sort name then key: the order of the index, the same on every page."""
        down = "-" if self.ordering == "-sort_name" else ""
        return queryset.order_by(f"{down}sort_name", f"{down}id")

    def fill(self, people: Any) -> list[Person]:
        """The same people, each with its overview; as many queries for one as for fifty."""
        rows = list(people)
        ids = [person.pk for person in rows]
        found = queries.overviews(ids, timezone.localdate())
        cells = {column.key: column.provider(ids, self.request.user, timezone.now()) for column in person_columns()}
        for person in rows:
            person.overview = found[person.pk]
            person.overview.columns = {key: values.get(person.pk, "") for key, values in cells.items()}
        return rows

    def get_table(self, object_list: Any) -> Any:
        return super().get_table(self.fill(object_list))

    def as_spreadsheet(self, queryset: Any, spreadsheet_format: str) -> Any:
        return super().as_spreadsheet(self.fill(queryset), spreadsheet_format)

    def get_heading(self, queryset: Any, field: str) -> str:
        return str(self.export_headings.get(field, field))


class PersonViewSet(RowRuleModelViewSet):
    model = Person
    name = "people"
    icon = "group"
    menu_label = _("People")
    menu_order = 110
    add_to_admin_menu = True
    index_view_class = PersonIndexView
    form_class = PersonForm
    filterset_class = PersonFilterSet
    list_per_page = 25
    list_export = ["name", "category", "overview.seat", "overview.party", "overview.term_end"]
    export_headings = {
        "name": _("Name"),
        "category": _("Kind"),
        "overview.seat": _("Seat"),
        "overview.party": _("Party"),
        "overview.term_end": _("Term ends"),
    }
    export_filename = "people"

    def create(self, form: Any, *, by: User, at: datetime) -> Person:
        return create_person(**visibility_fields(form.changes(), by), by=by, at=at)

    def update(self, row: Person, form: Any, *, version: int, by: User, at: datetime) -> Person:
        changes = form.changes(only_changed=True)
        if row.owner_id is None:
            changes = visibility_fields(changes, by)
        return edit_person(row, version=version, by=by, at=at, **changes)

    def success_url(self, row: Person) -> str:
        return person_url(row)

    def get_urlpatterns(self) -> list[Any]:
        page = path("<str:public_id>/", PersonPageView.as_view(), name="page")
        return [*super().get_urlpatterns(), page]


class OrganizationAdmin(RowRuleModelAdmin):
    model = Organization
    base_url_path = "reference/organizations"
    menu_icon = "site"
    list_display: tuple[str, ...] = ("name", "classification", "parent")
    list_filter = ("classification",)
    list_select_related = ("parent",)
    search_fields = ("name",)
    edit_handler = ObjectList(
        [FieldPanel(name) for name in ("name", "classification", "description")], base_form_class=VersionedAdminForm
    )

    def create(self, form: Any, *, by: User, at: datetime) -> Organization:
        return create_organization(**form.changes(), by=by, at=at)

    def update(self, row: Organization, form: Any, *, version: int, by: User, at: datetime) -> Organization:
        return edit_organization(row, version=version, by=by, at=at, **form.changes(only_changed=True))


class CommitteeAdmin(OrganizationAdmin):
    """The same table, committees and subcommittees only."""

    base_url_path = "reference/committees"
    menu_label = _("Committees")
    menu_icon = "group"
    list_display = ("name", "parent")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(classification__in=queries.COMMITTEES)


class PostAdmin(RowRuleModelAdmin):
    model = Post
    base_url_path = "reference/posts"
    menu_icon = "tag"
    list_display = ("label", "role", "organization", "area")
    list_filter = ("role",)
    list_select_related = ("organization", "area")
    search_fields = ("label", "area__name", "area__code")
