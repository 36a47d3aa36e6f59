"""Everything other slices do with mail; one noun each in `crm.outbox`, `crm.sequences` and `crm.inbound`."""

from crm.inbound.actions import receive_mail, record_bounce
from crm.outbox.actions import (
    MailInput,
    cancel_queued,
    queue_from_template,
    queue_message,
    queue_messages,
    save_template,
    send_again,
    send_draft,
    sender_of,
)
from crm.sequences.actions import create_sequence, enrol, stop_enrolments, stop_mailbox

__all__ = [
    "MailInput",
    "cancel_queued",
    "create_sequence",
    "enrol",
    "queue_from_template",
    "queue_message",
    "queue_messages",
    "receive_mail",
    "record_bounce",
    "save_template",
    "send_again",
    "send_draft",
    "sender_of",
    "stop_enrolments",
    "stop_mailbox",
]
