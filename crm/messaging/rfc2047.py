"""Header text of outgoing mail: addresses, phrases, encoded words, folding (RFC 2047, 5322)."""

import re
from email.header import Header

from django.utils.translation import gettext as _

LINE_LIMIT = 76
HARD_LINE_LIMIT = 998  # RFC 5322 2.1.1
SUBJECT_LIMIT = 255
# Some relays re-fold or re-sign these badly, so they never get a line break of ours.
UNFOLDED = frozenset({"Message-ID", "In-Reply-To", "List-Unsubscribe", "List-Unsubscribe-Post"})

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_MESSAGE_ID = re.compile(r"<[\x21-\x3b\x3d\x3f\x41-\x7e]+@[\x21-\x3b\x3d\x3f\x41-\x7e]+>")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_ATOM_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")


class MailHeaderError(ValueError):
    """One field of a message cannot be sent; `field` names it, `sentence` says what to do."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field
        self.sentence = sentence


def mailable_address(address: str, *, field: str = "to_email") -> str:
    """The one bare address in its ASCII form (IDNA domain), or `MailHeaderError`."""
    local, at, domain = address.rpartition("@")
    if not at or len(local) > 64 or not _LOCAL.fullmatch(local):
        raise MailHeaderError(
            field,
            _("“%(address)s” is not a single e-mail address we can send to; correct it and try again.")
            % {"address": shown(address)},
        )
    return f"{local}@{mail_domain(field, domain)}"


def subject_text(subject: str) -> str:
    text = _one_line("subject", subject)
    if not text:
        raise MailHeaderError("subject", _("The subject is empty; write one before sending."))
    if len(text) > SUBJECT_LIMIT:
        raise MailHeaderError("subject", _("The subject is longer than 255 characters; shorten it."))
    if "{{" in text or "{%" in text:
        raise MailHeaderError("subject", _("The subject still holds a merge field that was not filled in."))
    return text if text.isascii() and "=?" not in text else _encoded("Subject", text)


def mailbox(kind: str, name: str, address: str) -> str:
    """`kind` is "from" or "to"; errors name the field `<kind>_name` or `<kind>_email`."""
    bare = mailable_address(address, field=f"{kind}_email")
    shown_name = phrase(f"{kind}_name", name)
    return f"{shown_name} <{bare}>" if shown_name else bare


def phrase(field: str, name: str) -> str:
    """RFC 5322 phrase: atoms, a quoted string, or encoded words - never touching what follows it."""
    text = _one_line(field, name)
    if len(text) > SUBJECT_LIMIT:
        raise MailHeaderError(field, _("The name is longer than 255 characters; shorten it."))
    if not text.isascii() or "=?" in text:
        return _encoded("From", text)
    if _ATOM_PHRASE.fullmatch(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _encoded(header_name: str, text: str) -> str:
    return " ".join(
        Header(text, "utf-8", maxlinelen=LINE_LIMIT, header_name=header_name).encode(linesep="\n").split("\n ")
    ).strip()


def _one_line(field: str, value: str) -> str:
    if CONTROL.search(value):
        raise MailHeaderError(
            field,
            _("“%(value)s” holds a line break or a control character; remove it and try again.")
            % {"value": shown(value)},
        )
    return " ".join(value.split())


def checked_message_id(field: str, value: str) -> str:
    if not _MESSAGE_ID.fullmatch(value) or len(value) > 250:
        raise MailHeaderError(field, _("“%(value)s” is not a message id in angle brackets.") % {"value": shown(value)})
    return value


def mail_domain(field: str, domain: str) -> str:
    try:
        # The codec is quadratic in the length of a label.
        ascii_domain = domain[:254].encode("idna").decode("ascii")
    except UnicodeError:
        ascii_domain = ""
    if len(domain) > 253 or not _DOMAIN.fullmatch(ascii_domain):
        raise MailHeaderError(
            field,
            _("“%(domain)s” is not the name of a mail domain; correct the address and try again.")
            % {"domain": shown(domain)},
        )
    return ascii_domain


def shown(value: str) -> str:
    return CONTROL.sub("�", value)[:80]


def fold(name: str, value: str) -> str:
    """One header line, broken only at spaces that are there already."""
    if name in UNFOLDED or len(name) + 2 + len(value) <= LINE_LIMIT:
        folded = f"{name}: {value}"
    else:
        lines = [f"{name}:"]
        for word in value.split(" "):
            if len(lines[-1]) + 1 + len(word) > LINE_LIMIT and lines[-1] != f"{name}:":
                lines.append("")
            lines[-1] += f" {word}"
        folded = "\r\n".join(lines)
    if any(len(line) > HARD_LINE_LIMIT for line in folded.split("\r\n")):
        raise MailHeaderError(
            name,
            _("The header “%(name)s” is too long to send on one line; shorten it.") % {"name": name},
        )
    return folded
