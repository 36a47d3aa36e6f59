"""How a template becomes one mail, and other pure answers about mail."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import get_language_info

from crm.consent.enums import Purpose
from crm.messaging.enums import MessageStatus, StepAnchor, Stream
from crm.messaging.errors import TemplateSyntaxError
from crm.messaging.markdown import text_to_html, text_to_plain
from crm.messaging.merge import Merge, MergeRenderError, MergeSyntaxError, Part, compile_merge
from crm.messaging.mime import Outgoing, inline_css
from crm.messaging.models import Message

MISSED_AFTER = timedelta(hours=48)
"""A step later than this is skipped: a thank-you a week late is worse than none."""
DRAFTS = frozenset({MessageStatus.DRAFT, MessageStatus.HELD})
RESENDABLE = frozenset({MessageStatus.FAILED, MessageStatus.UNKNOWN, MessageStatus.EXPIRED})
COMMON_FIELDS = frozenset({"organisation_name", "public_url", "name", "given_name", "family_name", "title"})
FOOTER_FIELDS = frozenset({"reason", "unsubscribe_url", "preferences_url"})
STREAM_PURPOSES = {Stream.SEQUENCE: Purpose.SEQUENCE, Stream.NEWSLETTER: Purpose.UPDATES}
"""What the recipient refuses by unsubscribing from a stream; any other stream is stopped by ALL_MAIL only."""

_TOKEN = re.compile(r"\{\{[^{}\n]{0,300}\}\}|\{%[^{}\n]{0,300}%\}")
_NAME = re.compile(r"(?:\{\{|\{%\s*if\s)\s*([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*)")
_MARK = re.compile(r"parleymergefield(\d+)end")
_REPLY = re.compile(r"reply\+([a-z2-7]{26})([a-z2-7]{16})@(.+)")


@dataclass(frozen=True)
class TemplateSource:
    """The words of one template in one language; version 0 is the default that came with Parley."""

    key: str
    language: str
    name: str
    subject: str
    body: str
    version: int = 0


@dataclass(frozen=True)
class StepInput:
    """One step of a new sequence. Minutes are elapsed time from the anchor, also across a clock change."""

    template_key: str
    offset_minutes: int
    anchor: StepAnchor = StepAnchor.START


@dataclass(frozen=True)
class Frame:
    """What surrounds the words: who we are, and which of the three footer lines there are."""

    organisation_name: str
    postal_address: str
    reason: bool = False
    unsubscribe: bool = False
    preferences: bool = False


@dataclass(frozen=True)
class Rendered:
    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class CompiledMail:
    subject: Merge
    text: Merge
    html: Merge

    def render(self, values: Mapping[str, str]) -> Rendered:
        """Raises `MergeRenderError` when a field is missing: the mail must be held."""
        return Rendered(self.subject.render(values), self.text.render(values), self.html.render(values))


def fields_in(*sources: str) -> frozenset[str]:
    """Every field name that stands in these texts."""
    return frozenset(name for source in sources for name in _NAME.findall(source))


def check_template(subject: str, body: str, fields: frozenset[str]) -> None:
    """Raises `TemplateSyntaxError` with the place of the first fault, as the editor counts it."""
    for field, source, part in (("subject", subject, Part.SUBJECT), ("body", body, Part.TEXT)):
        try:
            compile_merge(source, fields=fields, part=part)
        except MergeSyntaxError as error:
            raise TemplateSyntaxError(field, error.line, error.column, error.sentence) from error
    try:
        compile_mail(subject, body, settings.LANGUAGE_CODE, _frame({}))
    except MergeSyntaxError as error:
        raise TemplateSyntaxError("body", error.line, error.column, error.sentence) from error


@lru_cache(maxsize=512)
def compile_mail(subject: str, body: str, language: str, frame: Frame) -> CompiledMail:
    """Text part, layout and inlined styles are made once per revision; each mail then only merges."""
    fields = fields_in(subject, body) | FOOTER_FIELDS
    layout = {
        "organisation_name": frame.organisation_name,
        "postal_address": frame.postal_address,
        "reason": "{{ reason }}" if frame.reason else "",
        "unsubscribe_url": "{{ unsubscribe_url }}" if frame.unsubscribe else "",
        "preferences_url": "{{ preferences_url }}" if frame.preferences else "",
        "language": language,
        "direction": "rtl" if _is_right_to_left(language) else "ltr",
    }
    html = render_to_string("email/base.html", {**layout, "body_html": text_to_html(body)})
    text = render_to_string("email/base.txt", {**layout, "body_text": text_to_plain(body).rstrip()})
    return CompiledMail(
        subject=compile_merge(subject, fields=fields, part=Part.SUBJECT),
        text=compile_merge(text, fields=fields, part=Part.TEXT),
        html=compile_merge(_inlined(html), fields=fields, part=Part.HTML),
    )


def render_mail(source: TemplateSource, values: Mapping[str, str]) -> Rendered:
    """One mail from one template. Raises `MergeRenderError` with the sentence for the held row."""
    try:
        return compile_mail(source.subject, source.body, source.language, _frame(values)).render(values)
    except MergeSyntaxError as error:
        raise MergeRenderError(error.sentence) from error


def outgoing_of(message: Message, date: datetime) -> Outgoing:
    """What `build_mime` needs to make the bytes of one row."""
    thread = (message.in_reply_to,) if message.in_reply_to else ()
    return Outgoing(
        message_id=message.message_id,
        date=date,
        from_name=message.from_name,
        from_email=message.from_email,
        to_name=message.to_name,
        to_email=message.to_email,
        reply_to=message.reply_to,
        subject=message.subject,
        text=message.text,
        html=message.html,
        headers=message.headers,
        calendar=message.calendar.encode() if message.calendar else None,
        calendar_method=message.calendar_method or None,
        in_reply_to=message.in_reply_to,
        references=thread,
        language=message.language,
    )


def refused_purposes(stream: str) -> tuple[Purpose, ...]:
    """The refusals that stop a stream."""
    own = STREAM_PURPOSES.get(Stream(stream))
    return (Purpose.ALL_MAIL, own) if own else (Purpose.ALL_MAIL,)


def reply_address(public_id: str) -> str:
    """Where answers to one enrolment's mails go. Lower case only: mail servers fold the local part."""
    row = base64.urlsafe_b64decode(public_id + "==")
    return f"reply+{_base32(row)}{_base32(_reply_mac(row))}@{settings.MAIL_DOMAIN}"


