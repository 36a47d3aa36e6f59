"""Sending one finished message at a time, with an honest answer about what became of it (RFC 5321).

`smtplib` says "disconnected" whether or not the server already owns the message, so the dialogue
is led here step by step: before the final dot nothing was sent, after it nobody can tell.
"""

import re
import smtplib
import ssl
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from django.utils.translation import gettext as _

from crm.messaging.rfc2047 import MailHeaderError, mailable_address

TEXT_LIMIT = 500
# Replies about our own login or dialogue: the recipient is not to blame, another try may work.
OUR_FAULT = frozenset({503, 530, 534, 535, 538})


class Outcome(StrEnum):
    """ACCEPTED and REFUSED are final. RETRY was surely not sent. UNKNOWN may or may not be."""

    ACCEPTED = "accepted"
    RETRY = "retry"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class SendResult:
    """`code` is the SMTP reply, 0 when there was none; `phase` the step that decided."""

    outcome: Outcome
    code: int
    text: str
    phase: str = ""


@dataclass(frozen=True)
class SmtpConfig:
    """Times are seconds, for each step; the lease of a claimed row must outlive all of them.

    `final_timeout` is the wait for the answer to the final dot: a short one makes UNKNOWN.
    `hello_name` is what EHLO says; empty means this machine's own name.
    """

    host: str
    port: int = 25
    username: str = ""
    password: str = field(default="", repr=False)
    use_tls: bool = False
    use_ssl: bool = False
    timeout: float = 30.0
    final_timeout: float = 120.0
    messages_per_connection: int = 100
    hello_name: str = ""

    def __post_init__(self) -> None:
        if self.use_tls and self.use_ssl:
            raise ValueError(_("Choose either STARTTLS or TLS from the start for the mail server, not both."))
        if self.timeout <= 0 or self.final_timeout <= 0 or self.messages_per_connection < 1:
            raise ValueError(_("Mail server time limits and messages per connection must be above zero."))


class Transport(Protocol):
    def send(self, raw: bytes, sender: str, recipient: str) -> SendResult:
        """Hand over one message for one recipient; never raises for mail or network trouble."""

    def close(self) -> None:
        """Give back the connection; sending again afterwards opens a new one."""


class OutboxTransport:
    """The local lane: every message is accepted at once and nothing leaves this machine."""

    def send(self, raw: bytes, sender: str, recipient: str) -> SendResult:
        return SendResult(Outcome.ACCEPTED, 250, "Kept in the local outbox.", "outbox")

    def close(self) -> None:
        return None


class _StepError(Exception):
    """Sending ended at `phase`; `connection_lost` tells whether the dialogue can go on."""

    def __init__(self, result: SendResult, *, connection_lost: bool) -> None:
        super().__init__(result.text)
        self.result = result
        self.connection_lost = connection_lost


