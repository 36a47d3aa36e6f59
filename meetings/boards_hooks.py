"""Registers the steps of a request, the board of requests and the calendar."""

from typing import Any

from django.db.models import Model
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from crm.access.enums import Act
from crm.access.rules import can
from crm.followups.registry import register_my_day
from meetings.boards.views import BoardView, RequestToView
from meetings.calendars.views import CalendarView
from meetings.pipeline.views import (
    FollowUpView,
    HoldView,
    MeetingStaffView,
    NextActionView,
    PolicymakerBackView,
    StaffView,
    my_day_section,
)
from meetings.scheduling.models import Meeting, MeetingRequest

register_my_day("meeting_requests", 12, my_day_section)


@hooks.register("register_admin_urls")
def pipeline_urls() -> list[URLPattern]:
    row, meeting = "meetings/request/<str:public_id>/", "meetings/meeting/<str:public_id>/"
    return [
        path(f"{row}follow-up/", FollowUpView.as_view(), name="request_follow_up"),
        path(f"{row}next/", NextActionView.as_view(), name="request_next"),
        path(f"{row}hold/", HoldView.as_view(), name="request_hold"),
        path(f"{row}staff/", StaffView.as_view(), name="request_staff"),
        path(f"{meeting}staff/", MeetingStaffView.as_view(), name="meeting_staff"),
        path(f"{meeting}staff/back/", PolicymakerBackView.as_view(), name="meeting_staff_back"),
        path(f"{row}to/", RequestToView.as_view(), name="request_to"),
        path("meetings/calendar/", CalendarView.as_view(), name="meetings_calendar"),
        path("meetings/board/", BoardView.as_view(), name="requests_board"),
    ]


class RuledMenuItem(MenuItem):
    """Shown to those who may see what it leads to."""

    def __init__(self, *args: Any, model: type[Model], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.model = model

    def is_shown(self, request: Any) -> bool:
        return can(request.user, Act.VIEW, self.model)


def menu_items() -> list[MenuItem]:
    """The calendar and the board, for the menu of meetings."""
    calendar: dict[str, Any] = {"name": "meetings_calendar", "icon_name": "date", "order": 240, "model": Meeting}
    board: dict[str, Any] = {"name": "requests_board", "icon_name": "list-ul", "order": 250, "model": MeetingRequest}
    return [
        RuledMenuItem(_("Calendar"), reverse("meetings_calendar"), **calendar),
        RuledMenuItem(_("Board of requests"), reverse("requests_board"), **board),
    ]
