from dataclasses import dataclass
from typing import Any

from crm.base.email import email_hash
from crm.consent.enums import Channel, Purpose

PROVEN_CHANNELS = frozenset(Channel) - {Channel.FORM}
"""Channels that show the owner of the mailbox, or staff, said yes."""


@dataclass(frozen=True)
class Wording:
    """The exact words somebody agreed to. Changed words are a new version; old versions stay in the code."""

    id: str
    version: int
    purpose: Purpose
    text: Any


def mailbox_key(email: str) -> str:
    """How consents and suppressions name a mailbox, whatever way it is spelled. Raises ValidationError."""
    return email_hash(email, purpose="mailbox")
