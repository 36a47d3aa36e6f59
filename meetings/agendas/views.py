from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.briefings.html import presented
from crm.briefings.typst import render_pdf
from meetings.agendas.actions import set_agenda
from meetings.agendas.forms import AgendaForm, reordered
from meetings.agendas.queries import agenda_of, numbered, speaker_of
from meetings.agendas.rules import minutes_over
from meetings.agendas.typst import sheet
from meetings.scheduling.models import Attendee, Meeting
from meetings.scheduling.queries import active_attendees
from meetings.scheduling.rules import is_running
from meetings.scheduling.views import MeetingMixin, MeetingStep, meeting_url
from meetings.steps.forms import Facts, StepForm
from meetings.steps.views import AdminPage

PRIVATE = {"Cache-Control": "private, no-store"}


def agenda_panel(meeting: Meeting, user: User) -> dict[str, Any]:
    """The agenda; who may not see everybody invited reads of presenters what the office reads."""
    sees_all = can(user, Act.VIEW, Attendee)
    items = list(agenda_of(meeting))
    rows = [{"number": n, "item": item, "who": speaker_of(item, office=not sees_all)} for n, item in numbered(items)]
    return {
        "title": _("Agenda"),
        "rows": rows,
        "template": "meetings/panel_agenda.html",
        "meeting": meeting,
        "minutes_over": minutes_over(meeting, items),
        "may_change": can(user, Act.CHANGE, meeting) and is_running(meeting),
        "has_sheet": sees_all,
    }


class AgendaView(MeetingStep):
    """All points at once, in their order. The buttons that move a point only draw the form anew."""

    template_name = "meetings/agenda.html"
    page_title = _("Agenda")
    button = _("Save the agenda")
    intro = _("Everybody invited reads it. To take a point out, empty its title.")
    done = _("The agenda is saved. Everybody invited gets it.")

    def get_form(self, data: Any = None) -> StepForm:
        items, people = list(agenda_of(self.meeting)), list(active_attendees(self.meeting))
        return AgendaForm(data, initial={"version": self.meeting.version}, items=items, people=people)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "move" not in request.POST:
            return super().post(request, *args, **kwargs)
        data, number = reordered(request.POST, request.POST["move"])
        return self.render_to_response(self.get_context_data(form=self.get_form(data), moved=number))

    def current_facts(self, current: Any, form: StepForm) -> Facts:
        return self.get_form().facts()

    def perform(self, form: Any, *, by: User, at: datetime) -> Any:
        return set_agenda(self.meeting, items=form.items(), version=form.cleaned_data["version"], by=by, at=at)

    def next_url(self, result: Any) -> str:
        return meeting_url(self.meeting, "agenda")


class SheetView(MeetingMixin, AdminPage):
    """The sheet to print: for our side, or with `for=office` what may be handed over."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        address = reverse("meeting_sheet_pdf", args=[self.meeting.public_id])
        context = {
            "content": presented(self.content()),
            "pdf_url": f"{address}?for={'office' if self.is_for_office else 'us'}",
            "back_url": self.back_url(),
        }
        return TemplateResponse(request, "crm/briefing_snapshot.html", context, headers=PRIVATE)

    def subject(self) -> Any:
        super().subject()
        # Everybody on the delegation may read the sheet only who may see everybody invited.
        return self.meeting if can(self.request.user, Act.VIEW, Attendee) else Attendee

    @property
    def is_for_office(self) -> bool:
        return self.request.GET.get("for") == "office"

    def content(self) -> Any:
        user: Any = self.request.user
        now = timezone.now()
        return sheet(self.meeting, office=self.is_for_office, by=user, at=now, language=get_language() or "en")


class SheetPdfView(SheetView):
    """The same sheet as a tagged PDF to download."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        content = self.content()
        pdf = render_pdf(content, title=content["title"], language=content["language"])
        name = f"sheet-{slugify(self.meeting.title) or 'meeting'}-{self.meeting.starts_at:%Y-%m-%d}.pdf"
        headers = PRIVATE | {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(pdf, content_type="application/pdf", headers=headers)
