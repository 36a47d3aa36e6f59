"""The list of whip boards, and the boards of a person."""

from datetime import datetime
from typing import Any

import django_filters
from django.urls import path
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import BooleanColumn, Column, TitleColumn

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.access.views import RowRuleIndexView
from crm.access.viewsets import RowRuleModelViewSet
from crm.issues.models import Ask
from crm.people.models import Person
from crm.targets import views
from crm.targets.actions import create_target_list, edit_target_list
from crm.targets.forms import TargetListForm
from crm.targets.models import Target, TargetList
from crm.targets.queries import boards_of, standing
from crm.targets.rules import certain, leaning


def boards_panel(person: Person, user: User) -> dict[str, Any] | None:
    """On which open boards a person is, and where she stands on each."""
    if not can(user, Act.VIEW, Target):
        return None
    words = dict(views.COLUMNS)
    rows = [
        {"target": target, "position": words[target.position], "url": views.card_url(target)}  # type: ignore[attr-defined]
        for target in boards_of(person, user)
    ]
    return {"title": _("On whip boards"), "rows": rows, "template": "crm/person_boards.html", "aside": True}


class BoardFilterSet(WagtailFilterSet):
    is_open = django_filters.BooleanFilter(label=_("Open"))
    ask = django_filters.ModelChoiceFilter(label=_("Ask"), queryset=lambda _request: Ask.objects.all())

    class Meta:
        model = TargetList
        fields: list[str] = []


class CountColumn(Column):
    """A figure filled for the whole page at once."""

    def get_value(self, instance: Any) -> Any:
        return instance.figures[self.name]


class BoardIndexView(RowRuleIndexView):
    is_searchable = True

    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().select_related("ask", "organization")

    def search_queryset(self, queryset: Any) -> Any:
        for word in self.search_query.split():
            queryset = queryset.filter(name__icontains=word)
        return queryset

    def get_table(self, object_list: Any) -> Any:
        rows = list(object_list)
        counts = standing([row.pk for row in rows], self.request.user)
        for row in rows:
            found = counts[row.pk]
            row.figures = {"targets": sum(found.values()), "have": certain(found), "leaning": leaning(found)}
        return super().get_table(rows)


class TargetListViewSet(RowRuleModelViewSet):
    model = TargetList
    name = "whip_boards"
    url_prefix = "whip-boards"
    icon = "list-ol"
    menu_label = _("Whip boards")
    index_view_class = BoardIndexView
    form_class = TargetListForm
    filterset_class = BoardFilterSet
    ordering = "name"
    list_per_page = 25
    list_display = [
        TitleColumn("name", label=_("Name"), accessor="name", sort_key="name", get_url=views.board_url),
        Column("ask", label=_("Ask"), accessor="ask"),
        Column("organization", label=_("Body"), accessor=lambda board: board.organization or ""),
        CountColumn("targets", label=_("Targets")),
        CountColumn("have", label=_("With us")),
        CountColumn("leaning", label=_("Leaning")),
        BooleanColumn("is_open", label=_("Open"), sort_key="is_open"),
    ]

    def form_kwargs(self, user: User) -> dict[str, Any]:
        return {"user": user}

    def create(self, form: Any, *, by: User, at: datetime) -> TargetList:
        return create_target_list(**form.changes(), by=by, at=at)

    def update(self, row: TargetList, form: Any, *, version: int, by: User, at: datetime) -> TargetList:
        return edit_target_list(row, version=version, by=by, at=at, **form.changes())

    def success_url(self, row: TargetList) -> str:
        return views.board_url(row)

    def get_urlpatterns(self) -> list[Any]:
        board, card = "<str:public_id>/", "<str:public_id>/targets/<str:target>/"
        return [
            *super().get_urlpatterns(),
            path(board, views.BoardView.as_view(), name="page"),
            path(f"{board}table/", views.BoardTableView.as_view(), name="table"),
            path(f"{board}members/", views.AddMembersView.as_view(), name="members"),
            path(f"{board}people/", views.AddPersonView.as_view(), name="person"),
            path(f"{board}quotas/", views.SetQuotaView.as_view(), name="quota"),
            path(f"{board}quotas/<int:pk>/remove/", views.RemoveQuotaView.as_view(), name="quota_remove"),
            path(card, views.EditTargetView.as_view(), name="target"),
            path(f"{card}move/", views.MoveTargetView.as_view(), name="move"),
            path(f"{card}leave/", views.RemoveTargetView.as_view(), name="leave"),
            path(f"{card}return/", views.ReturnTargetView.as_view(), name="return"),
        ]
