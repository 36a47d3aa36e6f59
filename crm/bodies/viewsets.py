"""The working list of bodies."""

from datetime import datetime
from functools import cached_property
from typing import Any

from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.access.views import RowRuleIndexView
from crm.access.viewsets import RowRuleModelViewSet
from crm.bodies import queries
from crm.bodies.forms import BodyFilterSet, OrganizationForm
from crm.bodies.queries import COUNTED
from crm.bodies.views import BodyPageView, body_url
from crm.people.actions import create_organization, edit_organization
from crm.people.models import Organization
from crm.people.views import kept_list
from crm.people.viewsets import CappedPaginator, ListedEditView, NameColumn, PlainColumn


class BodyIndexView(RowRuleIndexView):
    is_searchable = True
    paginator_class = CappedPaginator
    template_name = "crm/people_list.html"
    results_template_name = "crm/people_results.html"

    @cached_property
    def columns(self) -> list[Any]:
        name = NameColumn("name", label=_("Name"), sort_key="name", page_url=self.page_url, edit_url=self.edit_url)
        others = (
            ("get_classification_display", _("Kind")),
            ("get_level_display", _("Level")),
            ("area", _("Area")),
            ("parent", _("Part of")),
            ("members_today", _("Members today")),
        )
        return [name, *(PlainColumn(key, label=label) for key, label in others)]

    @cached_property
    def may_edit(self) -> bool:
        return can(self.request.user, Act.CHANGE, Organization)

    @cached_property
    def whole_query(self) -> str:
        """The list as it stands: filters, search, order and page."""
        wanted = self.request.GET.copy()
        wanted.pop("_w_filter_fragment", None)
        return str(wanted.urlencode())

    def page_url(self, body: Organization) -> str:
        return body_url(body, came_from=self.whole_query)

    def edit_url(self, body: Organization) -> str:
        return reverse("organizations:edit", args=[body.pk]) + kept_list(self.whole_query) if self.may_edit else ""

    def get_base_queryset(self) -> Any:
        return queries.listed_bodies(self.request.user)

    def filter_queryset(self, queryset: Any) -> Any:
        return self.filters.narrow(queryset)

    def search_queryset(self, queryset: Any) -> Any:
        return queries.called(queryset, self.search_query)

    def order_queryset(self, queryset: Any) -> Any:
        """By name then key: the order of the index, the same on every page."""
        down = "-" if self.ordering == "-name" else ""
        return queryset.order_by(f"{down}name", f"{down}id")

    def get_table(self, object_list: Any) -> Any:
        bodies = list(object_list)
        counts = queries.member_counts([body.pk for body in bodies], self.request.user, timezone.localdate())
        for body in bodies:
            number = counts.get(body.pk, 0)
            body.members_today = gettext("more than %(count)s") % {"count": COUNTED} if number is None else number or ""
        return super().get_table(bodies)


class BodyEditView(ListedEditView):
    page_url = staticmethod(body_url)


class BodyViewSet(RowRuleModelViewSet):
    model = Organization
    name = "organizations"
    icon = "site"
    menu_label = _("Organizations")
    menu_order = 115
    add_to_admin_menu = True
    index_view_class = BodyIndexView
    edit_view_class = BodyEditView
    form_class = OrganizationForm
    filterset_class = BodyFilterSet
    list_per_page = 25

    def form_kwargs(self, user: User) -> dict[str, Any]:
        return {"user": user}

    def create(self, form: Any, *, by: User, at: datetime) -> Organization:
        return create_organization(**form.changes(), by=by, at=at)

    def update(self, row: Organization, form: Any, *, version: int, by: User, at: datetime) -> Organization:
        return edit_organization(row, version=version, by=by, at=at, **form.changes(only_changed=True))

    def success_url(self, row: Organization) -> str:
        return body_url(row)

    def get_urlpatterns(self) -> list[Any]:
        return [*super().get_urlpatterns(), path("<str:public_id>/", BodyPageView.as_view(), name="page")]
