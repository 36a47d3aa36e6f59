from datetime import UTC, datetime
from itertools import count
from typing import Any

from crm.messaging.actions import create_sequence, enrol, queue_message, save_template
from crm.messaging.enums import Stream
from crm.messaging.models import Enrolment, Message, MessageTemplate, Sequence
from crm.messaging.rules import StepInput
from tests.factories.people import contact_detail
from tests.factories.places import area

_number = count(1)
AT = datetime(2026, 3, 9, 13, 5, tzinfo=UTC)


def message(**fields: Any) -> Message:
    """A single mail, due at once."""
    number = next(_number)
    values: dict[str, Any] = {
        "key": f"test:{number}",
        "stream": Stream.TRANSACTIONAL,
        "to_email": f"robin{number}@office.example",
        "subject": "The figures you asked for",
        "text": "Here they are.\n",
        "at": AT,
    }
    return queue_message(**values | fields)


def template(**fields: Any) -> MessageTemplate:
    """A greeting in English."""
    values: dict[str, Any] = {
        "key": f"greeting-{next(_number)}",
        "language": "en",
        "name": "Greeting",
        "subject": "Thank you, {{ name }}",
        "body": "Dear {{ name }},\n\nthank you.",
        "by": None,
        "at": AT,
    }
    return save_template(**values | fields)


def sequence(*, steps: int = 2, key: str = "", **fields: Any) -> Sequence:
    """Mails after 1, 2, … days, each from its own template."""
    number = next(_number)
    key = key or f"after-meeting-{number}"
    inputs = []
    for position in range(1, steps + 1):
        template(key=f"{key}-{position}", subject=f"Step {position}", body="Dear {{ name }},\n\nthank you.")
        inputs.append(StepInput(template_key=f"{key}-{position}", offset_minutes=position * 24 * 60))
    return create_sequence(**{"key": key, "name": "After the meeting", "steps": inputs, "by": None, "at": AT} | fields)


def enrolment(**fields: Any) -> Enrolment:
    """A person with an address, enrolled because of an area (any row can be the anchor)."""
    values = {"anchor": fields.pop("anchor", None) or area(), "anchor_at": AT, "owner": None, "fields": {}} | fields
    series = values.pop("sequence", None) or sequence()
    person = values.pop("person", None) or contact_detail().person
    return enrol(series, person, **{"by": None, "at": AT} | values)
