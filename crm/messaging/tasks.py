"""The dispatcher: claims due mails, fences each one just before the socket, records each one after it.

Any number may run at once. Killing one at any moment leaves every mail in a state that says what is known.
"""

import logging
import random
import re
import socket
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext as _

from crm.consent.models import Suppression
from crm.consent.rules import mailbox_key
from crm.inbound.actions import record_bounce
from crm.messaging.anymail import SMTP_BACKEND, BackendTransport
from crm.messaging.enums import RESENDABLE_STREAMS, EnrolmentState, MessageStatus
from crm.messaging.mime import build_mime
from crm.messaging.models import Attempt, Enrolment, Message
from crm.messaging.rfc2047 import MailHeaderError
from crm.messaging.rfc3464 import BounceReport, Severity
from crm.messaging.rules import outgoing_of, refused_purposes
from crm.messaging.smtp import OutboxTransport, Outcome, SendResult, SmtpConfig, SmtpConnection, Transport

logger = logging.getLogger(__name__)
Clock = Callable[[], datetime]
BATCH = 50
FIRST_RETRY = timedelta(minutes=5)
RETRY_GROWTH = 1.3
LEASE_MARGIN = 10.0
_STATUS = re.compile(r"\b(5\.\d{1,3}\.\d{1,3})\b")


def transport_from_settings() -> Transport:
    """Where mail goes on this machine: kept in the outbox, or sent by SMTP."""
    if settings.MAIL_TRANSPORT == "outbox":
        return OutboxTransport()
    if settings.MAIL_TRANSPORT == "smtp":
        return SmtpConnection(smtp_config())
    raise ImproperlyConfigured(_("Set MAIL_TRANSPORT to “outbox” or “smtp”."))


def invite_transport_from_settings() -> Transport | None:
    """What carries calendar mails where INVITE_EMAIL_BACKEND names another way than SMTP; None: the same as all."""
    if settings.MAIL_TRANSPORT != "smtp" or settings.INVITE_EMAIL_BACKEND == SMTP_BACKEND:
        return None
    return BackendTransport(settings.INVITE_EMAIL_BACKEND)


def smtp_config() -> SmtpConfig:
    return SmtpConfig(
        host=settings.SMTP_HOST,
        port=settings.SMTP_PORT,
        username=settings.SMTP_USERNAME,
        password=settings.SMTP_PASSWORD,
        use_tls=settings.SMTP_USE_TLS,
        use_ssl=settings.SMTP_USE_SSL,
        timeout=settings.SMTP_TIMEOUT,
        final_timeout=settings.SMTP_FINAL_TIMEOUT,
    )


def sending_lease(config: SmtpConfig) -> timedelta:
    """Longer than the slowest possible send, so that no mail is called in doubt while it is still under way.

    A dropped connection costs four steps; opening a new one two, with STARTTLS and login six; then
    MAIL, RCPT, DATA, body and the answer to the final dot.
    """
    steps = 4 + 2 + 2 * config.use_tls + 2 * bool(config.username) + 4
    return timedelta(seconds=steps * config.timeout + config.final_timeout + LEASE_MARGIN)


