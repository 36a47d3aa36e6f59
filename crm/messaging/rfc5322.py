"""Reading one raw inbound message (RFC 5322). Everything in it is hostile text, sender included."""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from enum import StrEnum

from django.utils.translation import gettext as _

from crm.messaging.rfc2045 import (
    calendar_bytes,
    calendar_method,
    calendar_part,
    clean,
    decoded,
    is_winmail,
    own_parts,
    readable_text,
)
from crm.messaging.rfc3464 import (
    DELIVERED,
    BounceReport,
    delivery_reports,
    feedback_reports,
    is_delivery_report,
    is_feedback,
    is_notice,
    notice_reports,
)
from crm.messaging.rfc8601 import Verdict, authentication

SIZE_LIMIT = 10 * 1024 * 1024
HEADER_LIMIT = 500
ADDRESS_LIMIT = 50

_MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")
_ADDRESS = re.compile(r"[^\s@<>,;\"]{1,64}@[^\s@<>,;\"]{1,253}")


class Kind(StrEnum):
    """Only HUMAN may stop a sequence; CALENDAR goes to the meeting rules; the rest is machinery."""

    HUMAN = "human"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    CALENDAR = "calendar"


class UnreadableMailError(ValueError):
    """`sentence` tells whoever handed the file in what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Inbound:
    """Addresses are lower case, message ids keep their brackets, empty means the mail does not say.

    `from_email` is empty when the mail names several senders. `calendar` is None for a calendar
    larger than 1 MB too. `auth_server` is who wrote the verdict: trust it only if that is ours.
    """

    message_id: str
    from_email: str
    from_name: str
    to: tuple[str, ...]
    subject: str
    date: datetime | None
    in_reply_to: str
    references: tuple[str, ...]
    text: str
    kind: Kind
    bounce: tuple[BounceReport, ...]
    sha256: str
    auth: Verdict
    auth_server: str
    calendar: bytes | None
    calendar_method: str
    has_winmail: bool


def parse_inbound(raw: bytes, *, auth_server: str = "") -> Inbound:
    """Raises `UnreadableMailError` and nothing else. `auth_server` is our own mail server's name:
    without it the topmost Authentication-Results counts, which a sender can forge.
    """
    if len(raw) > SIZE_LIMIT:
        raise UnreadableMailError(_("This message is larger than 10 MB; ask the sender for a smaller one."))
    try:
        message = message_from_bytes(raw.removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").lstrip(b"\r\n"))
        if not any(message.get(name) for name in ("From", "Sender", "Return-Path", "Received")):
            raise UnreadableMailError(
                _("This is not an e-mail message; hand in the whole raw message with its headers.")
            )
        return _read(message, hashlib.sha256(raw).hexdigest(), auth_server)
    except UnreadableMailError:
        raise
    except Exception as error:  # the stdlib parser fails in many ways on hostile mail
        raise UnreadableMailError(
            _("This message is damaged and cannot be read; open it in a mail program.")
        ) from error


def _read(message: Message, sha256: str, auth_server: str) -> Inbound:
    from_name, from_email = _sender(message)
    subject = _header(message, "Subject")
    text = readable_text(message)
    invitation = calendar_part(message)
    kind, bounce = _kind(message, from_email, subject, text, invitation is not None)
    server, verdict = authentication(message, from_email, auth_server)
    return Inbound(
        message_id=_first_id(message, "Message-ID"),
        from_email=from_email,
        from_name=from_name,
        to=_recipients(message),
        subject=subject,
        date=_date(message),
        in_reply_to=_first_id(message, "In-Reply-To"),
        references=tuple(_MESSAGE_ID.findall(_raw_header(message, "References"))[-ADDRESS_LIMIT:]),
        text=text,
        kind=kind,
        bounce=bounce,
        sha256=sha256,
        auth=verdict,
        auth_server=server,
        calendar=calendar_bytes(invitation),
        calendar_method=calendar_method(invitation),
        has_winmail=any(is_winmail(part) for part in own_parts(message)),
    )


def _kind(
    message: Message, from_email: str, subject: str, text: str, has_calendar: bool
) -> tuple[Kind, tuple[BounceReport, ...]]:
    if is_feedback(message):
        return Kind.COMPLAINT, feedback_reports(message)
    if is_delivery_report(message):
        reports = delivery_reports(message)
        if not reports or all(not report.recipient for report in reports):
            reports = notice_reports(message, text)
        has_trouble = any(report.action not in DELIVERED for report in reports)
        return (Kind.BOUNCE if has_trouble else Kind.AUTO_REPLY), reports
    if is_notice(message, from_email, subject):
        return Kind.BOUNCE, notice_reports(message, text)
    # Calendar programs mark their answers as automatic, so the calendar part decides first.
    if has_calendar:
        return Kind.CALENDAR, ()
    return (Kind.AUTO_REPLY if _is_automatic(message) else Kind.HUMAN), ()


def _is_automatic(message: Message) -> bool:
    """RFC 3834 and its forerunners. X-Auto-Response-Suppress is no sign: people's mail carries it."""
    auto_submitted = _raw_header(message, "Auto-Submitted").split(";")[0].strip().lower()
    return (
        auto_submitted not in {"", "no"}
        or _raw_header(message, "Return-Path").strip() == "<>"
        or _raw_header(message, "Precedence").strip().lower() in {"bulk", "list", "junk", "auto_reply"}
        or any(name.lower().startswith("list-") for name in message)
        or any(name in message for name in ("X-Autoreply", "X-Autorespond", "X-Autoresponder"))
        or _raw_header(message, "X-Apple-Action").strip().upper() == "VACATION"
        or message.get_content_type() == "multipart/report"
    )


def _sender(message: Message) -> tuple[str, str]:
    """Name and address of the one sender. Several From addresses are a trick, so they count as none."""
    found = _addresses(message, "From")
    return found[0] if len(found) == 1 else ("", "")


def _recipients(message: Message) -> tuple[str, ...]:
    names = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")
    found = dict.fromkeys(address for name in names for _name, address in _addresses(message, name))
    return tuple(found)[:ADDRESS_LIMIT]


def _addresses(message: Message, name: str) -> list[tuple[str, str]]:
    values = [str(value)[:20_000] for value in message.get_all(name, [])[:ADDRESS_LIMIT]]
    found = []
    for display_name, address in getaddresses(values):
        if _ADDRESS.fullmatch(address):
            found.append((_unfolded(_words_of(display_name)), clean(address).lower()))
    return found


def _date(message: Message) -> datetime | None:
    try:
        date = parsedate_to_datetime(_raw_header(message, "Date"))
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _first_id(message: Message, name: str) -> str:
    match = _MESSAGE_ID.search(_raw_header(message, name))
    return match.group() if match else ""


def _header(message: Message, name: str) -> str:
    return _unfolded(_words_of(_raw_header(message, name)))


def _raw_header(message: Message, name: str) -> str:
    return clean(str(message.get(name, ""))[:20_000])


def _words_of(value: str) -> str:
    """RFC 2047 encoded words as text; what cannot be decoded stays as it is."""
    try:
        pieces = decode_header(value)
    except (HeaderParseError, ValueError):
        return value
    return "".join(
        decoded(piece, charset or "utf-8") if isinstance(piece, bytes) else piece for piece, charset in pieces
    )


def _unfolded(text: str) -> str:
    return " ".join(clean(text.replace("\r", " ")).split())[:HEADER_LIMIT]
