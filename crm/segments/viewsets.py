"""The lists of segments and of what was kept of them."""

from datetime import datetime
from typing import Any

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import BooleanColumn, Column, DateColumn, TitleColumn
from wagtail.admin.widgets.button import HeaderButton

from crm.access.models import User
from crm.access.views import RowRuleIndexView
from crm.access.viewsets import RowRuleModelViewSet
from crm.segments.actions import create_segment, delete_segment, edit_segment
from crm.segments.forms import SegmentForm
from crm.segments.models import FrozenList, Segment
from crm.segments.views import CopySegmentView, FreezeView, KeptListView, SegmentView, list_url, segment_url


class SegmentIndexView(RowRuleIndexView):
    is_searchable = True

    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().select_related("owner")

    @property
    def header_buttons(self) -> list[Any]:
        kept = HeaderButton(_("Kept lists"), url=reverse("kept_lists:index"), icon_name="list-ul")
        return [*super().header_buttons, kept]

    def search_queryset(self, queryset: Any) -> Any:
        return queryset.filter(name__icontains=self.search_query)


class SegmentViewSet(RowRuleModelViewSet):
    model = Segment
    name = "segments"
    icon = "crosshairs"
    menu_label = _("Segments")
    menu_order = 111
    add_to_admin_menu = True
    index_view_class = SegmentIndexView
    form_class = SegmentForm
    ordering = "name"
    list_per_page = 50
    list_display = [
        TitleColumn("name", label=_("Name"), get_url=segment_url, sort_key="name"),
        Column("description", label=_("What it is for")),
        Column("owner", label=_("Owner")),
        BooleanColumn("is_shared", label=_("Shared")),
    ]

    def create(self, form: Any, *, by: User, at: datetime) -> Segment:
        return create_segment(**form.changes(), by=by, at=at)

    def update(self, row: Segment, form: Any, *, version: int, by: User, at: datetime) -> Segment:
        return edit_segment(row, version=version, by=by, at=at, **form.changes(only_changed=True))

    def remove(self, row: Segment, *, by: User, at: datetime) -> None:
        delete_segment(row, by=by, at=at)

    def success_url(self, row: Segment) -> str:
        return segment_url(row)

    def get_urlpatterns(self) -> list[Any]:
        own = [
            path("<str:public_id>/", SegmentView.as_view(), name="page"),
            path("<str:public_id>/copy/", CopySegmentView.as_view(), name="copy"),
            path("<str:public_id>/keep/", FreezeView.as_view(), name="freeze"),
        ]
        return [*super().get_urlpatterns(), *own]


class FrozenListIndexView(RowRuleIndexView):
    is_searchable = True

    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().select_related("frozen_by")

    def search_queryset(self, queryset: Any) -> Any:
        return queryset.filter(name__icontains=self.search_query)


class FrozenListViewSet(RowRuleModelViewSet):
    """Kept lists are never edited: they say who exactly something went to."""

    model = FrozenList
    name = "kept_lists"
    icon = "list-ul"
    menu_label = _("Kept lists")
    index_view_class = FrozenListIndexView
    form_fields: tuple[str, ...] = ()
    ordering = "-frozen_at"
    list_per_page = 50
    list_display = [
        TitleColumn("name", label=_("Name"), get_url=list_url, sort_key="name"),
        Column("purpose", label=_("Used for")),
        Column("count", label=_("People")),
        Column("frozen_by", label=_("Kept by")),
        DateColumn("frozen_at", label=_("At"), sort_key="frozen_at"),
    ]

    def get_urlpatterns(self) -> list[Any]:
        return [*super().get_urlpatterns(), path("<str:public_id>/", KeptListView.as_view(), name="page")]
