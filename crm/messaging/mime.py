"""Finished messages as bytes (RFC 5322, 2045-2047, 2369, 2919, 6047, 8058).

Written by hand instead of through `email.message`: both stdlib generators fold long
List-* headers and encode the brackets of a List-Id, which breaks DKIM and list handling.
"""

import base64
import binascii
import hashlib
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import urlsplit

import css_inline
from django.utils.translation import gettext as _

from crm.messaging.rfc2047 import (
    CONTROL,
    MailHeaderError,
    checked_message_id,
    fold,
    mail_domain,
    mailable_address,
    mailbox,
    phrase,
    shown,
    subject_text,
)

CRLF = b"\r\n"
EXTRA_HEADERS = frozenset(
    {
        "Auto-Submitted",
        "Feedback-ID",
        "List-Archive",
        "List-Help",
        "List-Id",
        "List-Owner",
        "List-Unsubscribe",
        "List-Unsubscribe-Post",
        "Precedence",
        "X-Auto-Response-Suppress",
    }
)

_BODY_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_LIST_ID = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_METHOD = re.compile(rb"^METHOD:([A-Z-]+)\r?$", re.MULTILINE)


@dataclass(frozen=True)
class Outgoing:
    """One message to exactly one person. Message ids carry their angle brackets; `date` is aware."""

    message_id: str
    date: datetime
    from_name: str
    from_email: str
    to_name: str
    to_email: str
    reply_to: str
    subject: str
    text: str
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    calendar: bytes | None = None
    calendar_method: str | None = None
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    language: str = ""


def build_mime(outgoing: Outgoing, *, attach_calendar: bool = False) -> bytes:
    """The message with CRLF line ends, 7-bit throughout; the same input gives the same bytes.

    `attach_calendar` adds a byte-identical `invite.ics` (RFC 6047 2.4); it is off because some
    clients then show the event twice. Raises `MailHeaderError`, and never alters a header to fit.
    """
    lines = [fold(name, value) for name, value in _headers(outgoing)]
    return CRLF.join(line.encode("ascii") for line in lines) + CRLF + _content(outgoing, attach_calendar)


def new_message_id(domain: str) -> str:
    """A fresh random Message-ID in angle brackets; `domain` is the domain of the From address."""
    return f"<{uuid.uuid4().hex}@{mail_domain('message_id', domain)}>"


def list_headers(
    *,
    unsubscribe_url: str,
    list_id: str,
    list_name: str,
    unsubscribe_email: str = "",
    help_url: str = "",
    owner_email: str = "",
    archive_url: str = "",
) -> dict[str, str]:
    """Headers of newsletters and sequences; never for confirmations or invitations.

    Addresses must be https; plain http is accepted only for this machine (RFC 8058 3.1).
    """
    targets = [_uri("List-Unsubscribe", unsubscribe_url)]
    if unsubscribe_email:
        targets.append(f"<mailto:{mailable_address(unsubscribe_email, field='List-Unsubscribe')}>")
    if not _LIST_ID.fullmatch(list_id):
        raise MailHeaderError(
            "List-Id",
            _("The list id must look like news.example.org, in plain letters, digits and dots."),
        )
    headers = {
        "List-Id": f"{phrase('List-Id', list_name)} <{list_id}>".strip(),
        "List-Unsubscribe": ", ".join(targets),
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    if help_url:
        headers["List-Help"] = _uri("List-Help", help_url)
    if owner_email:
        headers["List-Owner"] = f"<mailto:{mailable_address(owner_email, field='List-Owner')}>"
    if archive_url:
        headers["List-Archive"] = _uri("List-Archive", archive_url)
    return headers


def inline_css(html: str) -> str:
    """Move style rules into style attributes; media queries stay, nothing is fetched."""
    inliner = css_inline.CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)
    return inliner.inline(html)


def _headers(mail: Outgoing) -> Iterator[tuple[str, str]]:
    if mail.date.tzinfo is None:
        raise MailHeaderError("date", _("The date of a message needs a time zone."))
    yield "Date", format_datetime(mail.date)
    yield "From", mailbox("from", mail.from_name, mail.from_email)
    yield "To", mailbox("to", mail.to_name, mail.to_email)
    if mail.reply_to:
        yield "Reply-To", mailable_address(mail.reply_to, field="reply_to")
    yield "Subject", subject_text(mail.subject)
    yield "Message-ID", checked_message_id("message_id", mail.message_id)
    if mail.in_reply_to:
        yield "In-Reply-To", checked_message_id("in_reply_to", mail.in_reply_to)
    if mail.references:
        yield (
            "References",
            " ".join(checked_message_id("references", each) for each in mail.references),
        )
    if mail.language:
        if not _LANGUAGE.fullmatch(mail.language):
            raise MailHeaderError("language", _("The language must be a code such as en or fr-CA."))
        yield "Content-Language", mail.language
    yield from _extra_headers(mail.headers)
    yield "MIME-Version", "1.0"


