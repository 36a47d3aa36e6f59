"""Planning mail: every mail is a row, planned once."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Model

from crm.activity.rules import type_key
from crm.messaging.enums import STREAM_ORDER, MessageStatus, Stream
from crm.messaging.mime import new_message_id
from crm.messaging.models import Enrolment, Message
from crm.people.models import Person

GOOD_FOR = timedelta(hours=24)


def queue_message(
    *,
    key: str,
    stream: Stream,
    to_email: str,
    subject: str,
    text: str,
    at: datetime,
    to_name: str = "",
    html: str = "",
    person: Person | None = None,
    enrolment: Enrolment | None = None,
    language: str = "en",
    calendar: str = "",
    calendar_method: str = "",
    reply_to: str = "",
    headers: dict[str, str] | None = None,
    in_reply_to: str = "",
    obj: Model | None = None,
    due_at: datetime | None = None,
    not_after: datetime | None = None,
    template_key: str = "",
    template_version: int = 0,
    status: MessageStatus = MessageStatus.QUEUED,
) -> Message:
    """Plan one mail to one mailbox. The second call with the same `key` returns the first row unchanged."""
    sender = sender_of(stream)
    due = due_at or at
    values: dict[str, Any] = {
        "message_id": new_message_id(settings.MAIL_DOMAIN),
        "stream": stream,
        "rank": STREAM_ORDER[stream],
        "person": person,
        "enrolment": enrolment,
        "to_name": to_name,
        "to_email": to_email,
        "from_name": settings.MAIL_FROM_NAME,
        "from_email": sender,
        "reply_to": reply_to or sender,
        "subject": subject[:255],
        "text": text,
        "html": html,
        "calendar": calendar,
        "calendar_method": calendar_method,
        "headers": headers or {},
        "in_reply_to": in_reply_to,
        "language": language,
        "template_key": template_key,
        "template_version": template_version,
        "object_type": type_key(obj) if obj is not None else "",
        "object_id": obj.pk if obj is not None else None,
        "status": status,
        "planned_at": at,
        "due_at": due,
        "not_after": not_after or due + GOOD_FOR,
    }
    message, _made = Message.objects.get_or_create(idempotency_key=key, defaults=values)
    return message


def sender_of(stream: Stream) -> str:
    """Each kind of mail has its own From address on our domain."""
    return {
        Stream.INVITATION: settings.MAIL_FROM_INVITATION,
        Stream.SEQUENCE: settings.MAIL_FROM_SEQUENCE,
        Stream.NEWSLETTER: settings.MAIL_FROM_SEQUENCE,
    }.get(stream, settings.MAIL_FROM_TRANSACTIONAL)
