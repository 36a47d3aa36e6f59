"""The words of reminders, the page behind their way out, the timeline and the due job."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.activity.registry import register_kind, register_verb
from crm.consent.registry import Button, LinkHandler, LinkPage, LinkState, register_link
from crm.messaging.registry import register_default_templates, register_due_job
from meetings.invitations.html import meeting_facts
from meetings.reminders.actions import TEMPLATE, keep_reminders, stop_reminders
from meetings.reminders.rules import LINK
from meetings.reminders.tasks import send_due_reminders
from meetings.scheduling.models import Attendee
from meetings.scheduling.queries import language_of
from meetings.scheduling.registry import register_attendee_mark, register_listener
from meetings.scheduling.rules import is_running

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
    "reminder.refused": _("Somebody invited asked for no more reminders of this meeting."),
    "reminder.too_late": _("The reminder %(minutes)s minutes before was not sent: the meeting had begun."),
}


def declare() -> None:
    """Called once when the app is ready."""
    register_default_templates("reminders", DEFAULT_TEMPLATES)
    register_kind("reminder", _("Reminders"))
    for verb, sentence in VERBS.items():
        register_verb(verb, sentence)
    register_link(LINK, LinkHandler(describe=describe, act=act))
    register_attendee_mark("reminders", quiet_marks)
    register_listener("reminders", keep_reminders)
    register_due_job("reminders", send_due_reminders)


def quiet_marks(attendees: Sequence[Attendee]) -> Mapping[int, tuple[str, str]]:
    """Who asked for no more reminders, beside their names on the page of the meeting."""
    words = gettext("wants no reminders")
    return {each.pk: (words, "warn") for each in attendees if each.reminders_off_at is not None}


def describe(public_id: str, at: datetime) -> LinkPage | None:
    """What the button would stop; that it is stopped already; or why there is nothing left to stop."""
    attendee = _attendee(public_id)
    if attendee is None:
        return None
    with translation.override(language_of(attendee.person)):
        meeting = attendee.meeting
        if attendee.removed_at is not None or not is_running(meeting) or meeting.starts_at <= at:
            text = gettext("There are no more reminders of this meeting. You need not do anything.")
            return _page(attendee, LinkState.OVER, meeting.title, text)
        if attendee.reminders_off_at is not None:
            text = gettext("You get no more reminders of this meeting. You are still invited.")
            return _page(attendee, LinkState.DONE, gettext("No more reminders"), text)
        text = gettext("You are still invited, and you hear of it when the time or the place changes.")
        return _page(attendee, LinkState.ASK, gettext("Stop the reminders of this meeting?"), text)


def act(public_id: str, answer: str, data: Mapping[str, str], at: datetime) -> LinkPage | None:
    """Stop the reminders. Pressed again it says the same."""
    attendee, page = _attendee(public_id), describe(public_id, at)
    if attendee is None or page is None or page.state != LinkState.ASK:
        return page
    stop_reminders(attendee, at=at)
    return describe(public_id, at)


def _attendee(public_id: str) -> Attendee | None:
    found = Attendee.objects.filter(public_id=public_id)
    return found.select_related("person", "meeting__person", "meeting__venue").first()


def _page(attendee: Attendee, state: LinkState, title: str, text: str) -> LinkPage:
    language = language_of(attendee.person)
    stop = (Button("stop", gettext("Stop the reminders")),) if state == LinkState.ASK else ()
    facts = tuple(meeting_facts(attendee.meeting, language))
    return LinkPage(state, title, paragraphs=(text,), facts=facts, buttons=stop, language=language)
