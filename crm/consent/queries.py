from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db.models import Q

from crm.consent.enums import Purpose
from crm.consent.models import ConsentRecord, Suppression
from crm.consent.rules import PROVEN_CHANNELS, mailbox_key


def is_suppressed(email: str, purpose: Purpose) -> bool:
    """Whether this mailbox must not get mail for `purpose`; `ALL_MAIL` covers every purpose.

    A text that is no address has no mailbox, so nothing is suppressed: sending it fails with its own reason.
    """
    return email in suppressed_among([email], purpose)


def suppressed_among(emails: Iterable[str], purpose: Purpose) -> frozenset[str]:
    """Those of `emails`, as spelled, that must not get mail for `purpose`. One query."""
    keys = {email: key for email in emails if (key := _key_or_none(email))}
    if not keys:
        return frozenset()
    rows = Suppression.objects.filter(mailbox_hash__in=set(keys.values()), purpose__in={purpose, Purpose.ALL_MAIL})
    blocked = set(rows.values_list("mailbox_hash", flat=True))
    return frozenset(email for email, key in keys.items() if key in blocked)


def has_consent(purpose: Purpose, *, email: str = "", mailbox_hash: str = "") -> bool:
    """Whether the newest record that counts says yes: any refusal counts, a yes only through a proven channel."""
    counted = Q(given=False) | Q(given=True, channel__in=PROVEN_CHANNELS)
    rows = ConsentRecord.objects.filter(counted, mailbox_hash=mailbox_hash or mailbox_key(email), purpose=purpose)
    newest = rows.order_by("-recorded_at", "-id").first()
    return newest is not None and newest.given


@dataclass(frozen=True)
class ConsentAnswers:
    """Every answer on record for one purpose, by mailbox hash: True agreed, False refused or suppressed."""

    by_mailbox: Mapping[str, bool]

    def of(self, emails: Iterable[str]) -> dict[str, bool]:
        """The answers of those addresses that gave one, as spelled."""
        keys = {email: key for email in emails if (key := _key_or_none(email))}
        return {email: self.by_mailbox[key] for email, key in keys.items() if key in self.by_mailbox}


def consent_answers(purpose: Purpose) -> ConsentAnswers:
    """What `has_consent` and `is_suppressed` would say of every mailbox there is. Two queries."""
    counted = Q(given=False) | Q(given=True, channel__in=PROVEN_CHANNELS)
    rows = ConsentRecord.objects.filter(counted, purpose=purpose).order_by("recorded_at", "id")
    answers = dict(rows.values_list("mailbox_hash", "given"))
    refused = Suppression.objects.filter(purpose__in={purpose, Purpose.ALL_MAIL}).order_by()
    return ConsentAnswers(answers | dict.fromkeys(refused.values_list("mailbox_hash", flat=True), False))


def _key_or_none(email: str) -> str | None:
    try:
        return mailbox_key(email)
    except ValidationError:
        return None
