"""The ledger of consents and refusals. Rows are only added; the newest one that counts is the answer."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Mailbox:
    """Whose consent: by address, or by a keyed hash of the caller's own where lists must not be joined."""

    email: str = ""
    own_hash: str = ""

    @property
    def key(self) -> str:
        return self.own_hash or mailbox_key(self.email)


@transaction.atomic
def give_consent(
    wording: Wording,
    *,
    mailbox: Mailbox,
    language: str,
    channel: Channel,
    at: datetime,
    subject: str = "",
    evidence: dict[str, Any] | None = None,
    by: User | None = None,
    entry: ActivityEntry | None = None,
) -> ConsentRecord:
    """Write down that somebody agreed to exactly these words. A second call adds a second row.

    With `entry` this is part of that step and leaves no entry of its own.
    """
    row = _record(True, wording, mailbox.key, language, channel, at, subject, evidence)
    _tell("consent.given", row, by, at, entry)
    return row


@transaction.atomic
def withdraw_consent(
    wording: Wording,
    *,
    mailbox: Mailbox,
    language: str,
    channel: Channel,
    at: datetime,
    subject: str = "",
    evidence: dict[str, Any] | None = None,
    by: User | None = None,
    entry: ActivityEntry | None = None,
) -> ConsentRecord:
    """Write down a refusal; it counts at once. A second call adds a second row and changes nothing else."""
    row = _record(False, wording, mailbox.key, language, channel, at, subject, evidence)
    _tell("consent.withdrawn", row, by, at, entry)
    return row


@transaction.atomic
def confirm_consents(subject: str, *, at: datetime, entry: ActivityEntry) -> int:
    """What the newest form of this subject ticked now counts: the owner of the mailbox pressed the button.

    Returns how many. A second call adds the same rows again; callers guard it with their own state.
    """
    forms = ConsentRecord.objects.filter(subject=subject, given=True, channel=Channel.FORM)
    newest = forms.order_by("-recorded_at", "-id").first()
    rows = list(forms.filter(recorded_at=newest.recorded_at)) if newest else []
    for row in rows:
        _repeat(row, True, at)
    return len(rows)


@transaction.atomic
def end_consents(subject: str, *, purposes: Collection[Purpose], at: datetime, entry: ActivityEntry) -> int:
    """Withdraw what was confirmed with this subject for these purposes. The second call finds nothing left."""
    rows = ConsentRecord.objects.filter(subject=subject, channel=Channel.MAIL_LINK, purpose__in=purposes)
    newest = {(row.mailbox_hash, row.purpose): row for row in rows}
    given = [row for row in newest.values() if row.given]
    for row in given:
        _repeat(row, False, at)
    return len(given)


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


@transaction.atomic
def suppress_all(refusals: Mapping[str, str], *, purpose: Purpose = Purpose.ALL_MAIL, at: datetime) -> int:
    """Never mail these mailboxes again, {address: reason}; says how many are new on the list.

    Part of a bigger step: leaves no entry of its own. The second call changes nothing, the first reason stays.
    """
    keys = {mailbox_key(email): reason for email, reason in reversed(list(refusals.items()))}
    known = set[str]()
    for chunk in _chunks(keys):
        rows = Suppression.objects.filter(mailbox_hash__in=chunk, purpose=purpose)
        known |= set(rows.values_list("mailbox_hash", flat=True))
    new = (
        Suppression(mailbox_hash=key, purpose=purpose, reason=keys[key], suppressed_at=at)
        for key in reversed(keys)
        if key not in known
    )
    Suppression.objects.bulk_create(new, batch_size=500, ignore_conflicts=True)
    return len(keys) - len(known)


@transaction.atomic
def take_over_consents(
    wording: Wording, emails: Iterable[str], *, subject: str, evidence: dict[str, Any], language: str, at: datetime
) -> int:
    """Write down consents another list proves; says how many. Part of a bigger step: leaves no entry of its own.

    Nobody is subscribed anew: a mailbox that ever refused, or whose answer we have, is left out, so the second
    call adds none. `withdraw_taken_over` with the same subject takes them back.
    """
    keys = dict.fromkeys(mailbox_key(email) for email in emails)
    answered = set[str]()
    for chunk in _chunks(keys):
        stopped = Suppression.objects.filter(mailbox_hash__in=chunk, purpose__in=(wording.purpose, Purpose.ALL_MAIL))
        answered |= set(stopped.values_list("mailbox_hash", flat=True))
        rows = ConsentRecord.objects.filter(mailbox_hash__in=chunk, purpose=wording.purpose)
        newest = {row.mailbox_hash: row for row in rows.order_by("recorded_at", "id")}
        answered |= {key for key, row in newest.items() if row.given or row.channel != Channel.IMPORT}
    new = [key for key in keys if key not in answered]
    for key in new:
        _record(True, wording, key, language, Channel.IMPORT, at, subject, evidence)
    return len(new)


@transaction.atomic
def withdraw_taken_over(subject: str, *, at: datetime) -> int:
    """Take back what `take_over_consents` wrote with this subject. Refusals stay. The second call finds nothing."""
    rows = ConsentRecord.objects.filter(subject=subject, channel=Channel.IMPORT).order_by("recorded_at", "id")
    newest = {(row.mailbox_hash, row.purpose): row for row in rows}
    given = [row for row in newest.values() if row.given]
    for row in given:
        words = Wording(row.wording_id, row.wording_version, Purpose(row.purpose), "")
        _record(False, words, row.mailbox_hash, row.language, Channel.IMPORT, at, subject, {"takes_back": row.pk})
    return len(given)


def _chunks(keys: Iterable[str]) -> Iterator[list[str]]:
    listed = list(keys)
    return (listed[start : start + 500] for start in range(0, len(listed), 500))


def _record(
    given: bool,
    wording: Wording,
    mailbox_hash: str,
    language: str,
    channel: Channel,
    at: datetime,
    subject: str,
    evidence: dict[str, Any] | None,
) -> ConsentRecord:
    return ConsentRecord.objects.create(
        mailbox_hash=mailbox_hash,
        purpose=wording.purpose,
        given=given,
        wording_id=wording.id,
        wording_version=wording.version,
        language=language,
        channel=channel,
        subject=subject,
        evidence=evidence or {},
        recorded_at=at,
    )


def _repeat(row: ConsentRecord, given: bool, at: datetime) -> None:
    words = Wording(row.wording_id, row.wording_version, Purpose(row.purpose), "")
    _record(given, words, row.mailbox_hash, row.language, Channel.MAIL_LINK, at, row.subject, {"confirms": row.pk})


def _tell(verb: str, row: ConsentRecord, by: User | None, at: datetime, entry: ActivityEntry | None) -> None:
    if entry is None:
        kind = None if by else ActorKind.PUBLIC
        record(verb, row, by=by, at=at, actor_kind=kind, data={"purpose": row.purpose})