class Dispatcher:
    """One sender of mail. `clock` answers the present moment, aware; `invites` carries calendar mails."""

    def __init__(
        self, transport: Transport, *, clock: Clock, owner: str = "", invites: Transport | None = None
    ) -> None:
        self.transport = transport
        self.invites = invites or transport
        self.clock = clock
        self.owner = owner or f"{socket.gethostname()[:30]}:{uuid.uuid4().hex[:12]}"
        self.claim_lease = timedelta(seconds=settings.MAIL_LEASE_SECONDS)
        self.send_lease = sending_lease(smtp_config())
        self.counts: Counter[str] = Counter()
        self.is_stopping = False

    def stop(self) -> None:
        """Finish the mail in hand, give the rest of the batch back."""
        self.is_stopping = True

    def close(self) -> None:
        """Give back the connections."""
        for transport in {id(each): each for each in (self.transport, self.invites)}.values():
            transport.close()

    def drain(self) -> None:
        """Work until nothing is due any more."""
        while not self.is_stopping and self.run_batch():
            pass

    def run_batch(self) -> int:
        """Recover what others left, send one batch; says how many mails were claimed."""
        recover(self.clock())
        batch = self._claim()
        try:
            for message in batch:
                if self.is_stopping:
                    break
                self._dispatch(message)
        finally:
            mine = Message.objects.filter(status=MessageStatus.CLAIMED, lease_owner=self.owner)
            mine.update(status=MessageStatus.QUEUED, lease_owner="", lease_until=None)
        return len(batch)

    def _claim(self) -> list[Message]:
        """SKIP LOCKED where the database has it; SQLite has one writer (BEGIN IMMEDIATE)."""
        now = self.clock()
        order = ("rank", "due_at", "pk")
        with transaction.atomic():
            due = Message.objects.filter(status=MessageStatus.QUEUED, due_at__lte=now).order_by(*order)
            if connection.features.has_select_for_update_skip_locked:
                due = due.select_for_update(skip_locked=True)
            ids = list(due.values_list("pk", flat=True)[:BATCH])
            claimed = Message.objects.filter(pk__in=ids, status=MessageStatus.QUEUED)
            claimed.update(status=MessageStatus.CLAIMED, lease_owner=self.owner, lease_until=now + self.claim_lease)
        mine = Message.objects.filter(pk__in=ids, status=MessageStatus.CLAIMED, lease_owner=self.owner)
        return list(mine.order_by(*order))

    def _dispatch(self, message: Message) -> None:
        try:
            raw = build_mime(outgoing_of(message, self.clock()))
        except Exception as error:  # one bad row must not hold up the others
            self._set_aside(message, MessageStatus.FAILED, _sentence(error))
            return
        if not self._fence(message):
            self._explain(message)
            return
        transport = self.invites if message.calendar_method else self.transport
        try:
            result = transport.send(raw, message.from_email, message.to_email)
        except Exception as error:  # the socket was touched: nobody knows
            logger.exception("Sending mail %s broke off", message.public_id)
            result = SendResult(Outcome.UNKNOWN, 0, type(error).__name__, "broken")
        self._record(message, result)

    def _fence(self, message: Message) -> bool:
        """The last look, committed before the socket is touched: still ours, in time, wanted, not stopped."""
        now = self.clock()
        mine = self._mine(message).filter(lease_until__gt=now, not_after__gt=now)
        stopped = Enrolment.objects.filter(pk=OuterRef("enrolment_id"), state=EnrolmentState.STOPPED)
        free = mine.exclude(Exists(_refusals(message))).exclude(Exists(stopped))
        changed = free.update(
            status=MessageStatus.SENDING, lease_until=now + self.send_lease, attempts=F("attempts") + 1
        )
        return changed == 1

    def _mine(self, message: Message) -> QuerySet[Message]:
        return Message.objects.filter(pk=message.pk, status=MessageStatus.CLAIMED, lease_owner=self.owner)

    def _explain(self, message: Message) -> None:
        """Why the fence stayed shut. A lease that is over is nobody's fault: `recover` queues the mail again."""
        if message.not_after <= self.clock():
            self._set_aside(message, MessageStatus.EXPIRED, _("It was too late to send this mail."))
        elif _refusals(message).exists():
            self._set_aside(message, MessageStatus.SUPPRESSED, _("The recipient does not want this mail."))
        elif (
            message.enrolment_id
            and Enrolment.objects.filter(pk=message.enrolment_id, state=EnrolmentState.STOPPED).exists()
        ):
            self._set_aside(message, MessageStatus.CANCELLED, _("The sequence was stopped."))

    def _set_aside(self, message: Message, status: MessageStatus, sentence: str) -> None:
        changed = self._mine(message).update(status=status, last_error=sentence[:500], lease_owner="", lease_until=None)
        if changed:
            self.counts[status] += 1

    def _record(self, message: Message, result: SendResult) -> None:
        """One commit per mail. A row that was called in doubt meanwhile still learns what became of it: one that
        waits for its second try does not go again when the first was accepted after all.
        """
        now = self.clock()
        code = str(result.code or "")
        report = _refusal_report(message, result)
        values = after_attempt(message, result, now)
        with transaction.atomic():
            Attempt.objects.create(message=message, at=now, outcome=result.outcome, code=code, text=result.text[:500])
            if report is not None:
                record_bounce(message, report, at=now)
            else:
                in_hand = [MessageStatus.SENDING, MessageStatus.UNKNOWN]
                if result.outcome == Outcome.ACCEPTED:
                    in_hand.append(MessageStatus.QUEUED)
                rows = Message.objects.filter(pk=message.pk, lease_owner=self.owner, status__in=in_hand)
                rows.update(last_code=code, **values)
        self.counts[str(values["status"])] += 1


