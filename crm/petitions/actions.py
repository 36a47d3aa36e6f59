"""Petitions. Signing answers everybody alike and never counts; only the confirmation does, and it writes the
counters last: signature, then area, then petition, always in this order.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext as _

from crm.access.models import User
from crm.activity.actions import record
from crm.activity.enums import ActorKind
from crm.activity.models import ActivityEntry
from crm.base.email import email_hash
from crm.base.links import link_url
from crm.base.text import one_line
from crm.campaigns.models import Campaign
from crm.consent.actions import Mailbox, confirm_consents, end_consents, give_consent, suppress
from crm.consent.enums import Channel, Purpose, SuppressionReason
from crm.consent.queries import is_suppressed
from crm.consent.rules import Wording
from crm.issues.models import Ask
from crm.messaging.actions import cancel_queued, queue_from_template
from crm.messaging.enums import Stream
from crm.petitions import errors, rules
from crm.petitions.enums import PetitionState, SignatureState
from crm.petitions.models import MailAllowance, Petition, PetitionAreaCount, Signature
from crm.petitions.queries import area_for

CONFIRM_TEMPLATE = "petition-confirm"
BLANK = {"email": "", "given_name": "", "family_name": "", "postcode": ""}
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@transaction.atomic
def create_petition(
    *,
    title: str,
    slug: str,
    campaign: Campaign,
    addressed_to: str,
    by: User | None,
    at: datetime,
    goal: int = 1000,
    ask: Ask | None = None,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
) -> Petition:
    """A draft. A second call with the same slug raises IntegrityError."""
    petition = Petition.objects.create(
        title=one_line(title, limit=200),
        slug=slug,
        campaign=campaign,
        ask=ask,
        addressed_to=one_line(addressed_to, limit=200),
        goal=goal,
        opens_at=opens_at,
        closes_at=closes_at,
        created_at=at,
        updated_at=at,
    )
    record("petition.created", petition, by=by, at=at, about=[campaign, ask])
    return petition


@transaction.atomic
def open_petition(petition: Petition, *, by: User | None, at: datetime) -> Petition:
    """Take signatures from now on, or its first day. The second call changes nothing; closed: PetitionStateError."""
    opens_at = petition.opens_at or at
    return _move(petition, PetitionState.DRAFT, PetitionState.OPEN, by, at, opens_at=opens_at)


@transaction.atomic
def close_petition(petition: Petition, *, by: User | None, at: datetime) -> Petition:
    """Take and confirm no more signatures. The second call changes nothing; a draft: PetitionStateError."""
    return _move(petition, PetitionState.OPEN, PetitionState.CLOSED, by, at, closes_at=at)


def _move(
    petition: Petition, old: PetitionState, new: PetitionState, by: User | None, at: datetime, **fields: Any
) -> Petition:
    rows = Petition.objects.filter(pk=petition.pk, state=old)
    changed = rows.update(state=new, version=F("version") + 1, updated_at=at, **fields)
    petition.refresh_from_db()
    if not changed and petition.state != new:
        raise errors.PetitionStateError
    if changed:
        verb = "petition.opened" if new == PetitionState.OPEN else "petition.closed"
        record(verb, petition, by=by, at=at, about=[petition.campaign])
    return petition


@transaction.atomic
def sign_petition(
    petition: Petition,
    *,
    given_name: str,
    family_name: str,
    email: str,
    postcode: str,
    consents: Sequence[Wording],
    language: str,
    at: datetime,
    evidence: dict[str, Any] | None = None,
    is_suspect: bool = False,
) -> None:
    """Take a submission and mail the owner of the mailbox a link to confirm it. Answers everybody alike.

    A mailbox signs a petition once, however it is spelled. A second call mails again after ten minutes
    while the first waits for its confirmation, within the daily allowance of the mailbox, and changes
    nothing else; a new submission is taken once the first was withdrawn or not confirmed in seven days.
    Raises PetitionClosedError, and SignatureRefusedError for what the form would refuse too.
    """
    typed = rules.clean_submission(given_name, family_name, email, postcode)
    if not any(wording.purpose == Purpose.SIGNATURE for wording in consents):
        raise errors.SignatureRefusedError(rules.CONSENT_NEEDED, field="signature_consent")
    rules.refuse_unless_open(petition, at)
    values = typed | {"language": language, "is_suspect": is_suspect, "submitted_at": at}
    with transaction.atomic():
        _submit(petition, values, consents, evidence or {}, at)
        if is_suppressed(typed["email"], Purpose.SIGNATURE):
            transaction.set_rollback(True)


def _submit(
    petition: Petition, values: dict[str, Any], consents: Sequence[Wording], evidence: dict[str, Any], at: datetime
) -> None:
    """Does the whole work for everybody and takes back what does not count: time must not tell who has signed."""
    signature, is_new = _take(petition, values, at)
    signature.email = signature.email or values["email"]
    with transaction.atomic():
        entry = record("signature.submitted", signature, by=None, at=at, actor_kind=ActorKind.PUBLIC)
        _record_consents(signature, consents, evidence, at, entry)
        if not is_new:
            transaction.set_rollback(True)
    due = Q(mailed_at=None) | Q(mailed_at__lte=at - rules.MAIL_AGAIN_AFTER)
    waiting = Signature.objects.filter(due, pk=signature.pk, state=SignatureState.PENDING)
    is_due = waiting.update(mailed_at=at)
    with transaction.atomic():
        is_allowed = _use_allowance(signature.email, at)
        _queue_confirmation(signature, at)
        if not (is_due and is_allowed):
            transaction.set_rollback(True)


def confirm_signature(public_id: str, *, at: datetime) -> bool:
    """Count a signature. True when this call did it; a repeated press answers False and changes nothing.

    Raises PetitionClosedError and ConfirmationExpiredError for one that is still waiting.
    """
    with transaction.atomic():
        rows = Signature.objects.select_related("petition__campaign", "area")
        signature = rows.filter(public_id=public_id, state=SignatureState.PENDING).first()
        if signature is None:
            return False
        rules.refuse_unless_open(signature.petition, at)
        if rules.is_link_expired(signature, at):
            raise errors.ConfirmationExpiredError
        waiting = Signature.objects.filter(pk=signature.pk, state=SignatureState.PENDING)
        if not waiting.update(state=SignatureState.VALIDATED, validated_at=at):
            return False
        about = [signature.petition, signature.petition.campaign]
        entry = record("petition.signed", signature, by=None, at=at, actor_kind=ActorKind.PUBLIC, about=about)
        confirm_consents(signature.public_id, at=at, entry=entry)
        _count(signature, 1)
        return True


@transaction.atomic
def disown_signature(public_id: str, *, at: datetime) -> bool:
    """The owner of the mailbox did not sign: take the signature out, forget what was typed, never mail again.

    True when this call did it; a second call answers False and changes nothing.
    """
    signature = Signature.objects.select_related("petition").filter(public_id=public_id).first()
    if signature is None or not signature.email:
        return False
    was_counted = _end(signature, SignatureState.VALIDATED, SignatureState.DISOWNED, at)
    if not was_counted and not _end(signature, SignatureState.PENDING, SignatureState.DISOWNED, at):
        return False
    about = [signature.petition] if was_counted else []
    entry = record("signature.disowned", signature, by=None, at=at, actor_kind=ActorKind.PUBLIC, about=about)
    suppress(email=signature.email, purpose=Purpose.SIGNATURE, reason=SuppressionReason.NOT_ME, at=at, entry=entry)
    end_consents(signature.public_id, purposes=list(Purpose), at=at, entry=entry)
    if was_counted:
        _count(signature, -1)
    return True


@transaction.atomic
def withdraw_signature(public_id: str, *, at: datetime, by: User | None = None) -> bool:
    """Take a confirmed signature out of the count and forget what was typed; signing again is possible.

    True when this call did it; a second call answers False and changes nothing.
    """
    rows = Signature.objects.select_related("petition")
    signature = rows.filter(public_id=public_id, state=SignatureState.VALIDATED).first()
    if signature is None or not _end(signature, SignatureState.VALIDATED, SignatureState.WITHDRAWN, at):
        return False
    kind = None if by else ActorKind.PUBLIC
    entry = record("signature.withdrawn", signature, by=by, at=at, actor_kind=kind, about=[signature.petition])
    end_consents(signature.public_id, purposes={Purpose.SIGNATURE}, at=at, entry=entry)
    _count(signature, -1)
    return True


def _take(petition: Petition, values: dict[str, Any], at: datetime) -> tuple[Signature, bool]:
    """The row of this mailbox, and whether the submission became it: the first one does, unless it is vacant."""
    mailbox_hash = email_hash(values["email"], purpose=f"petition.{petition.hash_key}")
    values = values | {"mailbox_hash": mailbox_hash, "area": area_for(values["postcode"])}
    row = Signature(petition=petition, **values)
    Signature.objects.bulk_create([row], ignore_conflicts=True)
    found = Signature.objects.get(petition=petition, mailbox_hash=mailbox_hash)
    found.petition = petition
    if found.public_id == row.public_id:
        return found, True
    if not rules.is_vacant(found, at):
        return found, False
    same = Signature.objects.filter(pk=found.pk, state=found.state, submitted_at=found.submitted_at)
    renewed = same.update(state=SignatureState.PENDING, mailed_at=None, validated_at=None, ended_at=None, **values)
    found.refresh_from_db()
    return found, bool(renewed)


def _record_consents(
    signature: Signature, consents: Sequence[Wording], evidence: dict[str, Any], at: datetime, entry: ActivityEntry
) -> None:
    """The signature's own consent goes by the petition's hash, so that signatures cannot be joined."""
    for wording in consents:
        own = signature.mailbox_hash if wording.purpose == Purpose.SIGNATURE else ""
        give_consent(
            wording,
            mailbox=Mailbox(signature.email, own),
            language=signature.language,
            channel=Channel.FORM,
            subject=signature.public_id,
            evidence=evidence,
            at=at,
            entry=entry,
        )


def _use_allowance(email: str, at: datetime) -> bool:
    """Take one of the mailbox's mails a day. Conditional UPDATEs decide races."""
    contact = email_hash(email, purpose="petition.contact")
    slots = [MailAllowance(contact_hash=contact, slot=slot, used_at=LONG_AGO) for slot in range(rules.MAILS_PER_DAY)]
    MailAllowance.objects.bulk_create(slots, ignore_conflicts=True)
    free = MailAllowance.objects.filter(contact_hash=contact, used_at__lte=at - rules.ALLOWANCE_PERIOD)
    return any(free.filter(slot=slot).update(used_at=at) for slot in range(rules.MAILS_PER_DAY))


