"""What the timeline says of hours and calendars, and the round that reads calendars anew."""

from django.utils.translation import gettext_lazy as _

from crm.activity.registry import register_kind, register_verb
from crm.messaging.registry import register_due_job
from meetings.availability.tasks import continue_calendars

VERBS = {
    "working_hours.set": _("Working hours were set."),
    "working_exception.added": _("Days with other working hours were added."),
    "working_exception.removed": _("Days with other working hours were taken away."),
    "busy_calendar.added": _("A calendar of one's own was added."),
    "busy_calendar.removed": _("A calendar of one's own was taken away."),
    "institution_calendar.added": _("A calendar of this body was added."),
    "institution_calendar.read": _("The calendar of this body was read: %(count)s entries."),
}


def declare() -> None:
    """Called once when the app is ready."""
    for verb, sentence in VERBS.items():
        register_verb(verb, sentence)
    register_kind("institution_calendar", _("Calendars of bodies"))
    register_due_job("calendars", continue_calendars)
