"""The letters of polls, and what the timeline says of them."""

from django.utils.translation import gettext_lazy as _

from crm.activity.registry import register_verb
from crm.messaging.registry import register_default_templates
from meetings.polls.actions import follow_request
from meetings.scheduling.registry import register_offer_listener

VERBS = {
    "poll.created": _("A poll was started."),
    "poll.asked": _("Somebody was asked in the poll."),
    "poll.asked_again": _("Somebody was asked again and got a new link."),
    "poll.revoked": _("Somebody was taken out of the poll."),
    "poll.reminded": _("Those who had not answered the poll were reminded."),
    "poll.answered": _("An answer to the poll came."),
    "poll.decided": _("A time was chosen from the poll."),
    "poll.closed": _("The poll was closed without a time."),
}

SIGN_OFF = """

{{ contact_name | default: "The team" }}
{{ organisation_name }}
{{ contact_email | default: "" }}
"""
SIGN_OFF_ES = SIGN_OFF.replace("The team", "El equipo")

DEFAULT_TEMPLATES = (
    {
        "key": "poll-invitation",
        "language": "en",
        "name": "Ask which time suits",
        "subject": "Which time suits you? {{ poll_title }}",
        "body": """Dear {{ participant_name }},

We are looking for a time for “{{ poll_title }}”. Please tell us which of our proposals suit you:

[Choose your times]({{ answer_url }})

The link is yours alone, you need no account, and you may change your answer until {{ deadline }}. If you
answer for somebody else, the page lets you say so.

Thank you,
"""
        + SIGN_OFF,
    },
    {
        "key": "poll-invitation",
        "language": "es",
        "name": "Preguntar qué hora conviene",
        "subject": "¿Qué hora le conviene? {{ poll_title }}",
        "body": """Hola, {{ participant_name }}:

Buscamos una hora para «{{ poll_title }}». Díganos cuáles de nuestras propuestas le convienen:

[Elegir sus horas]({{ answer_url }})

El enlace es solo para usted, no necesita cuenta y puede cambiar su respuesta hasta {{ deadline }}. Si responde por
otra persona, la página le permite decirlo.

Gracias,
"""
        + SIGN_OFF_ES,
    },
    {
        "key": "poll-reminder",
        "language": "en",
        "name": "Remind of a poll",
        "subject": "Reminder: which time suits you? {{ poll_title }}",
        "body": """Dear {{ participant_name }},

We have not heard from you yet about “{{ poll_title }}”. Please choose your times until {{ deadline }}:

[Choose your times]({{ answer_url }})

Thank you,
"""
        + SIGN_OFF,
    },
    {
        "key": "poll-reminder",
        "language": "es",
        "name": "Recordar una encuesta",
        "subject": "Recordatorio: ¿qué hora le conviene? {{ poll_title }}",
        "body": """Hola, {{ participant_name }}:

Todavía no sabemos qué hora le conviene para «{{ poll_title }}». Elija sus horas hasta {{ deadline }}:

[Elegir sus horas]({{ answer_url }})

Gracias,
"""
        + SIGN_OFF_ES,
    },
    {
        "key": "poll-result",
        "language": "en",
        "name": "Tell how a poll ended",
        "subject": "The result: {{ poll_title }}",
        "body": """Dear {{ participant_name }},

{% if decided_time %}
The time for “{{ poll_title }}” is:

**{{ decided_time }}**

If you are to come, an invitation follows.
{% endif %}

{% if nothing_decided %}
We have ended the search for a time for “{{ poll_title }}” without choosing one. You need not do anything.
{% endif %}

Thank you,
"""
        + SIGN_OFF,
    },
    {
        "key": "poll-result",
        "language": "es",
        "name": "Decir cómo terminó una encuesta",
        "subject": "El resultado: {{ poll_title }}",
        "body": """Hola, {{ participant_name }}:

{% if decided_time %}
La hora para «{{ poll_title }}» es:

**{{ decided_time }}**

Si está entre quienes vienen, recibirá una invitación.
{% endif %}

{% if nothing_decided %}
Hemos terminado de buscar una hora para «{{ poll_title }}» sin elegir ninguna. No tiene que hacer nada.
{% endif %}

Gracias,
"""
        + SIGN_OFF_ES,
    },
)


def declare() -> None:
    """Words, timeline and what ends a poll; called once when the app is ready."""
    register_offer_listener("polls", follow_request)
    register_default_templates("polls", DEFAULT_TEMPLATES)
    for verb, sentence in VERBS.items():
        register_verb(verb, sentence)