def _queue_confirmation(signature: Signature, at: datetime) -> None:
    """The mail holds nothing the signer typed: a stranger may have typed it."""
    with translation.override(signature.language):
        reason = _("You get this mail because somebody entered this address under a petition on our site.")
    queue_from_template(
        CONFIRM_TEMPLATE,
        key=f"{CONFIRM_TEMPLATE}:{signature.public_id}:{at:%Y%m%dT%H%M%S}",
        stream=Stream.CONFIRMATION,
        to_email=signature.email,
        fields={
            "petition": signature.petition.title,
            "addressed_to": signature.petition.addressed_to,
            "confirm_url": link_url("c", signature.public_id),
            "not_me_url": link_url("n", signature.public_id),
            "days": str(rules.CONFIRM_WITHIN.days),
        },
        language=signature.language,
        at=at,
        obj=signature,
        reason=reason,
    )


def _end(signature: Signature, old: SignatureState, new: SignatureState, at: datetime) -> bool:
    """Move out of `old` and forget what was typed; mails that still wait do not leave."""
    rows = Signature.objects.filter(pk=signature.pk, state=old)
    ended = bool(rows.update(state=new, ended_at=at, **BLANK))
    if ended:
        cancel_queued(obj=signature, reason=str(new), at=at)
    return ended


def _count(signature: Signature, step: int) -> None:
    """Both counters in one order, the petition's last. A petition closed meanwhile takes no new signature."""
    total = F("signature_count") + step
    areas = PetitionAreaCount.objects.filter(petition=signature.petition_id, area=signature.area_id)
    if not areas.update(signature_count=total):
        empty = PetitionAreaCount(petition_id=signature.petition_id, area_id=signature.area_id)
        PetitionAreaCount.objects.bulk_create([empty], ignore_conflicts=True)
        areas.update(signature_count=total)
    petitions = Petition.objects.filter(pk=signature.petition_id)
    if step > 0:
        petitions = petitions.filter(state=PetitionState.OPEN)
    if not petitions.update(signature_count=total):
        raise errors.PetitionClosedError
