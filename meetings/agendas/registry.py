from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.activity.registry import register_verb
from meetings.agendas.queries import agenda_text
from meetings.invitations.registry import register_text
from meetings.scheduling.models import Meeting


def agenda_section(meeting: Meeting) -> tuple[str, str] | None:
    """The agenda in an invitation, in the language that is active."""
    text = agenda_text(meeting)
    return (_("Agenda"), text) if text else None


def declare() -> None:
    """What invitations and the timeline say of agendas; called once when the app is ready."""
    register_text("agenda", agenda_section)
    register_verb("meeting.agenda_set", gettext_lazy("The agenda was written."))
    register_verb("attendee.edited", gettext_lazy("The role, home or consent of somebody invited was changed."))
    register_verb("constituent.agreed", gettext_lazy("They agreed to take part in meetings for their district."))
    register_verb("constituent.withdrew", gettext_lazy("They no longer want to take part in meetings."))