def _extra_headers(headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in headers.items():
        if name not in EXTRA_HEADERS:
            raise MailHeaderError(shown(name), _("The header “%(name)s” is not one we send.") % {"name": shown(name)})
        if not value.isascii() or CONTROL.search(value) or not value.strip():
            raise MailHeaderError(
                name,
                _("The header “%(name)s” may hold one line of plain ASCII text only.") % {"name": name},
            )
        yield name, value.strip()


def _uri(field: str, url: str) -> str:
    if not re.fullmatch(r"[\x21-\x3b\x3d\x3f-\x7e]{1,500}", url) or not _is_safe_origin(url):
        raise MailHeaderError(
            field,
            _("“%(url)s” must be a complete address that starts with https://.") % {"url": shown(url)},
        )
    return f"<{url}>"


def _is_safe_origin(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    is_this_machine = host in {"127.0.0.1", "::1"} or "." not in host
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_this_machine))


def _content(mail: Outgoing, attach_calendar: bool) -> bytes:
    """Content headers, blank line and body of the whole message."""
    if not mail.text.strip():
        raise MailHeaderError("text", _("The plain text of the message is empty; write it before sending."))
    seed = hashlib.sha256(mail.message_id.encode()).hexdigest()[:24]
    parts = [_text_part("plain", mail.text)]
    if mail.html:
        parts.append(_text_part("html", mail.html))
    if mail.calendar is not None:
        parts.append(_calendar_part(mail.calendar, mail.calendar_method or ""))
    if len(parts) == 1:
        return parts[0]
    body = _multipart("alternative", f"=_a{seed}", parts)
    if attach_calendar and mail.calendar is not None:
        return _multipart("mixed", f"=_m{seed}", [body, _attachment(mail.calendar)])
    return body


def _text_part(subtype: str, text: str) -> bytes:
    clean = _BODY_CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).rstrip("\n") + "\n"
    data = clean.encode("utf-8", "replace")
    quoted = binascii.b2a_qp(data, istext=True).replace(b"\n", CRLF)
    # Scripts outside Latin triple in size when quoted.
    if len(quoted) > 1.4 * len(data):
        return _part(f"text/{subtype}; charset=utf-8", "base64", _base64(data.replace(b"\n", CRLF)))
    return _part(f"text/{subtype}; charset=utf-8", "quoted-printable", quoted)


def _calendar_part(calendar: bytes, method: str) -> bytes:
    inside = _METHOD.findall(calendar)
    if not calendar.startswith(b"BEGIN:VCALENDAR") or inside != [method.encode("ascii", "replace")]:
        raise MailHeaderError(
            "calendar_method",
            _("The calendar part must hold one METHOD, the same as the message announces."),
        )
    return _part(f"text/calendar; method={method}; charset=utf-8", "base64", _base64(calendar))


def _attachment(calendar: bytes) -> bytes:
    disposition = b'Content-Disposition: attachment; filename="invite.ics"' + CRLF
    return disposition + _part('application/ics; name="invite.ics"', "base64", _base64(calendar))


def _part(content_type: str, encoding: str, body: bytes) -> bytes:
    head = f"Content-Type: {content_type}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode("ascii") + body


def _base64(data: bytes) -> bytes:
    return base64.encodebytes(data).replace(b"\n", CRLF)


def _multipart(subtype: str, boundary: str, parts: list[bytes]) -> bytes:
    """`=_` cannot occur in quoted-printable or base64, so the boundary never collides (RFC 2045 6.7)."""
    head = f'Content-Type: multipart/{subtype};\r\n boundary="{boundary}"\r\n\r\n'.encode("ascii")
    delimiter = f"--{boundary}\r\n".encode("ascii")
    body = b"".join(delimiter + part + (b"" if part.endswith(CRLF) else CRLF) for part in parts)
    return head + body + f"--{boundary}--\r\n".encode("ascii")
