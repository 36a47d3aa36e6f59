"""The list of prospects."""

from datetime import datetime
from typing import Any

import django_filters
from django.db.models import Q
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.widgets.button import HeaderButton

from crm.access.models import User
from crm.access.views import RowRuleIndexView
from crm.access.viewsets import RowRuleModelViewSet
from crm.base.text import fold
from crm.campaigns.models import Campaign
from crm.people.viewsets import CappedPaginator
from crm.prospects.actions import add_prospect, edit_prospect
from crm.prospects.enums import Stage
from crm.prospects.forms import ProspectForm, colleagues
from crm.prospects.models import Prospect
from crm.prospects.views import PipelinesView, PipelineView, board_url, move_prospect_view


class ProspectFilterSet(WagtailFilterSet):
    campaign = django_filters.ModelChoiceFilter(label=_("Campaign"), queryset=lambda _request: Campaign.objects.all())
    stage = django_filters.MultipleChoiceFilter(label=_("Stage"), choices=Stage)
    assigned_to = django_filters.ModelChoiceFilter(label=_("With"), queryset=lambda _request: colleagues())

    class Meta:
        model = Prospect
        fields: list[str] = []


class ProspectIndexView(RowRuleIndexView):
    is_searchable = True
    paginator_class = CappedPaginator

    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().select_related("person", "organization", "campaign", "assigned_to")

    def search_queryset(self, queryset: Any) -> Any:
        for word in self.search_query.split():
            named = Q(person__search_text__contains=fold(word)) | Q(organization__name__icontains=word)
            queryset = queryset.filter(named)
        return queryset

    @property
    def header_buttons(self) -> list[Any]:
        boards = HeaderButton(_("Boards"), url=reverse("prospects:boards"), icon_name="list-ol")
        return [*super().header_buttons, boards]


class ProspectViewSet(RowRuleModelViewSet):
    model = Prospect
    name = "prospects"
    icon = "group"
    menu_label = _("Prospects")
    index_view_class = ProspectIndexView
    form_class = ProspectForm
    filterset_class = ProspectFilterSet
    ordering = "next_step_on"
    list_per_page = 25
    list_display = [
        TitleColumn(
            "who", label=_("Who"), accessor="who", get_url=lambda row: reverse("prospects:edit", args=[row.pk])
        ),
        Column("campaign", label=_("Campaign"), accessor="campaign", sort_key="campaign__title"),
        Column("stage", label=_("Stage"), accessor="get_stage_display", sort_key="stage"),
        Column("assigned_to", label=_("With"), accessor=lambda row: row.assigned_to or ""),
        Column(
            "next_step_on",
            label=_("Next step by"),
            accessor=lambda row: row.next_step_on or "",
            sort_key="next_step_on",
        ),
    ]

    def form_kwargs(self, user: User) -> dict[str, Any]:
        return {"user": user}

    def create(self, form: Any, *, by: User, at: datetime) -> Prospect:
        given = form.changes()
        person, organization = given.pop("person"), given.pop("organization")
        return add_prospect(person or organization, **given, by=by, at=at)

    def update(self, row: Prospect, form: Any, *, version: int, by: User, at: datetime) -> Prospect:
        return edit_prospect(row, version=version, by=by, at=at, **form.changes())

    def success_url(self, row: Prospect) -> str:
        return f"{board_url(row.campaign)}#p-{row.public_id}"

    def get_urlpatterns(self) -> list[Any]:
        return [
            *super().get_urlpatterns(),
            path("boards/", PipelinesView.as_view(), name="boards"),
            path("boards/<str:public_id>/", PipelineView.as_view(), name="board"),
            path("<str:public_id>/move/", move_prospect_view, name="move"),
        ]
