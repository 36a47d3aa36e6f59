"""The letters to an office, and what the timeline says of requests and meetings."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.activity.registry import register_verb
from crm.messaging.registry import register_default_templates
from crm.segments.registry import Args, SegmentFilter, register_filter
from meetings.scheduling.enums import Encounter
from meetings.scheduling.forms import EncounterForm, NeverMetForm, NoContactForm
from meetings.scheduling.queries import encountered, never_met, without_contact
from meetings.scheduling.rules import MAX_OFFERS

VERBS = {
    "meeting_request.drafted": _("A request for a meeting was drafted."),
    "meeting_request.requested": _("The office was asked for a meeting."),
    "meeting_request.offered": _("Times were offered."),
    "meeting_request.declined": _("The office declined the meeting."),
    "meeting_request.withdrawn": _("The request for a meeting was withdrawn."),
    "venue.created": _("A place to meet was added."),
    "meeting.confirmed": _("The meeting was confirmed and invitations went out."),
    "meeting.edited": _("The meeting was edited."),
    "meeting.moved": _("The meeting was moved and everybody was asked again."),
    "meeting.cancelled": _("The meeting was cancelled."),
    "attendee.added": _("Somebody was added to the meeting."),
    "attendee.removed": _("Somebody was taken off the meeting."),
    "attendee.answered": _("An answer to the invitation came: %(partstat)s."),
}

TIMES = "- {{ time_1 }}\n" + "".join(
    f"{{% if time_{n} %}}\n- {{{{ time_{n} }}}}\n{{% endif %}}\n" for n in range(2, MAX_OFFERS + 1)
)

DEFAULT_TEMPLATES = (
    {
        "key": "meeting-request",
        "language": "en",
        "name": "Ask an office for a meeting",
        "subject": "Request for a meeting with {{ policymaker_name }}: {{ ask_title }}",
        "body": """Dear {{ scheduler_name }},

I am writing for {{ organisation_name }} to ask for a meeting with {{ policymaker_name }}.

## What we would like to talk about

{{ ask_title }}

{% if bill %}
Bill: {{ bill }}
{% endif %}

{% if ask_detail %}
{{ ask_detail }}
{% endif %}

## What we offer

- twenty minutes, in your office, in the district or online, whichever suits you
- a small delegation with somebody from the district, whose names we send you beforehand
- one page with the facts, and answers to your questions afterwards

If {{ policymaker_name }} cannot come, we are glad to meet the member of staff who works on this.

Please tell us which days suit you, or reply to this mail and we will propose some.

Thank you,

{{ contact_name | default: "The team" }}
{{ organisation_name }}
{{ contact_email | default: "" }}
""",
    },
    {
        "key": "meeting-request",
        "language": "es",
        "name": "Pedir una reunión a una oficina",
        "subject": "Solicitud de reunión con {{ policymaker_name }}: {{ ask_title }}",
        "body": """Hola, {{ scheduler_name }}:

Le escribo en nombre de {{ organisation_name }} para pedir una reunión con {{ policymaker_name }}.

## De qué queremos hablar

{{ ask_title }}

{% if bill %}
Proyecto de ley: {{ bill }}
{% endif %}

{% if ask_detail %}
{{ ask_detail }}
{% endif %}

## Qué ofrecemos

- veinte minutos, en su oficina, en el distrito o en línea, como prefiera
- una delegación pequeña con alguien del distrito, cuyos nombres le enviamos antes
- una página con los datos, y respuesta a sus preguntas después

Si {{ policymaker_name }} no puede venir, con gusto nos reunimos con la persona de su equipo que lleva este asunto.

Díganos qué días le convienen o responda a este correo y le propondremos algunos.

Gracias,

{{ contact_name | default: "El equipo" }}
{{ organisation_name }}
{{ contact_email | default: "" }}
""",
    },
    {
        "key": "meeting-offer",
        "language": "en",
        "name": "Offer times for a meeting",
        "subject": "Times for a meeting with {{ policymaker_name }}",
        "body": """Dear {{ scheduler_name }},

Thank you for considering a meeting with {{ policymaker_name }} about “{{ ask_title }}”.

We could come at any of these times:

"""
        + TIMES
        + """

Please reply with the one that suits you best, or propose another. We hold all of them until you answer.

Thank you,

{{ contact_name | default: "The team" }}
{{ organisation_name }}
{{ contact_email | default: "" }}
""",
    },
    {
        "key": "meeting-offer",
        "language": "es",
        "name": "Ofrecer horas para una reunión",
        "subject": "Horas para una reunión con {{ policymaker_name }}",
        "body": """Hola, {{ scheduler_name }}:

Gracias por considerar una reunión con {{ policymaker_name }} sobre «{{ ask_title }}».

Podríamos ir a cualquiera de estas horas:

"""
        + TIMES
        + """

Responda con la que mejor le convenga o proponga otra. Las mantenemos todas libres hasta su respuesta.

Gracias,

{{ contact_name | default: "El equipo" }}
{{ organisation_name }}
{{ contact_email | default: "" }}
""",
    },
)


def encounter_words(args: Args) -> str:
    phrases = {
        Encounter.MET: (gettext("people we met"), gettext("people we met since %(day)s")),
        Encounter.CAME: (
            gettext("people who came to a meeting"),
            gettext("people who came to a meeting since %(day)s"),
        ),
        Encounter.ASKED: (
            gettext("people we asked for a meeting"),
            gettext("people we asked for a meeting since %(day)s"),
        ),
        Encounter.PLANNED: (
            gettext("people with a confirmed meeting"),
            gettext("people with a confirmed meeting since %(day)s"),
        ),
    }
    ever, since = phrases[Encounter(args["what"])]
    return since % {"day": args["since"].isoformat()} if args.get("since") else ever


def never_met_words(_args: Args) -> str:
    return gettext("people we never met")


def no_contact_words(args: Args) -> str:
    return gettext("people without contact for %(days)s days") % {"days": args["days"]}


FILTERS = (
    ("meeting", _("Meetings"), EncounterForm, encountered, encounter_words),
    ("never_met", _("Never met"), NeverMetForm, never_met, never_met_words),
    ("no_contact", _("No contact for a while"), NoContactForm, without_contact, no_contact_words),
)


def declare() -> None:
    """Words, timeline and what segments may ask about meetings; called once when the app is ready."""
    for key, label, form_class, where, words in FILTERS:
        register_filter(SegmentFilter(key, label, "meetings", form_class, where=where, words=words))
    register_default_templates("requests", DEFAULT_TEMPLATES)
    for verb, sentence in VERBS.items():
        register_verb(verb, sentence)
