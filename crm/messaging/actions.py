"""Everything other slices do with mail; one noun each in `crm.outbox`, `crm.sequences` and `crm.inbound`."""

from crm.outbox.actions import (
    cancel_queued,
    queue_from_template,
    queue_message,
    save_template,
    send_again,
    sender_of,
)

__all__ = [
    "cancel_queued",
    "queue_from_template",
    "queue_message",
    "save_template",
    "send_again",
    "sender_of",
]
