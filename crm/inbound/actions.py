"""The one door for mail that comes in. `crm.messaging.actions` exports `receive_mail`."""

import hashlib
import logging
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm.activity.actions import record
from crm.activity.enums import ActorKind
from crm.base.email import canonical_email
from crm.consent.enums import Purpose, SuppressionReason
from crm.messaging.enums import InboundKind, InboundState, MessageStatus
from crm.messaging.models import Enrolment, InboundMessage, Message
from crm.messaging.registry import inbound_handlers
from crm.messaging.rfc3464 import DELIVERED, BounceReport, Severity
from crm.messaging.rfc5322 import SIZE_LIMIT, Inbound, UnreadableMailError, parse_inbound
from crm.messaging.rfc8601 import Verdict
from crm.messaging.rules import read_reply_address
from crm.sequences.actions import stop_enrolments, stop_mailbox

logger = logging.getLogger(__name__)
Result = tuple[InboundState, str]
WAS_SENT = (MessageStatus.ACCEPTED, MessageStatus.UNKNOWN, MessageStatus.SENDING)


def receive_mail(raw: bytes, *, at: datetime) -> InboundMessage:
    """Keep one raw mail, then apply it: an answer, a calendar answer, a bounce, a complaint.

    Kept first, in its own transaction, so nothing is lost when applying fails: that goes to review. The
    second call with the same bytes or Message-ID changes nothing and returns the first row. Never raises
    for what is in the mail, and never answers it.
    """
    try:
        mail = parse_inbound(raw, auth_server=settings.MAIL_AUTH_SERVER)
    except UnreadableMailError as error:
        return _store_unreadable(raw, error.sentence, at)
    inbound = _store(raw, mail, at)
    if inbound.state != InboundState.RECEIVED:
        return inbound
    try:
        with transaction.atomic():
            _apply_once(inbound.pk, mail, at)
    except Exception:
        logger.exception("Inbound mail %s could not be applied", inbound.sha256)
        InboundMessage.objects.filter(pk=inbound.pk).update(state=InboundState.REVIEW, reason="not_applied")
    inbound.refresh_from_db()
    return inbound


def record_bounce(message: Message, report: BounceReport, *, at: datetime) -> bool:
    """Our mail did not reach its mailbox: it failed, its sequence stops, a dead address is never used again.

    Says whether anything changed; the second call for the same mail changes nothing.
    """
    with transaction.atomic():
        rows = Message.objects.filter(pk=message.pk, status__in=WAS_SENT)
        words = _("Not reached: %(words)s") % {"words": report.diagnostic or report.status or report.action}
        if not rows.update(status=MessageStatus.FAILED, last_code=report.status[:20], last_error=words[:500]):
            return False
        data = {"status": report.status, "severity": str(report.severity)}
        entry = record("mail.bounced", message, by=None, at=at, about=(message.person,), data=data)
        if report.severity == Severity.HARD:
            purposes = (Purpose.ALL_MAIL,)
            stop_mailbox(message, purposes=purposes, reason=SuppressionReason.BOUNCED, at=at, entry=entry)
        elif message.person is not None:
            stop_enrolments(person=message.person, reason="bounced", at=at, entry=entry)
        return True


def _store(raw: bytes, mail: Inbound, at: datetime) -> InboundMessage:
    values = {
        "message_id": mail.message_id[:300],
        "from_email": mail.from_email[:254],
        "from_name": mail.from_name[:200],
        "subject": mail.subject[:300],
        "text": mail.text,
        "raw": raw,
        "kind": InboundKind(mail.kind.value),
        "received_at": at,
    }
    known = InboundMessage.objects.filter(sha256=mail.sha256).first()
    if known is None and mail.message_id:
        known = InboundMessage.objects.filter(message_id=values["message_id"]).order_by("pk").first()
    return known or _once(mail.sha256, values)


def _store_unreadable(raw: bytes, sentence: str, at: datetime) -> InboundMessage:
    values = {
        "raw": raw[:SIZE_LIMIT],
        "kind": InboundKind.UNREADABLE,
        "state": InboundState.REVIEW,
        "reason": sentence[:200],
        "received_at": at,
    }
    return _once(hashlib.sha256(raw).hexdigest(), values)


def _once(sha256: str, values: dict[str, object]) -> InboundMessage:
    row, _made = InboundMessage.objects.get_or_create(sha256=sha256, defaults=values)
    return row


def _apply_once(pk: int, mail: Inbound, at: datetime) -> None:
    inbound = InboundMessage.objects.select_for_update().get(pk=pk)
    if inbound.state == InboundState.RECEIVED:
        state, reason = _apply(inbound, mail, at)
        InboundMessage.objects.filter(pk=pk).update(state=state, reason=reason[:200])


