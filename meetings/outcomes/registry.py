"""The mails after a meeting, the sequence that sends them, and what the timeline says of outcomes."""

from django.utils.translation import gettext_lazy as _

from crm.activity.registry import register_verb
from crm.messaging.enums import StepAnchor
from crm.messaging.registry import (
    register_default_sequence,
    register_default_templates,
    register_draft_of_step,
)
from crm.messaging.rules import StepInput

DAY = 24 * 60

SIGNED_EN = """
Kind regards,

{{ owner_name | default: "The team" }}
{{ organisation_name }}
"""
SIGNED_ES = """
Un cordial saludo,

{{ owner_name | default: "El equipo" }}
{{ organisation_name }}
"""

DEFAULT_TEMPLATES = (
    {
        "key": "meeting-thanks",
        "language": "en",
        "name": "Thank you, to be checked and sent by hand",
        "subject": "Thank you for meeting us: {{ meeting_title }}",
        "body": """Dear {{ contact_name }},

Thank you for the time {{ policymaker_name }} and your office gave us.

{% if their_commitments %}
We noted that your office offered: {{ their_commitments }}.
{% endif %}

{% if our_commitments %}
We promised you: {{ our_commitments }}. You will hear from us.
{% endif %}

If we wrote anything down wrongly, please tell us.
"""
        + SIGNED_EN,
    },
    {
        "key": "meeting-thanks",
        "language": "es",
        "name": "Agradecimiento, para revisar y enviar a mano",
        "subject": "Gracias por reunirse con nosotros: {{ meeting_title }}",
        "body": """Hola, {{ contact_name }}:

Gracias por el tiempo que {{ policymaker_name }} y su oficina nos dedicaron.

{% if their_commitments %}
Anotamos lo que su oficina ofreció: {{ their_commitments }}.
{% endif %}

{% if our_commitments %}
Les prometimos: {{ our_commitments }}. Tendrán noticias nuestras.
{% endif %}

Si anotamos algo mal, díganoslo, por favor.
"""
        + SIGNED_ES,
    },
    {
        "key": "after-meeting-thanks",
        "language": "en",
        "name": "After a meeting: thank you",
        "subject": "Following up on our meeting: {{ meeting_title }}",
        "body": """Dear {{ contact_name }},

It was good to talk with {{ policymaker_name }}'s office. Please pass on our thanks.

If a question has come up since, simply reply to this mail.
"""
        + SIGNED_EN,
    },
    {
        "key": "after-meeting-thanks",
        "language": "es",
        "name": "Después de una reunión: gracias",
        "subject": "Sobre nuestra reunión: {{ meeting_title }}",
        "body": """Hola, {{ contact_name }}:

Fue un gusto hablar con la oficina de {{ policymaker_name }}. Transmita, por favor, nuestro agradecimiento.

Si ha surgido alguna pregunta, basta con responder a este correo.
"""
        + SIGNED_ES,
    },
    {
        "key": "after-meeting-materials",
        "language": "en",
        "name": "After a meeting: materials",
        "subject": "The facts we talked about: {{ meeting_title }}",
        "body": """Dear {{ contact_name }},

{% if ask_title %}
Our request in one line: {{ ask_title }}.
{% endif %}

We are glad to send the page with the facts again, or to answer in writing whatever was left open.
"""
        + SIGNED_EN,
    },
    {
        "key": "after-meeting-materials",
        "language": "es",
        "name": "Después de una reunión: materiales",
        "subject": "Los datos de los que hablamos: {{ meeting_title }}",
        "body": """Hola, {{ contact_name }}:

{% if ask_title %}
Nuestra petición en una línea: {{ ask_title }}.
{% endif %}

Con gusto le enviamos de nuevo la página con los datos o respondemos por escrito a lo que quedó abierto.
"""
        + SIGNED_ES,
    },
    {
        "key": "commitment-check",
        "language": "en",
        "name": "Before a commitment is due",
        "subject": "A week ahead: {{ meeting_title }}",
        "body": """Dear {{ contact_name }},

In a week the day comes that we agreed on when we met.

{% if their_commitments %}
We noted: {{ their_commitments }}.
{% endif %}

Is there anything you need from us to get there? Simply reply to this mail.
"""
        + SIGNED_EN,
    },
    {
        "key": "commitment-check",
        "language": "es",
        "name": "Antes de que venza un compromiso",
        "subject": "Falta una semana: {{ meeting_title }}",
        "body": """Hola, {{ contact_name }}:

Dentro de una semana llega el día que acordamos en nuestra reunión.

{% if their_commitments %}
Anotamos: {{ their_commitments }}.
{% endif %}

¿Necesitan algo de nosotros para lograrlo? Basta con responder a este correo.
"""
        + SIGNED_ES,
    },
)

STEPS = (
    StepInput("after-meeting-thanks", DAY),
    StepInput("after-meeting-materials", 3 * DAY),
    StepInput("commitment-check", -7 * DAY, StepAnchor.COMMITMENT_DUE),
)
"""Thanks after a day, materials after three, and a check a week before their commitment is due."""

VERBS = {
    "meeting.outcome_recorded": _("The outcome of the meeting was recorded."),
    "meeting.outcome_edited": _("The outcome of the meeting was corrected."),
}


def declare() -> None:
    """Words, sequence and timeline of outcomes; called once when the app is ready."""
    register_default_templates("outcomes", DEFAULT_TEMPLATES)
    register_draft_of_step("after-meeting-thanks", "meeting-thanks")
    register_default_sequence("after-meeting", name=_("After a meeting"), steps=STEPS)
    for verb, sentence in VERBS.items():
        register_verb(verb, sentence)
