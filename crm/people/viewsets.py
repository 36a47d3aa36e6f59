"""The people list, and the reference lists of bodies and seats."""

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import HttpRequest
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.paginator import WagtailPaginator
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.ui.components import MediaContainer
from wagtail.admin.ui.tables import BaseColumn, Column
from wagtail.admin.widgets.button import HeaderButton

from crm.access.forms import VersionedAdminForm
from crm.access.models import User
from crm.access.rules import shown_links
from crm.access.views import RowRuleEditView, RowRuleIndexView
from crm.access.viewsets import RowRuleModelAdmin, RowRuleModelViewSet
from crm.activity.views import timeline_panels
from crm.people import queries
from crm.people.actions import create_organization, create_person, edit_organization, edit_person
from crm.people.forms import PersonFilterSet, PersonForm, visibility_fields
from crm.people.models import Organization, Person, Post
from crm.people.registry import bulk_acts, list_headers, person_columns
from crm.people.views import PersonPageView, kept_list, person_url

COUNT_LIMIT = 10_000
DENSE_LIMIT = 1_000


class CappedPaginator(WagtailPaginator):
    """Counts a little beyond its limit and has no page beyond it: there nobody pages, everybody searches.

    Rows that are met by walking (`driver` of `crm.access.queries`) cost more to count, so fewer are.
    """

    @cached_property
    def driver(self) -> Any:
        found = getattr(self.object_list, "driver", None)
        return None if found is False else found

    @cached_property
    def limit(self) -> int:
        return COUNT_LIMIT if self.driver is None else DENSE_LIMIT

    @cached_property
    def count(self) -> int:
        rows = self.object_list.order_by()
        if self.driver is not None:
            first = rows.filter(self.driver)[: self.limit + 1].count()
            if first > self.limit:
                return int(first)
        return int(rows[: self.limit + 1].count())

    @property
    def is_capped(self) -> bool:
        """Whether there is more than the pages show."""
        return self.count > self.limit

    @cached_property
    def num_pages(self) -> int:
        return max(1, -(-min(self.count, self.limit) // self.per_page))

    @property
    def count_words(self) -> str:
        """How many there are, in words a sentence can take."""
        if self.is_capped:
            return gettext("more than %(count)s") % {"count": intcomma(self.limit)}
        return intcomma(self.count)

    @property
    def items_count_label(self) -> str:
        return f"{self.count_words} {self.verbose_name if self.count == 1 else self.verbose_name_plural}"


class PlainColumn(Column):
    """A cell without a template: two hundred of those a page were a fifth of its time."""

    def render_cell_html(self, instance: Any, parent_context: Any) -> SafeString:
        value = self.get_value(instance)
        return format_html("<td>{}</td>", "" if value is None else value)


class OverviewColumn(PlainColumn):
    """A cell filled for the whole page at once by `PersonIndexView.fill`."""

    def get_value(self, instance: Any) -> Any:
        overview = instance.overview
        return overview.columns[self.name] if self.name in overview.columns else getattr(overview, self.name, "")


class NameColumn(Column):
    """The name leads to the page, perhaps a button to the form; without a template, as above."""

    def __init__(self, *args: Any, page_url: Any, edit_url: Any = lambda _row: "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.page_url, self.edit_url = page_url, edit_url

    def render_cell_html(self, instance: Any, parent_context: Any) -> SafeString:
        edit = ""
        if url := self.edit_url(instance):
            words = gettext("Edit %(name)s") % {"name": instance.name}
            button = (
                '<ul class="actions"><li><a class="button button-small button-secondary" href="{}" {}>{}</a></li></ul>'
            )
            edit = format_html(button, url, format_html('aria-label="{}"', words), gettext("Edit"))
        name = format_html('<a href="{}">{}</a>', self.page_url(instance), instance.name)
        return format_html('<td class="title"><div class="title-wrapper">{}</div>{}</td>', name, edit)


class TickColumn(BaseColumn):
    """A box per row; what is ticked belongs to the bulk bar's form, wherever that stands on the page."""

    header_template_name = "crm/tick_header.html"

    def render_cell_html(self, instance: Any, parent_context: Any) -> SafeString:
        box = '<td class="p-tick"><input type="checkbox" form="bulk" name="ids" value="{}" aria-label="{}"></td>'
        return format_html(box, instance.public_id, gettext("Tick %(name)s") % {"name": instance.name})


class PersonIndexView(RowRuleIndexView):
    """Searches our own search document: Wagtail's search would only find what begins a word (facts/wagtail8 §1.1)."""

    is_searchable = True
    paginator_class = CappedPaginator
    template_name = "crm/people_list.html"
    results_template_name = "crm/people_results.html"

    @cached_property
    def columns(self) -> list[Any]:
        title = NameColumn("name", label=_("Name"), sort_key="sort_name", page_url=self.get_page_url)
        own = [("main_role", _("Seat or job")), ("party", _("Party")), ("term_end", _("Term ends"))]
        added = [(column.key, column.label) for column in person_columns()]
        ticks = [TickColumn("ids", label=_("Tick"))] if self.bulk_acts else []
        return [*ticks, title, *(OverviewColumn(key, label=label) for key, label in own + added)]

    @cached_property
    def bulk_acts(self) -> list[dict[str, Any]]:
        """The buttons of the bulk bar."""
        return [{"label": act.label, "url": reverse(act.url_name)} for act in bulk_acts(self.request.user)]

    def get_page_url(self, person: Person) -> str:
        """The person's page, which leads back to this list as it is."""
        return person_url(person, came_from=self.whole_query)

    @cached_property
    def whole_query(self) -> str:
        """The list as it stands: filters, search, order and page."""
        wanted = self.request.GET.copy()
        wanted.pop("_w_filter_fragment", None)
        return str(wanted.urlencode())

    @cached_property
    def list_query(self) -> str:
        """What names the rows of this list: filters and search, without page and order."""
        wanted = self.request.GET.copy()
        for name in (self.page_kwarg, "ordering", "export", "_w_filter_fragment"):
            wanted.pop(name, None)
        return str(wanted.urlencode())

    @cached_property
    def header_buttons(self) -> list[Any]:
        added = list_headers(self.request)
        return [*super().header_buttons, *(HeaderButton(label, url=url, icon_name=icon) for label, url, icon in added)]

    def get_base_queryset(self) -> Any:
        """Without the long texts, which nobody reads in a list and a sort would carry along."""
        return super().get_base_queryset().defer("search_text", "summary", "sources")

    def filter_queryset(self, queryset: Any) -> Any:
        return self.filters.narrow(queryset)

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
        found = queries.overviews(ids, timezone.localdate(), user=self.request.user)
        cells = {column.key: column.provider(ids, self.request.user, timezone.now()) for column in person_columns()}
        for person in rows:
            person.overview = found[person.pk]
            person.overview.columns = {key: values.get(person.pk, "") for key, values in cells.items()}
        return rows

    def get_table(self, object_list: Any) -> Any:
        return super().get_table(self.fill(object_list))


class ListedEditView(RowRuleEditView):
    """Leads back to the page of the row, which leads back to the list as it was left."""

    page_url: Callable[..., str]

    def get_edit_url(self) -> str:
        return str(super().get_edit_url()) + kept_list(self.request.GET.get("list", ""))

    def get_success_url(self) -> str:
        return type(self).page_url(self.object, came_from=self.request.GET.get("list", ""))


class PersonEditView(ListedEditView):
    """The timeline is beside the form."""

    page_url = staticmethod(person_url)

    def get_side_panels(self) -> MediaContainer:
        return MediaContainer([*super().get_side_panels(), *timeline_panels(self.object, self.request)])


class PersonViewSet(RowRuleModelViewSet):
    model = Person
    name = "people"
    icon = "group"
    menu_label = _("People")
    menu_order = 110
    add_to_admin_menu = True
    index_view_class = PersonIndexView
    edit_view_class = PersonEditView
    form_class = PersonForm
    create_template_name = "crm/person_add.html"
    filterset_class = PersonFilterSet
    list_per_page = 25
    list_export: list[str] = []

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
    search_fields = ("name",)
    edit_handler = ObjectList(
        [FieldPanel(name) for name in ("name", "classification", "description")], base_form_class=VersionedAdminForm
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related(*shown_links(Organization, request.user, "parent"))

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
