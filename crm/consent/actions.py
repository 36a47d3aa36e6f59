"""The ledger of consents and refusals. Rows are only added; the newest one that counts is the answer."""

from datetime import datetime
from typing import Any

from django.db import transaction

from crm.access.models import User
from crm.activity.actions import record
from crm.activity.enums import ActorKind
from crm.activity.models import ActivityEntry
from crm.consent.enums import Channel, Purpose, SuppressionReason
from crm.consent.models import ConsentRecord, Suppression
from crm.consent.rules import Wording, mailbox_key


@transaction.atomic
def give_consent(
    wording: Wording,
    *,
    language: str,
    channel: Channel,
    at: datetime,
    email: str = "",
    mailbox_hash: str = "",
    evidence: dict[str, Any] | None = None,
    by: User | None = None,
    entry: ActivityEntry | None = None,
) -> ConsentRecord:
    """Write down that somebody agreed to exactly these words. A second call adds a second row.

    Name the mailbox by `email`, or by a `mailbox_hash` of the caller's own. With `entry` this is part of
    that step and leaves no entry of its own.
    """
    return _record(True, wording, language, channel, at, email, mailbox_hash, evidence, by, entry)


@transaction.atomic
def withdraw_consent(
    wording: Wording,
    *,
    language: str,
    channel: Channel,
    at: datetime,
    email: str = "",
    mailbox_hash: str = "",
    evidence: dict[str, Any] | None = None,
    by: User | None = None,
    entry: ActivityEntry | None = None,
) -> ConsentRecord:
    """Write down a refusal; it counts at once. A second call adds a second row and changes nothing else."""
    return _record(False, wording, language, channel, at, email, mailbox_hash, evidence, by, entry)


@transaction.atomic
def suppress(
    *,
    purpose: Purpose,
    reason: SuppressionReason,
    at: datetime,
    email: str = "",
    mailbox_hash: str = "",
    by: User | None = None,
    entry: ActivityEntry | None = None,
) -> bool:
    """Never mail this mailbox for `purpose` again. False when that was so already: the first reason stays.

    With `entry` this is part of that step and leaves no entry of its own.
    """
    row, made = Suppression.objects.get_or_create(
        mailbox_hash=mailbox_hash or mailbox_key(email),
        purpose=purpose,
        defaults={"reason": reason, "suppressed_at": at},
    )
    if made and entry is None:
        data = {"purpose": str(purpose), "reason": str(reason)}
        record("mailbox.suppressed", row, by=by, at=at, data=data)
    return made


def _record(
    given: bool,
    wording: Wording,
    language: str,
    channel: Channel,
    at: datetime,
    email: str,
    mailbox_hash: str,
    evidence: dict[str, Any] | None,
    by: User | None,
    entry: ActivityEntry | None,
) -> ConsentRecord:
    row = ConsentRecord.objects.create(
        mailbox_hash=mailbox_hash or mailbox_key(email),
        purpose=wording.purpose,
        given=given,
        wording_id=wording.id,
        wording_version=wording.version,
        language=language,
        channel=channel,
        evidence=evidence or {},
        recorded_at=at,
    )
    if entry is None:
        kind = None if by else ActorKind.PUBLIC
        verb = "consent.given" if given else "consent.withdrawn"
        record(verb, row, by=by, at=at, actor_kind=kind, data={"purpose": str(wording.purpose)})
    return row
