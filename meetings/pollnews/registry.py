"""The words of the mails to the owner of a poll, the timeline and the due job."""

from django.utils.translation import gettext_lazy as _

from crm.activity.registry import register_verb
from crm.messaging.registry import register_default_templates, register_due_job
from meetings.pollnews.actions import ANSWERS, END
from meetings.pollnews.tasks import tell_owners

STANDING = """
{{ answered }} of {{ asked }} have answered.

{% if waiting %}
Not yet: {{ waiting }}.
{% endif %}

{% if best_time %}
The best time so far: **{{ best_time }}**
{% endif %}

[Open the poll]({{ poll_url }})
"""
STANDING_ES = """
Han respondido {{ answered }} de {{ asked }}.

{% if waiting %}
Faltan: {{ waiting }}.
{% endif %}

{% if best_time %}
La mejor hora por ahora: **{{ best_time }}**
{% endif %}

[Abrir la encuesta]({{ poll_url }})
"""

DEFAULT_TEMPLATES = (
    {
        "key": ANSWERS,
        "language": "en",
        "name": "Tell the owner of a poll of new answers",
        "subject": "New answers: {{ poll_title }}",
        "body": "{{ people }} answered the poll “{{ poll_title }}”.\n" + STANDING,
        "fields": ("deadline", "is_late", "is_complete"),
    },
    {
        "key": ANSWERS,
        "language": "es",
        "name": "Avisar de respuestas nuevas a una encuesta",
        "subject": "Respuestas nuevas: {{ poll_title }}",
        "body": "Han respondido a la encuesta «{{ poll_title }}»: {{ people }}.\n" + STANDING_ES,
        "fields": ("deadline", "is_late", "is_complete"),
    },
    {
        "key": END,
        "language": "en",
        "name": "Tell the owner that a poll can be decided",
        "subject": "Choose a time: {{ poll_title }}",
        "body": """{% if is_late %}
The time for answers to “{{ poll_title }}” was over on {{ deadline }}. Please choose a time or end the poll.
{% endif %}

{% if is_complete %}
Everybody has answered the poll “{{ poll_title }}”. You can choose a time now.
{% endif %}
"""
        + STANDING,
        "fields": ("people",),
    },
    {
        "key": END,
        "language": "es",
        "name": "Avisar de que ya se puede decidir una encuesta",
        "subject": "Elija una hora: {{ poll_title }}",
        "body": """{% if is_late %}
El plazo para responder a «{{ poll_title }}» terminó el {{ deadline }}. Elija una hora o cierre la encuesta.
{% endif %}

{% if is_complete %}
Todos han respondido a la encuesta «{{ poll_title }}». Ya puede elegir una hora.
{% endif %}
"""
        + STANDING_ES,
        "fields": ("people",),
    },
)


def declare() -> None:
    """Called once when the app is ready."""
    register_default_templates("pollnews", DEFAULT_TEMPLATES)
    register_verb("poll.owner_told", _("The owner was told of the poll: new answers %(people)s."))
    register_due_job("polls", tell_owners)
