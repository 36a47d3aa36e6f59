"""The list of requests: what to follow up first stands on top."""

from typing import Any

import django_filters
from django.db.models import BooleanField, Case, ExpressionWrapper, F, Q, When
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn

from crm.access.models import User
from crm.access.views import RowRuleIndexView
from crm.access.viewsets import RowRuleModelViewSet
from meetings.scheduling.enums import RequestState
from meetings.scheduling.models import MeetingRequest
from meetings.scheduling.queries import staff_come
from meetings.scheduling.rules import OPEN_REQUEST


def owners(_request: Any) -> Any:
    """Everybody who owns a request."""
    owned = MeetingRequest.objects.order_by().values("owner")
    return User.objects.filter(pk__in=owned).order_by("first_name", "username")


class RequestFilterSet(WagtailFilterSet):
    state = django_filters.ChoiceFilter(label=_("State"), choices=RequestState, method="in_state")
    owner = django_filters.ModelChoiceFilter(label=_("Owner"), queryset=owners)

    class Meta:
        model = MeetingRequest
        fields: list[str] = []

    def in_state(self, rows: Any, _name: str, state: str) -> Any:
        """Moved to staff are also the confirmed ones to whose meeting staff come."""
        wanted = Q(state=state)
        return rows.filter(wanted | staff_come() if state == RequestState.TO_STAFF else wanted)


class FollowUpColumn(Column):
    """The day of the next action, marked when it has passed."""

    cell_template_name = "meetings/cell_follow_up.html"

    def get_cell_context_data(self, instance: Any, parent_context: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        return context | {"late": bool(instance.next_action_on and instance.next_action_on < timezone.localdate())}


def page_url(row: MeetingRequest) -> str:
    return reverse("request_page", args=[row.public_id])


class RequestIndexView(RowRuleIndexView):
    is_searchable = True
    search_fields = ["person__name", "ask__title"]

    @cached_property
    def columns(self) -> list[Any]:
        title = self._get_title_column_class(TitleColumn)(
            "person", label=_("Office of"), accessor="person.name", get_url=page_url
        )
        return [
            title,
            Column("ask", label=_("What we ask"), accessor="ask.title"),
            Column("state", label=_("State"), accessor="get_state_display"),
            FollowUpColumn("next_action_on", label=_("Follow up on")),
            Column("owner", label=_("Owner"), accessor="owner"),
        ]

    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().select_related("person", "ask", "owner")

    def search_queryset(self, queryset: Any) -> Any:
        """Every word stands in the name of the person or in what we ask."""
        for word in self.search_query.split():
            queryset = queryset.filter(Q(person__name__icontains=word) | Q(ask__title__icontains=word))
        return queryset

    def order_queryset(self, queryset: Any) -> Any:
        """Open ones by the day of their next action; then the settled ones, the newest first."""
        settled = ExpressionWrapper(~Q(state__in=OPEN_REQUEST), output_field=BooleanField())
        rows = queryset.annotate(is_settled=settled)
        due = Case(When(is_settled=False, then=F("next_action_on")), default=None)
        return rows.order_by("is_settled", due.asc(nulls_last=True), "-id")


class RequestViewSet(RowRuleModelViewSet):
    model = MeetingRequest
    name = "meeting_requests"
    url_prefix = "meetings/requests"
    icon = "calendar-alt"
    menu_label = _("Requests")
    index_view_class = RequestIndexView
    filterset_class = RequestFilterSet
    list_per_page = 25
    inspect_view_enabled = False
    form_fields: list[str] = []
