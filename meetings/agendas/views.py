from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from meetings.agendas.actions import set_agenda
from meetings.agendas.forms import AgendaForm
from meetings.scheduling.models import Meeting
from meetings.scheduling.rules import is_running
from meetings.scheduling.views import MeetingStep, meeting_url
from meetings.steps.forms import Facts, StepForm


def agenda_panel(meeting: Meeting, user: User) -> dict[str, Any]:
    """The agenda, as everybody invited reads it."""
    return {
        "title": _("Agenda"),
        "rows": meeting.agenda_items.all(),
        "template": "meetings/panel_agenda.html",
        "meeting": meeting,
        "may_change": can(user, Act.CHANGE, meeting) and is_running(meeting),
    }


class AgendaView(MeetingStep):
    """All points at once, in their order."""

    page_title = _("Agenda")
    button = _("Save the agenda")
    intro = _("Everybody invited reads it. To take a point out, empty its title.")
    done = _("The agenda is saved. Everybody invited gets it.")

    def get_form(self, data: Any = None) -> StepForm:
        items = list(self.meeting.agenda_items.all())
        return AgendaForm(data, initial={"version": self.meeting.version}, items=items)

    def current_facts(self, current: Any, form: StepForm) -> Facts:
        return self.get_form().facts()

    def perform(self, form: Any, *, by: User, at: datetime) -> Any:
        return set_agenda(self.meeting, items=form.items(), version=form.cleaned_data["version"], by=by, at=at)

    def next_url(self, result: Any) -> str:
        return meeting_url(self.meeting, "agenda")
