"""The words of reminders, the timeline and the due job."""

from django.utils.translation import gettext_lazy as _

from crm.activity.registry import register_kind, register_verb
from crm.messaging.registry import register_default_templates, register_due_job
from meetings.reminders.actions import TEMPLATE, keep_reminders
from meetings.reminders.tasks import send_due_reminders
from meetings.scheduling.registry import register_listener

DEFAULT_TEMPLATES = (
    {
        "key": TEMPLATE,
        "language": "en",
        "name": "Reminder of a meeting, to our side",
        "subject": "Reminder: {{ meeting_title }}",
        "body": """Hello {{ attendee_name }},

This is a reminder of our meeting.

{{ meeting_title }}

When: {{ meeting_time }}

Where: {{ meeting_place }}

If you cannot come, please reply to this mail today.

{{ organisation_name }}
""",
    },
    {
        "key": TEMPLATE,
        "language": "es",
        "name": "Recordatorio de una reunión, a nuestro equipo",
        "subject": "Recordatorio: {{ meeting_title }}",
        "body": """Hola, {{ attendee_name }}:

Le recordamos nuestra reunión.

{{ meeting_title }}

Cuándo: {{ meeting_time }}

Dónde: {{ meeting_place }}

Si no puede venir, responda hoy a este correo, por favor.

{{ organisation_name }}
""",
    },
)

VERBS = {
    "reminder.added": _("A reminder was set, %(minutes)s minutes before the meeting."),
    "reminder.removed": _("The reminder %(minutes)s minutes before the meeting was taken off."),
    "reminder.sent": _("Our side was reminded: %(people)s mails."),
    "reminder.nobody": _("A reminder was due, but there was nobody to remind."),
    "reminder.passed": _(
        "The reminder %(minutes)s minutes before is not sent: its moment had passed when the meeting got this time."
    ),
    "reminder.too_late": _("The reminder %(minutes)s minutes before was not sent: the meeting had begun."),
}


def declare() -> None:
    """Called once when the app is ready."""
    register_default_templates("reminders", DEFAULT_TEMPLATES)
    register_kind("reminder", _("Reminders"))
    for verb, sentence in VERBS.items():
        register_verb(verb, sentence)
    register_listener("reminders", keep_reminders)
    register_due_job("reminders", send_due_reminders)
