"""Django's own mails (password resets, Wagtail notices) go through the outbox like every other mail."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from crm.messaging.actions import queue_message
from crm.messaging.enums import Stream


class OutboxEmailBackend(BaseEmailBackend):
    """Writes one outbox row per recipient; the dispatcher sends it."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for mail in email_messages:
            for recipient in mail.recipients():
                queue_message(
                    key=f"django:{mail.message()['Message-ID']}:{recipient}"[:120],
                    stream=Stream.TRANSACTIONAL,
                    to_email=recipient,
                    subject=str(mail.subject),
                    text=str(mail.body),
                    at=timezone.now(),
                )
        return len(email_messages)