def read_reply_address(address: str) -> str | None:
    """The public id of the enrolment behind a reply address of ours, else None."""
    match = _REPLY.fullmatch(address.lower())
    if match is None or match.group(3) != settings.MAIL_DOMAIN.lower():
        return None
    try:
        row = base64.b32decode(match.group(1).upper() + "======")
    except binascii.Error:
        return None
    if not hmac.compare_digest(_base32(_reply_mac(row)), match.group(2)):
        return None
    return base64.urlsafe_b64encode(row).decode().rstrip("=")


def _frame(values: Mapping[str, str]) -> Frame:
    lines = (bool(values.get(name)) for name in ("reason", "unsubscribe_url", "preferences_url"))
    return Frame(settings.ORGANISATION_NAME, settings.ORGANISATION_POSTAL_ADDRESS, *lines)


def _reply_mac(row: bytes) -> bytes:
    key = hashlib.sha256(f"parley.reply.{settings.SECRET_KEY}".encode()).digest()
    return hmac.new(key, row, hashlib.sha256).digest()[:10]


def _base32(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=").lower()


def _inlined(html: str) -> str:
    """Inline the styles with the merge fields out of the way: the HTML writer would escape their quotes."""
    tokens: list[str] = []

    def hide(match: re.Match[str]) -> str:
        tokens.append(match.group())
        return f"parleymergefield{len(tokens) - 1}end"

    return _MARK.sub(lambda match: tokens[int(match.group(1))], inline_css(_TOKEN.sub(hide, html)))


def _is_right_to_left(language: str) -> bool:
    try:
        return bool(get_language_info(language)["bidi"])
    except KeyError:
        return False