class SmtpConnection:
    """One kept connection. Not for several threads at once."""

    def __init__(self, config: SmtpConfig) -> None:
        self._config = config
        self._smtp: smtplib.SMTP | None = None
        self._sent = 0

    def send(self, raw: bytes, sender: str, recipient: str) -> SendResult:
        """See `Transport.send`. A kept connection the server has dropped is opened again once."""
        try:
            sender = mailable_address(sender, field="sender") if sender else ""
            recipient = mailable_address(recipient)
        except MailHeaderError as error:
            return SendResult(Outcome.REFUSED, 0, error.sentence, "address")
        is_reused = self._smtp is not None
        try:
            return self._attempt(raw, sender, recipient)
        except _StepError as error:
            if not (is_reused and error.connection_lost and error.result.outcome == Outcome.RETRY):
                return error.result
        try:
            return self._attempt(raw, sender, recipient)
        except _StepError as error:
            return error.result

    def close(self) -> None:
        """Say goodbye if the server still listens. A second call does nothing."""
        smtp, self._smtp = self._smtp, None
        if smtp is None:
            return
        try:
            smtp.quit()
        except (OSError, smtplib.SMTPException):
            smtp.close()

    def _attempt(self, raw: bytes, sender: str, recipient: str) -> SendResult:
        try:
            smtp = self._connected()
            size = f" SIZE={len(raw)}" if smtp.has_extn("size") else ""
            self._command(smtp, "mail", f"MAIL FROM:<{sender}>{size}", {250})
            self._command(smtp, "rcpt", f"RCPT TO:<{recipient}>", {250, 251})
            self._command(smtp, "data", "DATA", {354})
            result = self._deliver(smtp, raw)
        except _StepError as error:
            self._recover(connection_lost=error.connection_lost)
            raise
        self._sent += 1
        if result.outcome == Outcome.UNKNOWN or result.code == 421:
            self._drop()
        elif self._sent >= self._config.messages_per_connection:
            self.close()
        return result

    def _connected(self) -> smtplib.SMTP:
        if self._smtp is None:
            self._smtp = self._open()
            self._sent = 0
        return self._smtp

    def _open(self) -> smtplib.SMTP:
        """Everything that fails here is about us or the server, so it is worth another try."""
        smtp: smtplib.SMTP | None = None
        phase = "connect"
        try:
            smtp = self._socket()
            phase = "ehlo"
            smtp.ehlo_or_helo_if_needed()
            if self._config.use_tls:
                phase = "starttls"
                smtp.starttls(context=ssl.create_default_context())
                smtp.ehlo_or_helo_if_needed()
            if self._config.username:
                phase = "auth"
                smtp.login(self._config.username, self._config.password)
        except (OSError, ValueError, smtplib.SMTPException) as error:
            if smtp is not None:
                smtp.close()
            raise _StepError(_failure(phase, error), connection_lost=True) from error
        return smtp

    def _socket(self) -> smtplib.SMTP:
        config = self._config
        hello = config.hello_name or None
        if config.use_ssl:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(config.host, config.port, hello, timeout=config.timeout, context=context)
        return smtplib.SMTP(config.host, config.port, hello, timeout=config.timeout)

    def _command(self, smtp: smtplib.SMTP, phase: str, line: str, expected: set[int]) -> None:
        try:
            code, reply = smtp.docmd(line)
        except (OSError, ValueError, smtplib.SMTPException) as error:
            raise _StepError(_failure(phase, error), connection_lost=True) from error
        if code not in expected:
            is_final = 500 <= code < 600 and code not in OUR_FAULT
            outcome = Outcome.REFUSED if is_final else Outcome.RETRY
            result = SendResult(outcome, max(code, 0), _clean(reply), phase)
            raise _StepError(result, connection_lost=code == 421 or not 400 <= code < 600)

    def _deliver(self, smtp: smtplib.SMTP, raw: bytes) -> SendResult:
        """Body first, the final dot on its own: losing the connection before it is surely unsent."""
        try:
            smtp.send(_transparent(raw))
        except (OSError, smtplib.SMTPException) as error:
            raise _StepError(_failure("body", error), connection_lost=True) from error
        try:
            if smtp.sock is not None:
                smtp.sock.settimeout(self._config.final_timeout)
            smtp.send(b".\r\n")
            code, reply = smtp.getreply()
        except (OSError, ValueError, smtplib.SMTPException) as error:
            return SendResult(Outcome.UNKNOWN, 0, _clean(str(error)), "final")
        if smtp.sock is not None:
            smtp.sock.settimeout(self._config.timeout)
        return SendResult(_final_outcome(code), max(code, 0), _clean(reply), "final")

    def _recover(self, *, connection_lost: bool) -> None:
        """Make the connection ready for the next message, or give it up."""
        if connection_lost or self._smtp is None:
            self._drop()
            return
        try:
            code, _reply = self._smtp.rset()
        except (OSError, smtplib.SMTPException):
            code = 0
        if code != 250:
            self._drop()

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None


def _final_outcome(code: int) -> Outcome:
    if 200 <= code < 300:
        return Outcome.ACCEPTED
    if 400 <= code < 500:
        return Outcome.RETRY
    if 500 <= code < 600:
        return Outcome.REFUSED
    return Outcome.UNKNOWN


def _failure(phase: str, error: Exception) -> SendResult:
    if isinstance(error, smtplib.SMTPResponseException):
        return SendResult(Outcome.RETRY, max(error.smtp_code, 0), _clean(error.smtp_error), phase)
    return SendResult(Outcome.RETRY, 0, _clean(str(error) or type(error).__name__), phase)


def _transparent(raw: bytes) -> bytes:
    """CRLF only (a bare LF or CR can smuggle a second message) and dots doubled, RFC 5321 4.5.2."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", raw)
    stuffed = re.sub(rb"(?m)^\.", b"..", lines)
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"


def _clean(reply: bytes | str) -> str:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", text).split())[:TEXT_LIMIT]
