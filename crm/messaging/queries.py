from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Count, Max, Model, QuerySet

from crm.access.models import User
from crm.messaging.enums import InboundKind, MessageStatus
from crm.messaging.errors import UnknownTemplateError
from crm.messaging.mime import build_mime
from crm.messaging.models import InboundMessage, Message, MessageTemplate
from crm.messaging.registry import default_templates
from crm.messaging.rules import (
    COMMON_FIELDS,
    Rendered,
    TemplateSource,
    fields_in,
    outgoing_of,
    render_mail,
)
from crm.people.models import Person

SAMPLES = {
    "name": "Ada Quist",
    "given_name": "Ada",
    "family_name": "Quist",
    "contact_name": "Maria Ortega",
    "attendee_name": "Maria Ortega",
    "policymaker_name": "Jordan Vale",
    "owner_name": "Ben Osei",
    "organisation_name": "Harbour Alliance",
    "meeting_title": "Safe crossings for every school",
    "ask_title": "Vote for HB 12",
    "petition": "Safe crossings for every school",
}
"""What the pattern library fills into fields that several slices use; a template's own `sample` wins."""


def template_for(key: str, language: str) -> TemplateSource:
    """The words to use: this language, else the site's first one; edited words before the default ones.

    One query. Raises `UnknownTemplateError`.
    """
    languages = list(dict.fromkeys([language, settings.LANGUAGE_CODE]))
    rows = {row.language: row for row in MessageTemplate.objects.filter(key=key, language__in=languages)}
    for each in languages:
        if row := rows.get(each):
            return TemplateSource(row.key, row.language, row.name, row.subject, row.body, row.version)
        if default := default_templates().get((key, each)):
            return default.source
    raise UnknownTemplateError(key)


def fields_of(key: str) -> frozenset[str]:
    """The fields an editor may use in a template: those every mail has and those of the default words."""
    own = frozenset[str]()
    for (each, _language), default in default_templates().items():
        if each == key:
            own |= fields_in(default.source.subject, default.source.body) | default.fields
    return COMMON_FIELDS | own


def common_values(person: Person | None) -> dict[str, str]:
    """What every mail may say: who we are and, given a person, how she is called."""
    values = {"organisation_name": settings.ORGANISATION_NAME, "public_url": settings.PUBLIC_URL}
    if person is not None:
        values |= {
            "name": person.name,
            "given_name": person.given_name,
            "family_name": person.family_name,
            "title": person.honorific_prefix,
        }
    return values


def row_of(object_type: str, object_id: int | None) -> Model | None:
    """The row behind a stored type and key, None when it is gone or was never set."""
    if not object_type or object_id is None:
        return None
    return apps.get_model(object_type)._default_manager.filter(pk=object_id).first()


def counts_by_state() -> dict[str, int]:
    """How many mails are in which state, every state named."""
    found = dict(Message.objects.order_by().values_list("status").annotate(Count("pk")))
    return {state: found.get(state, 0) for state in MessageStatus.values}


def eml_of(message: Message) -> bytes:
    """The mail as it left, or as it would leave. Raises MailHeaderError for one that cannot be built."""
    return build_mime(outgoing_of(message, message.accepted_at or message.planned_at))


def sample_mails() -> list[TemplateSource]:
    """Every default template, for the pattern library."""
    return [default.source for _pair, default in sorted(default_templates().items())]


def sample_mail(key: str, language: str) -> Rendered | None:
    """One default template filled with sample values; None when there is no such template."""
    default = default_templates().get((key, language))
    if default is None:
        return None
    source = default.source
    names = fields_in(source.subject, source.body)
    values = {name: _sample_value(name) for name in names} | dict(default.sample)
    footer = {"reason": "Sample: why you get this mail.", "unsubscribe_url": f"{settings.PUBLIC_URL}/l/sample/"}
    return render_mail(source, values | footer)


def _sample_value(name: str) -> str:
    if name.endswith("url"):
        return f"{settings.PUBLIC_URL}/l/sample/"
    return SAMPLES.get(name, name.replace("_", " ").capitalize())


def outbox(*, stream: str = "", state: str = "", recipient: str = "") -> QuerySet[Message]:
    """Mails as planned, the newest first; empty filters let everything through."""
    rows = Message.objects.order_by("-planned_at", "-pk")
    if stream:
        rows = rows.filter(stream=stream)
    if state:
        rows = rows.filter(status=state)
    return rows.filter(to_email__icontains=recipient) if recipient else rows


def last_received(people: Any, user: User, at: datetime) -> Iterable[tuple[int, datetime]]:
    """When somebody last wrote to us, of mails this user may see: a provider of `crm.reach.registry`."""
    seen = InboundMessage.objects.visible_to(user).filter(person__in=people, kind=InboundKind.HUMAN)
    found: Any = seen.filter(received_at__lte=at).order_by().values_list("person").annotate(Max("received_at"))
    return found
