"""The log of all changes, for those who answer for the data."""

from datetime import datetime, time, timedelta
from functools import cached_property
from typing import Any

import django_filters
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.paginator import WagtailPaginator
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.widgets import AdminDateInput

from crm.access.enums import Role
from crm.access.models import User
from crm.access.rules import STAFF_ROLES, role_of
from crm.access.views import RowRuleIndexView
from crm.access.viewsets import RowRuleModelViewSet
from crm.activity.registry import sentence_for
from crm.activity.views import actor_name
from crm.changes.models import Change
from crm.changes.queries import Told, change_log, changes_about
from crm.changes.registry import log_finders
from crm.changes.views import UndoView

COUNT_LIMIT = 10_000
LOG_READERS = frozenset({Role.DIRECTOR, Role.AUDITOR})


def may_read_log(user: Any) -> bool:
    return role_of(user) in LOG_READERS


class LogPaginator(WagtailPaginator):
    """Counts at most 10,001 rows; whoever looks for an older change narrows the log."""

    @cached_property
    def count(self) -> int:
        return int(self.object_list[: COUNT_LIMIT + 1].count())


def colleagues(_request: Any) -> Any:
    """The choices of a filter, asked for at each request."""
    return User.objects.filter(role__in=STAFF_ROLES).order_by("first_name", "last_name", "id")


class ChangeLogFilterSet(WagtailFilterSet):
    about = django_filters.CharFilter(label=_("About whom"), method="found")
    actor = django_filters.ModelChoiceFilter(
        label=_("By whom"),
        field_name="entry__actor",
        queryset=lambda _request: User.objects.filter(role__in=STAFF_ROLES),
    )
    since = django_filters.DateFilter(label=_("From day"), method="from_day", widget=AdminDateInput)
    until = django_filters.DateFilter(label=_("Until day"), method="until_day", widget=AdminDateInput)

    class Meta:
        model = Change
        fields: list[str] = []

    def found(self, changes: Any, _name: str, text: str) -> Any:
        wanted = Q(pk__in=())
        for model, find in log_finders():
            about = changes_about(Change.objects.all(), model, find(self.request.user, text))
            wanted |= Q(pk__in=about.values("pk"))
        return changes.filter(wanted)

    def from_day(self, changes: Any, _name: str, day: Any) -> Any:
        return changes.filter(entry__occurred_at__gte=_start(day))

    def until_day(self, changes: Any, _name: str, day: Any) -> Any:
        return changes.filter(entry__occurred_at__lt=_start(day + timedelta(days=1)))


def _start(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


class ValuesColumn(Column):
    cell_template_name = "crm/change_cell.html"


class ChangeLogView(RowRuleIndexView):
    paginator_class = LogPaginator
    default_ordering = "-id"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_read_log(request.user):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def columns(self) -> list[Any]:
        return [
            DateColumn("at", label=_("When"), accessor="entry.occurred_at"),
            Column("actor_name", label=_("By whom")),
            Column("sentence", label=_("What happened")),
            Column("row_name", label=_("Of what")),
            ValuesColumn("before_after", label=_("Before and after")),
        ]

    def get_base_queryset(self) -> Any:
        return change_log(self.request.user)

    def order_queryset(self, queryset: Any) -> Any:
        """Newest first; there is no other order."""
        return queryset.order_by("-id")

    def get_table(self, object_list: Any) -> Any:
        """The same changes in words, as many queries for one as for fifty."""
        rows: list[Any] = list(object_list)
        told = Told(rows, self.request.user)
        for row in rows:
            row.actor_name, row.sentence = actor_name(row.entry), sentence_for(row.entry)
            row.row_name, row.before_after = told.row_name(row), told.values(row)
        return super().get_table(rows)


class ChangeLogViewSet(RowRuleModelViewSet):
    model = Change
    name = "changes"
    icon = "history"
    index_view_class = ChangeLogView
    filterset_class = ChangeLogFilterSet
    form_fields: list[str] = []
    list_per_page = 50


class ChangeLogMenuItem(MenuItem):
    """In the reports menu."""

    def is_shown(self, request: HttpRequest) -> bool:
        return may_read_log(request.user)


def change_log_menu_item() -> ChangeLogMenuItem:
    return ChangeLogMenuItem(
        gettext("Changes"), reverse("changes:index"), name="changes", icon_name="history", order=900
    )


def undo_urls() -> list[URLPattern]:
    """The address of the undo page, below the admin."""
    return [path("undo/<int:entry>/", UndoView.as_view(), name="crm_undo")]
