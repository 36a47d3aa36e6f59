"""Screens of the calendars of bodies, and of the minutes between places."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.access.views import visible_or_404
from meetings.availability import actions
from meetings.availability.enums import UploadState
from meetings.availability.forms import file_bytes
from meetings.availability.models import CalendarUpload, InstitutionCalendar, TravelTime
from meetings.availability.queries import zone_for
from meetings.institutions.forms import InstitutionFileForm, InstitutionForm, TravelForm
from meetings.institutions.queries import event_rows, preview_of, travel_times
from meetings.steps.forms import StepForm, VersionForm
from meetings.steps.views import AdminPage, StepView
from meetings.uploads.errors import UploadFailedError
from meetings.uploads.queries import latest_upload
from meetings.uploads.views import HandInStep


class InstitutionsView(AdminPage):
    """The calendars of bodies."""

    model = InstitutionCalendar
    template_name = "meetings/availability/institutions.html"
    page_title = _("Calendars of institutions")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        rows = InstitutionCalendar.objects.visible_to(user).defer("pending").select_related("organization")
        found = {"rows": rows, "may_add": can(user, Act.ADD, InstitutionCalendar), "travel": travel_times()}
        return super().get_context_data(**found | kwargs)


def institution_url(row: InstitutionCalendar) -> str:
    return reverse("institution_calendar", args=[row.public_id])


class InstitutionAddView(StepView):
    model = InstitutionCalendar
    row_act = Act.ADD
    page_title = _("Add a calendar of an institution")
    button = _("Add the calendar")
    done = _("The calendar is added. Now give it a file.")

    def back_url(self) -> str:
        return reverse("institution_calendars")

    def trail(self) -> list[tuple[str, Any]]:
        return [(self.back_url(), _("Calendars of institutions"))]

    def get_form(self, data: Any = None) -> StepForm:
        user: Any = self.request.user
        return InstitutionForm(data, user=user, initial={"zone": zone_for(user).key})

    def perform(self, form: Any, *, by: User, at: datetime) -> InstitutionCalendar:
        given = form.cleaned_data
        words = {"name": given["name"], "time_zone": given["zone"], "default_kind": given["default_kind"]}
        return actions.add_institution_calendar(given["organization"], **words, by=by, at=at)

    def next_url(self, result: InstitutionCalendar) -> str:
        return institution_url(result)


class InstitutionMixin:
    model = InstitutionCalendar

    def subject(self) -> InstitutionCalendar:
        key = self.kwargs["public_id"]  # type: ignore[attr-defined]
        self.row: InstitutionCalendar = visible_or_404(InstitutionCalendar, self.request, public_id=key)  # type: ignore[attr-defined]
        return self.row

    def back_url(self) -> str:
        return institution_url(self.row)

    def trail(self) -> list[tuple[str, Any]]:
        return [(reverse("institution_calendars"), _("Calendars of institutions")), (self.back_url(), str(self.row))]


class InstitutionView(InstitutionMixin, AdminPage):
    """What a calendar holds, and what a file that waits would put in its place."""

    template_name = "meetings/availability/institution.html"

    def get_page_title(self) -> str:
        return str(self.row)

    def trail(self) -> list[tuple[str, Any]]:
        return super().trail()[:1]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        found = {
            "row": self.row,
            "zone": self.row.time_zone,
            "events": event_rows(self.row, now),
            "upload": latest_upload(self.request.user, self.row),
            "preview": preview_of(self.row) if self.row.pending else None,
            "may_change": can(self.request.user, Act.CHANGE, self.row),
        }
        return super().get_context_data(**found | kwargs)


class InstitutionStep(InstitutionMixin, StepView):
    row_act = Act.CHANGE

    def get_form(self, data: Any = None) -> StepForm:
        return self.form_class(data, initial={"version": self.row.version})


class InstitutionFileView(HandInStep, InstitutionStep):
    page_title = _("Give a file")
    button = _("Look at it first")
    intro = _(
        "A calendar file (.ics), or a table (.csv) with the columns start, end or last_day, kind and title. "
        "Its end is the day after the last, as calendars have it; last_day is the last day itself. "
        "Nothing changes until you have seen what it holds."
    )

    def get_form(self, data: Any = None) -> StepForm:
        files = self.request.FILES if data is not None else None
        return InstitutionFileForm(data, files, initial={"version": self.row.version})

    def perform(self, form: Any, *, by: User, at: datetime) -> CalendarUpload:
        """What is wrong with a short file is said in the form; of a long one on its own page."""
        given = form.cleaned_data
        raw = file_bytes(given["file"])
        upload = self.begin(self.hand_in(self.row, raw=raw, by=by, at=at, version=given["version"]), at=at)
        if upload.state == UploadState.FAILED:
            raise UploadFailedError(upload.sentence)
        self.done = upload.sentence
        return upload


class InstitutionImportView(InstitutionStep):
    form_class = VersionForm
    page_title = _("Put the file in")
    button = _("Put it in")
    done = _("The calendar holds what the file says.")

    def perform(self, form: Any, *, by: User, at: datetime) -> None:
        actions.import_institution(self.row, version=form.cleaned_data["version"], by=by, at=at)


class InstitutionForgetView(InstitutionStep):
    form_class = VersionForm
    page_title = _("Throw the file away")
    button = _("Throw it away")
    done = _("The file is gone; the calendar is as it was.")

    def perform(self, form: Any, *, by: User, at: datetime) -> None:
        actions.forget_institution_file(self.row, version=form.cleaned_data["version"], by=by, at=at)


class TravelView(StepView):
    model = TravelTime
    row_act = Act.ADD
    form_class = TravelForm
    page_title = _("Minutes between two places")
    button = _("Save the minutes")
    done = _("The minutes are saved, both ways.")

    def back_url(self) -> str:
        return reverse("institution_calendars")

    def perform(self, form: Any, *, by: User, at: datetime) -> None:
        given = form.cleaned_data
        actions.set_travel_time(given["one"], given["other"], minutes=given["minutes"], by=by, at=at)
