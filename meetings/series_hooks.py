"""Registers reminders, series and the delegation with Wagtail's admin, the meeting page and the page of a person."""

from django.urls import URLPattern, path
from wagtail import hooks

from crm.people.registry import register_person_panel
from meetings.agendas.views import SheetPdfView, SheetView
from meetings.attendees.views import EditAttendeeView, NoteOfferView, offer_panel, suggestions_panel
from meetings.patterns.views import ChangeMeetingsView
from meetings.reminders.views import AddReminderView, RemoveReminderView, reminders_panel
from meetings.scheduling.registry import register_meeting_panel
from meetings.series.views import (
    CarryOverView,
    ChangeSeriesView,
    EndSeriesView,
    PlanSeriesView,
    StartSeriesView,
    series_panel,
)

register_meeting_panel("district", 31, suggestions_panel)
register_meeting_panel("reminders", 20, reminders_panel)
register_meeting_panel("series", 30, series_panel)
register_person_panel("constituent", 60, offer_panel)


@hooks.register("register_admin_urls")
def series_urls() -> list[URLPattern]:
    row = "meetings/meeting/<str:public_id>/"
    return [
        path(f"{row}series/start/", StartSeriesView.as_view(), name="meeting_series_start"),
        path(f"{row}series/plan/", PlanSeriesView.as_view(), name="meeting_series_plan"),
        path(f"{row}series/change/", ChangeSeriesView.as_view(), name="meeting_series_change"),
        path(f"{row}series/meetings/", ChangeMeetingsView.as_view(), name="meeting_series_meetings"),
        path(f"{row}series/end/", EndSeriesView.as_view(), name="meeting_series_end"),
        path(f"{row}series/carry/", CarryOverView.as_view(), name="meeting_carry_over"),
        path(f"{row}reminders/add/", AddReminderView.as_view(), name="meeting_reminder_add"),
        path(f"{row}reminders/<str:reminder>/remove/", RemoveReminderView.as_view(), name="meeting_reminder_remove"),
        path(f"{row}who/<str:attendee>/edit/", EditAttendeeView.as_view(), name="meeting_attendee_edit"),
        path(f"{row}sheet/", SheetView.as_view(), name="meeting_sheet"),
        path(f"{row}sheet/pdf/", SheetPdfView.as_view(), name="meeting_sheet_pdf"),
        path("meetings/offer/<str:public_id>/", NoteOfferView.as_view(), name="constituent_offer"),
    ]
