from datetime import UTC, datetime
from itertools import count
from typing import Any

from crm.messaging.actions import queue_message, save_template
from crm.messaging.enums import Stream
from crm.messaging.models import Message, MessageTemplate

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
