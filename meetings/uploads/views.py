"""Handing in a calendar file, watching it being read, and what came of it."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from crm.access.models import User
from crm.access.views import visible_or_404
from meetings.availability import actions
from meetings.availability.forms import BusyCalendarForm, FileForm, file_bytes
from meetings.availability.models import BusyCalendar, CalendarUpload, InstitutionCalendar
from meetings.availability.tasks import wake as wake_calendar
from meetings.availability.views import CalendarStep, MineStep
from meetings.steps.forms import StepForm
from meetings.steps.views import AdminPage, StepView
from meetings.uploads.actions import hand_in, stop_upload
from meetings.uploads.queries import is_silent
from meetings.uploads.tasks import run_upload, wake

AT_ONCE = 64_000
"""Bytes that are read while the person waits; more is read by a worker."""


class HandInStep(StepView):
    """A step that may come with a file. A long one is read by a worker, and its page shows how far it is."""

    def get_form(self, data: Any = None) -> StepForm:
        return self.form_class(data, self.request.FILES if data is not None else None)

    def hand_in(self, target: BusyCalendar | InstitutionCalendar, **values: Any) -> CalendarUpload:
        return hand_in(target, **values, language=get_language() or "")

    def begin(self, upload: CalendarUpload, *, at: datetime) -> CalendarUpload:
        if len(upload.raw) > AT_ONCE:
            wake(upload)
        else:
            run_upload(upload.pk, at=at)
            upload.refresh_from_db()
        return upload

    def next_url(self, result: Any) -> str:
        waits = isinstance(result, CalendarUpload) and not result.is_over
        return reverse("calendar_upload", args=[result.public_id]) if waits else self.back_url()


class CalendarAddView(HandInStep, MineStep):
    model = BusyCalendar
    form_class = BusyCalendarForm
    page_title = _("Add a calendar of mine")
    button = _("Add the calendar")
    done = _("The calendar is added.")
    intro = _("Only when you are busy is kept: no titles, no places, no guests.")

    def perform(self, form: Any, *, by: User, at: datetime) -> CalendarUpload | None:
        given = form.cleaned_data
        with transaction.atomic():
            calendar = actions.add_calendar(by, name=given["name"], url=given["url"], by=by, at=at)
            upload = self.hand_in(calendar, raw=file_bytes(given["file"]), by=by, at=at) if given["file"] else None
        if upload is None:
            wake_calendar(calendar)
            return None
        return self.begin(upload, at=at)


class CalendarReadView(HandInStep, CalendarStep):
    """An address is fetched by a worker; a file is given anew."""

    page_title = _("Read again")
    button = _("Read it now")
    done = _("The calendar is being read. Open this page again in a minute.")

    def get_form(self, data: Any = None) -> StepForm:
        return StepForm(data) if self.row.url else FileForm(data, self.request.FILES if data is not None else None)

    def perform(self, form: Any, *, by: User, at: datetime) -> CalendarUpload | None:
        if not self.row.url:
            raw = file_bytes(form.cleaned_data["file"])
            return self.begin(self.hand_in(self.row, raw=raw, by=by, at=at), at=at)
        wake_calendar(self.row)
        return None


class UploadView(AdminPage):
    """How far a file is, and what came of it. For whom handed it in."""

    model = CalendarUpload
    template_name = "meetings/availability/upload.html"
    page_title = _("A calendar file")

    def subject(self) -> CalendarUpload:
        self.row: CalendarUpload = visible_or_404(CalendarUpload, self.request, public_id=self.kwargs["public_id"])
        return self.row

    def trail(self) -> list[tuple[str, Any]]:
        return [(url_of(self.row), str(self.row.calendar or self.row.institution))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = {"upload": self.row, "target": self.row.calendar or self.row.institution, "back_url": url_of(self.row)}
        return super().get_context_data(**found | kwargs)


def url_of(upload: CalendarUpload) -> str:
    """The page of what the file is for."""
    if upload.institution:
        return reverse("institution_calendar", args=[upload.institution.public_id])
    return reverse("my_availability")


def upload_progress(request: HttpRequest, public_id: str) -> JsonResponse:
    """How far a file is, for the progress bar, which has no end: reading takes seconds."""
    upload: CalendarUpload = visible_or_404(CalendarUpload, request, public_id=public_id)
    told = {"text": upload.get_state_display(), "is_over": upload.is_over}
    return JsonResponse({"done": 0, "total": 0, "is_alive": not is_silent(upload, timezone.now())} | told)


@require_POST
def stop(request: HttpRequest, public_id: str) -> HttpResponse:
    """Throw a file away before it is read. Pressing again changes nothing."""
    upload: CalendarUpload = visible_or_404(CalendarUpload, request, public_id=public_id)
    stop_upload(upload, at=timezone.now())
    return redirect("calendar_upload", upload.public_id)
