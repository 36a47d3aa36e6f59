"""The screen of what we say: talking points with their approval."""

from datetime import datetime
from typing import Any

from django.urls import path
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column

from crm.access.models import User
from crm.access.views import RowRuleIndexView
from crm.access.viewsets import RowRuleModelViewSet
from crm.briefings.actions import create_talking_point, edit_talking_point
from crm.briefings.forms import TalkingPointForm
from crm.briefings.models import TalkingPoint
from crm.briefings.views import talking_point_approve, talking_point_retire


class TalkingPointIndexView(RowRuleIndexView):
    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().select_related("ask", "author")


class TalkingPointViewSet(RowRuleModelViewSet):
    model = TalkingPoint
    name = "talking_point"
    url_prefix = "talking-points"
    icon = "openquote"
    menu_label = _("Talking points")
    menu_order = 180
    add_to_admin_menu = True
    index_view_class = TalkingPointIndexView
    form_class = TalkingPointForm
    list_display = [
        "text",
        "ask",
        Column("get_audience_display", label=_("For"), sort_key="audience"),
        Column("get_state_display", label=_("State"), sort_key="state"),
        "author",
        "expires_on",
    ]
    list_filter = ["state", "audience", "ask"]
    search_fields = ["text", "source"]
    list_per_page = 25
    edit_template_name = "crm/talking_point_edit.html"

    def create(self, form: Any, *, by: User, at: datetime) -> TalkingPoint:
        return create_talking_point(**form.changes(), by=by, at=at)

    def update(self, row: TalkingPoint, form: Any, *, version: int, by: User, at: datetime) -> TalkingPoint:
        return edit_talking_point(row, version=version, by=by, at=at, **form.changes())

    def get_urlpatterns(self) -> list[Any]:
        return [
            *super().get_urlpatterns(),
            path("<int:pk>/approve/", talking_point_approve, name="approve"),
            path("<int:pk>/retire/", talking_point_retire, name="retire"),
        ]
