"""A thank-you a person sends and the one a sequence would send are the same mail: only one ever goes."""

from datetime import timedelta

import pytest

from crm.messaging.actions import create_sequence, enrol, queue_from_template, send_draft
from crm.messaging.enums import MessageStatus, Stream
from crm.messaging.models import Message
from crm.messaging.registry import register_draft_of_step
from crm.messaging.rules import StepInput
from crm.people.models import Person
from crm.sequences.tasks import plan_due_steps
from tests.factories.access import user
from tests.factories.messaging import AT, template
from tests.factories.people import contact_detail, person
from tests.factories.places import area

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def thanked() -> tuple[Person, Message]:
    """Somebody with a draft by hand and a sequence whose only step says the same."""
    template(key="by-hand")
    template(key="by-sequence")
    register_draft_of_step("by-sequence", "by-hand")
    contact, meeting = person(), area()
    contact_detail(person=contact)
    draft = queue_from_template(
        "by-hand",
        key="draft",
        stream=Stream.TRANSACTIONAL,
        to_email="contact@office.example",
        fields={},
        language="en",
        at=AT,
        person=contact,
        obj=meeting,
        status=MessageStatus.DRAFT,
    )
    row = create_sequence(key="thanks", name="Thanks", steps=[StepInput("by-sequence", 1440)], by=None, at=AT)
    enrol(row, contact, anchor=meeting, anchor_at=AT, owner=None, fields={}, by=None, at=AT)
    return contact, draft


def states(contact: Person) -> list[tuple[str, str]]:
    return list(contact.messages.order_by("pk").values_list("template_key", "status"))


def test_step_takes_an_unsent_draft_back(thanked: tuple[Person, Message]) -> None:
    contact, _draft = thanked

    plan_due_steps(AT + DAY)
    plan_due_steps(AT + DAY)

    assert states(contact) == [("by-hand", MessageStatus.CANCELLED), ("by-sequence", MessageStatus.QUEUED)]


def test_step_is_skipped_when_somebody_sent_the_draft(thanked: tuple[Person, Message]) -> None:
    contact, draft = thanked
    send_draft(draft, subject="Thank you", body="Thank you for your time.", by=user(), at=AT)

    plan_due_steps(AT + DAY)

    steps = contact.enrolments.get().planned_steps.values_list("state", "reason")
    assert states(contact) == [("by-hand", MessageStatus.QUEUED)]
    assert list(steps) == [("skipped", "sent_by_hand")]
