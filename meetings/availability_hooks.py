"""Registers the screens of hours, calendars and the search for a time."""

from typing import Any

from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from crm.access.enums import Act
from crm.access.rules import can
from meetings.availability import views as mine
from meetings.availability.models import InstitutionCalendar, WorkingHours
from meetings.institutions import views as institutions
from meetings.slots.views import CarryTimesView, FindTimeView
from meetings.uploads import views as uploads


class PlannersMenuItem(MenuItem):
    """For those who plan meetings."""

    def is_shown(self, request: Any) -> bool:
        return can(request.user, Act.VIEW, WorkingHours) and can(request.user, Act.VIEW, InstitutionCalendar)


def availability_menu_items() -> list[MenuItem]:
    """Below the meetings."""
    return [
        PlannersMenuItem(_("Find a time"), reverse("find_time"), name="find-time", icon_name="search", order=400),
        PlannersMenuItem(_("My availability"), reverse("my_availability"), name="mine", icon_name="user", order=410),
        PlannersMenuItem(
            _("Institutions"), reverse("institution_calendars"), name="institutions", icon_name="date", order=420
        ),
    ]


@hooks.register("register_admin_urls")
def availability_urls() -> list[URLPattern]:
    calendar = "availability/calendars/<str:public_id>/"
    return [
        path("availability/", mine.MyAvailabilityView.as_view(), name="my_availability"),
        path("availability/find/", FindTimeView.as_view(), name="find_time"),
        path("availability/offer/", CarryTimesView.as_view(), name="carry_times"),
        path("availability/hours/", mine.HoursView.as_view(), name="my_hours"),
        path("availability/exceptions/add/", mine.ExceptionAddView.as_view(), name="exception_add"),
        path(
            "availability/exceptions/<str:public_id>/remove/",
            mine.ExceptionRemoveView.as_view(),
            name="exception_remove",
        ),
        path("availability/calendars/add/", uploads.CalendarAddView.as_view(), name="calendar_add"),
        path(f"{calendar}read/", uploads.CalendarReadView.as_view(), name="calendar_read"),
        path(f"{calendar}remove/", mine.CalendarRemoveView.as_view(), name="calendar_remove"),
    ]


@hooks.register("register_admin_urls")
def upload_urls() -> list[URLPattern]:
    row = "availability/files/<str:public_id>/"
    return [
        path(row, uploads.UploadView.as_view(), name="calendar_upload"),
        path(f"{row}progress/", uploads.upload_progress, name="calendar_upload_progress"),
        path(f"{row}stop/", uploads.stop, name="calendar_upload_stop"),
    ]


@hooks.register("register_admin_urls")
def institution_urls() -> list[URLPattern]:
    row = "availability/institutions/<str:public_id>/"
    return [
        path("availability/institutions/", institutions.InstitutionsView.as_view(), name="institution_calendars"),
        path("availability/institutions/add/", institutions.InstitutionAddView.as_view(), name="institution_add"),
        path("availability/travel/", institutions.TravelView.as_view(), name="travel_minutes"),
        path(row, institutions.InstitutionView.as_view(), name="institution_calendar"),
        path(f"{row}file/", institutions.InstitutionFileView.as_view(), name="institution_file"),
        path(f"{row}import/", institutions.InstitutionImportView.as_view(), name="institution_import"),
        path(f"{row}forget/", institutions.InstitutionForgetView.as_view(), name="institution_forget"),
    ]
