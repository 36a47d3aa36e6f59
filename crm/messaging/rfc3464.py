"""Bounces and complaints: delivery reports (RFC 3464), feedback reports (RFC 5965), old-style notices."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from enum import StrEnum

RECIPIENT_LIMIT = 100
SCAN_LIMIT = 20_000
DIAGNOSTIC_LIMIT = 500
DELIVERED = frozenset({"delivered", "relayed", "expanded"})
# RFC 3463: the sender's own address or system was refused, not the recipient.
SENDER_REFUSED = frozenset({"5.1.7", "5.1.8"})

_ADDRESS = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}"
_ONE_ADDRESS = re.compile(_ADDRESS)
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b(?!\.\d)")
# Lines on which mail servers without RFC 3464 name who was not reached.
_NAMED = re.compile(rf"^\s*(?:[\w.-]+:\d+:)?<?({_ADDRESS})>?\s*(?::|$)", re.MULTILINE)
_MESSAGE_ID = re.compile(r"^message-id:\s*(<[^<>\s]{1,250}>)", re.MULTILINE | re.IGNORECASE)
_COPY = re.compile(r"(?im)^-{2,}.*(?:copy of|original message|unsent message|returned message).*$")
_NOTICE = re.compile(
    r"(?i)undeliver|deliver(?:y|ed)? (?:status|fail|has failed|problem)|fail(?:ure|ed) (?:notice|delivery)"
    r"|mail delivery (?:failed|system|failure)|returned mail|delivery failure|warning: message .* delayed"
)
_FULL = re.compile(r"(?i)mailbox (?:is )?full|over ?quota|quota (?:is )?exceeded|insufficient .{0,20}storage")
_DAEMON = re.compile(r"(?i)^(?:mailer-daemon|postmaster|mail-daemon|mdaemon)@")


class Severity(StrEnum):
    """HARD: the address is dead. POLICY: our mail was unwelcome, tell staff. SOFT: may work later."""

    HARD = "hard"
    SOFT = "soft"
    POLICY = "policy"


@dataclass(frozen=True)
class BounceReport:
    """What one report says about one address; empty strings where it does not say.

    `action` is failed, delayed, delivered, relayed or expanded, or `complaint`.
    """

    recipient: str
    action: str
    status: str
    original_message_id: str
    diagnostic: str = ""

    @property
    def severity(self) -> Severity:
        """By RFC 3463 code, on the careful side: 5.1.0 says nothing, and a full mailbox empties again."""
        if self.status.startswith("5.7.") or self.status in SENDER_REFUSED:
            return Severity.POLICY
        is_dead = self.status == "5.4.4" or (self.status.startswith("5.1.") and self.status != "5.1.0")
        if is_dead and self.action not in {"delayed", *DELIVERED} and not _FULL.search(self.diagnostic):
            return Severity.HARD
        return Severity.SOFT


def delivery_reports(message: Message) -> tuple[BounceReport, ...]:
    """One entry for each recipient block of an RFC 3464 report."""
    original = _original_message_id(message)
    found = (_from_block(block, original) for block in _blocks(message, "message/delivery-status"))
    return tuple(report for report in found if report is not None)[:RECIPIENT_LIMIT]


def feedback_reports(message: Message) -> tuple[BounceReport, ...]:
    """Complaints name the recipient rarely; then one entry without a recipient stands for them."""
    original = _original_message_id(message)
    recipients: list[str] = []
    for block in _blocks(message, "message/feedback-report"):
        for name in ("Original-Rcpt-To", "Removal-Recipient"):
            recipients += [_address(str(value)) for value in block.get_all(name, [])]
    unique = dict.fromkeys(recipient for recipient in recipients if recipient)
    return tuple(BounceReport(each, "complaint", "", original) for each in [*unique][:RECIPIENT_LIMIT] or [""])


def is_feedback(message: Message) -> bool:
    return any(part.get_content_type() == "message/feedback-report" for part in message.walk())


def is_delivery_report(message: Message) -> bool:
    return any(part.get_content_type() == "message/delivery-status" for part in message.walk())


def is_notice(message: Message, from_email: str, subject: str) -> bool:
    """A bounce of a server that does not write RFC 3464 reports."""
    if message.get("X-Failed-Recipients"):
        return True
    return bool(_DAEMON.match(from_email) and (_NOTICE.search(subject) or _is_null_sender(message)))


def notice_reports(message: Message, text: str) -> tuple[BounceReport, ...]:
    """A careful reading of an old-style notice; a report without a recipient when none is named."""
    head = _COPY.split(text[:SCAN_LIMIT], maxsplit=1)[0]
    failed = _ONE_ADDRESS.findall(str(message.get("X-Failed-Recipients", "")))
    recipients = [*dict.fromkeys(each.lower() for each in failed or _NAMED.findall(head))][:RECIPIENT_LIMIT]
    original = _original_message_id(message) or _first(_MESSAGE_ID, text[:SCAN_LIMIT])
    is_warning = "warning" in head[:500].lower()
    return tuple(
        _from_notice(each, section, original, is_warning) for each, section in _sections(recipients or [""], head)
    )


def _sections(recipients: list[str], head: str) -> Iterator[tuple[str, str]]:
    """Each recipient with the part of the notice that follows her first mention."""
    lower = head.lower()
    starts = sorted((max(lower.find(each), 0), each) for each in recipients)
    for (start, each), (end, _next) in zip(starts, [*starts[1:], (len(head), "")], strict=True):
        yield each, head if len(starts) == 1 else head[start:end]


def _from_notice(recipient: str, section: str, original: str, is_warning: bool) -> BounceReport:
    status = _first_status(section)
    action = "delayed" if status.startswith("4.") or is_warning else "failed"
    return BounceReport(recipient, action, status, original, " ".join(section.split())[:DIAGNOSTIC_LIMIT])


def _from_block(block: Message, original: str) -> BounceReport | None:
    recipient = ""
    for name in ("Final-Recipient", "Original-Recipient"):
        recipient = recipient or _address(str(block.get(name, "")))
    action = str(block.get("Action", "")).split(";")[0].strip().lower()[:20]
    if not recipient and not action:
        return None
    diagnostic = " ".join(str(block.get("Diagnostic-Code", "")).split())[:DIAGNOSTIC_LIMIT]
    status = _first_status(str(block.get("Status", "")))
    # Many servers write 5.0.0 there and the true code in the diagnostic text.
    if not status or status.endswith(".0.0"):
        status = _first_status(diagnostic) or status
    return BounceReport(recipient, action, status, original, diagnostic)


def _blocks(message: Message, content_type: str) -> Iterator[Message]:
    """The header blocks of report parts; the parser keeps them as messages without a body."""
    for part in message.walk():
        if part.get_content_type() != content_type:
            continue
        payload = part.get_payload()
        if isinstance(payload, list):
            yield from (block for block in payload if isinstance(block, Message))


def _original_message_id(message: Message) -> str:
    """From the returned message or its headers, else what the report answers."""
    for part in message.walk():
        if part is message:
            continue
        kind = part.get_content_type()
        if kind == "message/rfc822":
            payload = part.get_payload()
            inner = payload[0] if isinstance(payload, list) and payload else None
            if isinstance(inner, Message) and inner.get("Message-ID"):
                return _first(_MESSAGE_ID, f"Message-ID: {str(inner['Message-ID']).strip()}")
        elif kind in {"text/rfc822-headers", "text/rfc822-header"}:
            data = part.get_payload(decode=True)
            found = _first(_MESSAGE_ID, data.decode("utf-8", "replace")[:SCAN_LIMIT] if isinstance(data, bytes) else "")
            if found:
                return found
    return _first(_MESSAGE_ID, f"Message-ID: {str(message.get('In-Reply-To', '')).strip()}")


def _is_null_sender(message: Message) -> bool:
    return str(message.get("Return-Path", "")).strip() == "<>"


def _address(value: str) -> str:
    return _first(_ONE_ADDRESS, value.rpartition(";")[2] or value, group=0).lower()


def _first_status(text: str) -> str:
    return _first(_STATUS, text)


def _first(pattern: re.Pattern[str], text: str, group: int = 1) -> str:
    match = pattern.search(text)
    return match.group(group) if match else ""