def _apply(inbound: InboundMessage, mail: Inbound, at: datetime) -> Result:
    for handler in inbound_handlers(InboundKind(inbound.kind)):
        result = handler(inbound, at)
        if result is not None:
            return result
    match inbound.kind:
        case InboundKind.BOUNCE:
            return _apply_bounce(inbound, mail, at)
        case InboundKind.COMPLAINT:
            return _apply_complaint(inbound, mail, at)
        case InboundKind.HUMAN:
            return _apply_answer(inbound, mail, at)
        case InboundKind.CALENDAR:
            return InboundState.REVIEW, "no_meeting"
    _match(inbound, _answered(mail))
    return InboundState.IGNORED, "automatic"


def _apply_bounce(inbound: InboundMessage, mail: Inbound, at: datetime) -> Result:
    found, worst = False, (InboundState.IGNORED, "delayed")
    for report in mail.bounce:
        message = _reported(report)
        if message is None:
            continue
        found = True
        _match(inbound, message)
        if report.action in DELIVERED or report.action == "delayed":
            continue
        record_bounce(message, report, at=at)
        is_policy = report.severity == Severity.POLICY
        worst = (InboundState.REVIEW, "policy") if is_policy else (InboundState.APPLIED, "not_reached")
    return worst if found else (InboundState.REVIEW, "unknown_mail")


def _apply_complaint(inbound: InboundMessage, mail: Inbound, at: datetime) -> Result:
    message = next((each for report in mail.bounce if (each := _reported(report))), None)
    if message is None:
        return InboundState.REVIEW, "unknown_mail"
    _match(inbound, message)
    entry = record("mail.complained", message, by=None, at=at, about=(message.person,))
    purposes = (Purpose.SEQUENCE, Purpose.UPDATES)
    stop_mailbox(message, purposes=purposes, reason=SuppressionReason.COMPLAINED, at=at, entry=entry)
    return InboundState.APPLIED, "complaint"


def _apply_answer(inbound: InboundMessage, mail: Inbound, at: datetime) -> Result:
    if not mail.from_email:
        return InboundState.REVIEW, "no_sender"
    if settings.MAIL_AUTH_SERVER and mail.auth == Verdict.FAIL:
        return InboundState.REVIEW, "sender_not_proven"
    message, enrolment = _answered(mail), _addressed_enrolment(mail)
    _match(inbound, message, enrolment)
    person = inbound.person
    if message is None and enrolment is None:
        return InboundState.REVIEW, "unknown_mail"
    entry = record(
        "mail.replied",
        inbound,
        by=None,
        at=at,
        about=(person, message, enrolment),
        actor_kind=ActorKind.OFFICE if person else ActorKind.PUBLIC,
    )
    if person is not None:
        stop_enrolments(person=person, reason="reply", at=at, entry=entry)
    return InboundState.APPLIED, "reply"


def _answered(mail: Inbound) -> Message | None:
    """Our mail this one answers: what it replies to, else the newest of the thread."""
    ids = [each for each in dict.fromkeys([mail.in_reply_to, *reversed(mail.references)]) if each]
    found = {each.message_id: each for each in _messages().filter(message_id__in=ids)} if ids else {}
    return next((found[each] for each in ids if each in found), None)


def _addressed_enrolment(mail: Inbound) -> Enrolment | None:
    ids = [public_id for each in mail.to if (public_id := read_reply_address(each))]
    return Enrolment.objects.filter(public_id__in=ids).select_related("person").first() if ids else None


def _reported(report: BounceReport) -> Message | None:
    """The mail a report is about; a report that names another mailbox than ours went to proves nothing."""
    if not report.original_message_id:
        return None
    message = _messages().filter(message_id=report.original_message_id).first()
    if message is None or not report.recipient:
        return message
    return message if _same_mailbox(report.recipient, message.to_email) else None


def _same_mailbox(one: str, other: str) -> bool:
    try:
        return canonical_email(one) == canonical_email(other)
    except ValidationError:
        return one.casefold() == other.casefold()


def _messages() -> QuerySet[Message]:
    return Message.objects.select_related("person", "enrolment__person")


def _match(inbound: InboundMessage, message: Message | None, enrolment: Enrolment | None = None) -> None:
    enrolment = enrolment or (message.enrolment if message else None)
    person = (message.person if message else None) or (enrolment.person if enrolment else None)
    if message is not None or person is not None:
        inbound.answers, inbound.person = message, person
        inbound.save(update_fields=["answers", "person"])