def after_attempt(message: Message, result: SendResult, now: datetime) -> dict[str, object]:
    """What one attempt makes of the row: its new state and when to try again."""
    text = result.text[:500]
    match result.outcome:
        case Outcome.ACCEPTED:
            return {"status": MessageStatus.ACCEPTED, "accepted_at": now, "last_error": "", "lease_until": None}
        case Outcome.REFUSED:
            return {"status": MessageStatus.FAILED, "last_error": text, "lease_until": None}
        case Outcome.UNKNOWN:
            return doubt(message, now, text)
    due = now + retry_after(message.attempts)
    if due >= message.not_after:
        return {"status": MessageStatus.EXPIRED, "last_error": text, "lease_until": None}
    return {"status": MessageStatus.QUEUED, "due_at": due, "last_error": text, "lease_until": None}


def retry_after(attempts: int) -> timedelta:
    """5 minutes × 1.3 for each earlier attempt, and up to a fifth more so that retries spread out."""
    return FIRST_RETRY * RETRY_GROWTH**attempts * (1 + random.random() / 5)


def doubt(message: Message, now: datetime, text: str) -> dict[str, object]:
    """The acknowledgement is lost. A mail whose repeat is harmless goes once more; any other waits for a person."""
    before = message.tries.filter(outcome=Outcome.UNKNOWN).count()
    if message.stream in RESENDABLE_STREAMS and before == 0:
        return {"status": MessageStatus.QUEUED, "due_at": now, "last_error": text, "lease_until": None}
    return {"status": MessageStatus.UNKNOWN, "last_error": text, "lease_until": None}


def recover(now: datetime) -> int:
    """Take over what a dead dispatcher left; says how many rows changed. Safe to run side by side.

    Claimed was surely not sent and waits again. Sending is in doubt. Waiting too long is too late.
    """
    over = Message.objects.filter(lease_until__lte=now)
    changed = over.filter(status=MessageStatus.CLAIMED).update(
        status=MessageStatus.QUEUED, lease_owner="", lease_until=None
    )
    for message in list(over.filter(status=MessageStatus.SENDING)):
        changed += _doubt_one(message, now)
    late = Message.objects.filter(status=MessageStatus.QUEUED, not_after__lte=now)
    return changed + late.update(status=MessageStatus.EXPIRED, last_error=_("It was too late to send this mail."))


@transaction.atomic
def _doubt_one(message: Message, now: datetime) -> int:
    rows = Message.objects.filter(pk=message.pk, status=MessageStatus.SENDING, lease_until=message.lease_until)
    text = _("The dispatcher stopped before the mail server's answer was written down.")
    if not rows.update(status=MessageStatus.UNKNOWN, lease_until=None):
        return 0
    Message.objects.filter(pk=message.pk, status=MessageStatus.UNKNOWN).update(**doubt(message, now, text))
    Attempt.objects.create(message=message, at=now, outcome=Outcome.UNKNOWN, text=text)
    return 1


def _refusals(message: Message) -> QuerySet[Suppression]:
    try:
        key = mailbox_key(message.to_email)
    except ValidationError:
        return Suppression.objects.none()
    return Suppression.objects.filter(mailbox_hash=key, purpose__in=refused_purposes(message.stream))


def _refusal_report(message: Message, result: SendResult) -> BounceReport | None:
    """A refusal at the door that says the mailbox does not exist (5.1.x)."""
    status = _STATUS.search(result.text) if result.outcome == Outcome.REFUSED else None
    if status is None:
        return None
    report = BounceReport(message.to_email, "failed", status.group(1), message.message_id, result.text)
    is_dead = report.severity == Severity.HARD and report.status.startswith("5.1.")
    return report if is_dead else None


def _sentence(error: Exception) -> str:
    if isinstance(error, MailHeaderError):
        return error.sentence
    logger.exception("A mail could not be built")
    return _("This mail could not be built; look at its text and addresses.")
