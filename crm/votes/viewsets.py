"""The lists of votes and of scorecards."""

from datetime import datetime
from typing import Any

import django_filters
from django.db.models import Q
from django.urls import path
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn

from crm.access.models import User
from crm.access.views import RowRuleIndexView
from crm.access.viewsets import RowRuleModelViewSet
from crm.issues.models import Ask
from crm.people.viewsets import CappedPaginator
from crm.votes import views
from crm.votes.actions import create_scorecard, create_vote_event, edit_scorecard, edit_vote_event
from crm.votes.forms import ScorecardForm, VoteEventForm
from crm.votes.models import Scorecard, VoteEvent
from crm.votes.queries import events


class VoteFilterSet(WagtailFilterSet):
    ask = django_filters.ModelChoiceFilter(label=_("About our ask"), queryset=lambda _request: Ask.objects.all())
    start_date = django_filters.DateFromToRangeFilter(label=_("On"), widget=DateRangePickerWidget)

    class Meta:
        model = VoteEvent
        fields: list[str] = []


class VoteIndexView(RowRuleIndexView):
    """Votes, the newest first."""

    is_searchable = True
    paginator_class = CappedPaginator

    def get_base_queryset(self) -> Any:
        return events(self.request.user)

    def search_queryset(self, queryset: Any) -> Any:
        for word in self.search_query.split():
            said = Q(motion__icontains=word) | Q(bill__icontains=word) | Q(identifier__icontains=word)
            queryset = queryset.filter(said)
        return queryset


class VoteEventViewSet(RowRuleModelViewSet):
    model = VoteEvent
    name = "votes"
    icon = "check"
    menu_label = _("Votes")
    index_view_class = VoteIndexView
    form_class = VoteEventForm
    filterset_class = VoteFilterSet
    ordering = "-start_date"
    list_per_page = 25
    list_display = [
        TitleColumn("motion", label=_("Motion"), accessor="motion", sort_key="motion", get_url=views.vote_url),
        Column("identifier", label=_("Number"), accessor="identifier"),
        Column("organization", label=_("Body"), accessor="organization"),
        Column("start_date", label=_("On"), accessor="start_date", sort_key="start_date"),
        Column("cast", label=_("Votes recorded"), accessor="cast"),
    ]

    def form_kwargs(self, user: User) -> dict[str, Any]:
        return {"user": user}

    def create(self, form: Any, *, by: User, at: datetime) -> VoteEvent:
        return create_vote_event(**form.changes(), by=by, at=at)

    def update(self, row: VoteEvent, form: Any, *, version: int, by: User, at: datetime) -> VoteEvent:
        return edit_vote_event(row, version=version, by=by, at=at, **form.changes())

    def success_url(self, row: VoteEvent) -> str:
        return views.vote_url(row)

    def get_urlpatterns(self) -> list[Any]:
        return [
            *super().get_urlpatterns(),
            path("<str:public_id>/", views.VotePage.as_view(), name="page"),
            path("<str:public_id>/members/", views.GridView.as_view(), name="grid"),
            path("<str:public_id>/table/", views.TableView.as_view(), name="table"),
        ]


class ScorecardViewSet(RowRuleModelViewSet):
    model = Scorecard
    name = "scorecards"
    icon = "order"
    menu_label = _("Scorecards")
    index_view_class = RowRuleIndexView
    form_class = ScorecardForm
    ordering = "title"
    list_per_page = 25
    search_fields = ["title"]
    list_display = [
        TitleColumn("title", label=_("Title"), accessor="title", sort_key="title", get_url=views.card_url),
        Column("description", label=_("Description"), accessor="description"),
    ]

    def create(self, form: Any, *, by: User, at: datetime) -> Scorecard:
        return create_scorecard(**form.changes(), by=by, at=at)

    def update(self, row: Scorecard, form: Any, *, version: int, by: User, at: datetime) -> Scorecard:
        return edit_scorecard(row, version=version, by=by, at=at, **form.changes())

    def success_url(self, row: Scorecard) -> str:
        return views.card_url(row)

    def get_urlpatterns(self) -> list[Any]:
        return [
            *super().get_urlpatterns(),
            path("<str:public_id>/", views.ScorecardView.as_view(), name="page"),
            path("<str:public_id>/votes/<int:pk>/remove/", views.unrate_view, name="unrate"),
        ]
