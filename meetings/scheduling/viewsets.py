"""The list of meetings: those to come first, soonest on top."""

from typing import Any

import django_filters
from django.db.models import BooleanField, Case, DateTimeField, ExpressionWrapper, F, Q, When
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn

from crm.access.models import User
from crm.access.views import RowRuleIndexView
from crm.access.viewsets import RowRuleModelViewSet
from meetings.scheduling.enums import MeetingState
from meetings.scheduling.models import Meeting
from meetings.scheduling.views import meeting_url, when_words


def owners(_request: Any) -> Any:
    """Everybody who owns a meeting."""
    return User.objects.filter(pk__in=Meeting.objects.order_by().values("owner")).order_by("first_name", "username")


class MeetingFilterSet(WagtailFilterSet):
    state = django_filters.ChoiceFilter(label=_("State"), choices=MeetingState)
    starts_at = django_filters.DateFromToRangeFilter(label=_("When"), widget=DateRangePickerWidget)
    owner = django_filters.ModelChoiceFilter(label=_("Owner"), queryset=owners)

    class Meta:
        model = Meeting
        fields: list[str] = []


class WhenColumn(Column):
    """Day, time and zone of the place."""

    def get_value(self, instance: Any) -> str:
        return when_words(instance.starts_at, instance.ends_at, instance.time_zone)


class MeetingIndexView(RowRuleIndexView):
    is_searchable = True
    search_fields = ["title", "person__name"]

    @cached_property
    def columns(self) -> list[Any]:
        title = self._get_title_column_class(TitleColumn)(
            "title", label=_("Meeting"), accessor="title", get_url=meeting_url
        )
        return [
            title,
            Column("person", label=_("With"), accessor="person.name"),
            WhenColumn("when", label=_("When")),
            Column("state", label=_("State"), accessor="get_state_display"),
            Column("owner", label=_("Owner"), accessor="owner"),
        ]

    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().select_related("person", "owner")

    def search_queryset(self, queryset: Any) -> Any:
        """Every word stands in the title or in the name of the person."""
        for word in self.search_query.split():
            queryset = queryset.filter(Q(title__icontains=word) | Q(person__name__icontains=word))
        return queryset

    def order_queryset(self, queryset: Any) -> Any:
        """To come, soonest first; then those that are over, latest first."""
        over = ExpressionWrapper(Q(ends_at__lt=timezone.now()), output_field=BooleanField())
        rows = queryset.annotate(is_over=over)
        coming = Case(When(is_over=False, then=F("starts_at")), default=None, output_field=DateTimeField())
        return rows.order_by("is_over", coming, "-starts_at", "id")


class MeetingViewSet(RowRuleModelViewSet):
    model = Meeting
    name = "meetings"
    url_prefix = "meetings"
    icon = "date"
    menu_label = _("Meetings")
    index_view_class = MeetingIndexView
    filterset_class = MeetingFilterSet
    list_per_page = 25
    inspect_view_enabled = False
    form_fields: list[str] = []
