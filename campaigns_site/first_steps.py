"""What every installation needs before its first day. Each step may be repeated."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from wagtail.models import Locale

from cms.access.actions import ensure_page_permissions
from crm.access.actions import ensure_role_groups
from crm.messaging.models import MessageTemplate, Sequence
from crm.messaging.registry import default_sequences, default_templates
from crm.outbox.actions import save_template
from crm.relationships.actions import ensure_relationship_types
from crm.sequences.actions import create_sequence
from crm.tags.actions import ensure_first_tags


@transaction.atomic
def first_steps(*, at: datetime) -> list[str]:
    """Locales, role groups with their page rights, mail templates, sequences; says what was added.

    The second call adds nothing: words the comms team has edited stay as they are.
    """
    for code, _name in settings.LANGUAGES:
        Locale.objects.get_or_create(language_code=code)
    ensure_role_groups()
    ensure_page_permissions()
    ensure_first_tags(at=at)
    return [
        "Languages, roles and page rights are in place.",
        f"Mail templates added: {_templates(at)}.",
        f"Sequences added: {_sequences(at)}.",
        f"Kinds of relationship added: {ensure_relationship_types(at=at)}.",
    ]


def _templates(at: datetime) -> int:
    known = set(MessageTemplate.objects.values_list("key", "language"))
    missing = {place: default for place, default in default_templates().items() if place not in known}
    for (key, language), default in missing.items():
        save_template(
            key=key,
            language=language,
            name=default.source.name,
            subject=default.source.subject,
            body=default.source.body,
            by=None,
            at=at,
        )
    return len(missing)


def _sequences(at: datetime) -> int:
    known = set(Sequence.objects.values_list("key", flat=True))
    missing = {key: default for key, default in default_sequences().items() if key not in known}
    for key, default in missing.items():
        create_sequence(key=key, name=str(default.name), steps=default.steps, by=None, at=at)
    return len(missing)
