"""The demo is what a newcomer sees first: it is built whole, twice, and both times it is the same organisation."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from wagtail.models import Page

from campaigns_site.demo.story import Story
from campaigns_site.first_steps import first_steps
from crm.access.enums import Role
from crm.access.models import User
from crm.messaging.enums import MessageStatus
from crm.messaging.models import Message
from crm.people.models import Person
from crm.petitions.models import Petition
from meetings.scheduling.models import Meeting

NOW = datetime(2026, 11, 22, 14, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def build(seed: int) -> dict[str, Any]:
    """What somebody would notice of a freshly built demo; the database is left as it was."""
    with transaction.atomic():
        first_steps(at=NOW)
        Story(seed=seed, size="small", now=NOW, port=8000, say=lambda line: None).build()
        call_command("verify_counts")
        seen = {
            "people": list(Person.objects.values_list("name", "category").order_by("sort_name", "id")),
            "meetings": list(Meeting.objects.values_list("title", "starts_at", "state")),
            "signatures": list(Petition.objects.values_list("slug", "signature_count")),
            "roles": set(User.objects.values_list("role", flat=True)),
            "mails": set(Message.objects.values_list("status", flat=True)),
            "languages": set(Page.objects.live().filter(depth__gt=1).values_list("locale__language_code", flat=True)),
        }
        transaction.set_rollback(True)
    return seen


def test_the_demo_is_whole_and_the_same_for_the_same_seed() -> None:
    first, second = build(seed=7), build(seed=7)

    assert first == second
    assert first["roles"] == set(Role)
    assert first["languages"] == {"en", "es"}
    assert first["mails"] <= {MessageStatus.ACCEPTED, MessageStatus.CANCELLED}
    assert (len(first["meetings"]), {state for *_rest, state in first["meetings"]}) == (
        10,
        {"held", "confirmed", "cancelled"},
    )
