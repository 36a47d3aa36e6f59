"""The local outbox, development only: every mail as it would arrive."""

import re
from typing import Any
from urllib.parse import urlencode

from csp.constants import NONE, SELF, UNSAFE_INLINE
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from crm.messaging.enums import MessageStatus
from crm.messaging.forms import OutboxFilterForm
from crm.messaging.merge import MergeRenderError
from crm.messaging.models import Message
from crm.messaging.queries import eml_of, outbox, sample_mail
from crm.messaging.rfc2047 import MailHeaderError

PER_PAGE = 40
VARIANTS = {
    MessageStatus.ACCEPTED: "good",
    MessageStatus.HELD: "warn",
    MessageStatus.UNKNOWN: "warn",
    MessageStatus.FAILED: "bad",
    MessageStatus.EXPIRED: "bad",
}
# The mail's own inlined styles, and nothing else: no script, no form, no picture from elsewhere.
MAIL_POLICY = {
    "default-src": [NONE],
    "script-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "img-src": [SELF, "data:"],
    "base-uri": [SELF],
    "form-action": [NONE],
    "frame-ancestors": [SELF],
}


@require_safe
def outbox_list(request: HttpRequest) -> HttpResponse:
    """What is in the outbox, the newest first."""
    form = OutboxFilterForm(request.GET)
    chosen = form.chosen()
    page = Paginator(outbox(**chosen), PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "query": urlencode(chosen), "mails": [_line(mail) for mail in page]}
    return render(request, "crm/outbox.html", context)


@require_safe
def outbox_message(request: HttpRequest, public_id: str) -> HttpResponse:
    """One mail: how it looks, its text, its headers, its calendar part."""
    mail = get_object_or_404(Message, public_id=public_id)
    context = _line(mail) | {"mail": mail, "facts": _facts(mail), "tries": list(mail.tries.all())}
    context |= {"events": calendar_lines(mail.calendar)} | _built(mail)
    return render(request, "crm/outbox_message.html", context)


@require_safe
@xframe_options_sameorigin
def outbox_html(request: HttpRequest, public_id: str) -> HttpResponse:
    """The HTML part alone, for the frame on the page."""
    return _framed(get_object_or_404(Message, public_id=public_id).html)


@require_safe
def outbox_eml(request: HttpRequest, public_id: str) -> HttpResponse:
    """The whole mail as a file."""
    mail = get_object_or_404(Message, public_id=public_id)
    try:
        raw = eml_of(mail)
    except MailHeaderError as error:
        raise Http404(error.sentence) from error
    disposition = f'attachment; filename="{mail.stream}-{mail.public_id}.eml"'
    return HttpResponse(raw, content_type="message/rfc822", headers={"Content-Disposition": disposition})


@require_safe
@xframe_options_sameorigin
def sample_html(request: HttpRequest, key: str, language: str) -> HttpResponse:
    """A default template with sample values, for the pattern library."""
    try:
        mail = sample_mail(key, language)
    except MergeRenderError as error:
        return HttpResponse(error.sentence, content_type="text/plain")
    if mail is None:
        raise Http404
    return _framed(mail.html)


def calendar_lines(calendar: str) -> list[tuple[str, str]]:
    """The properties of a calendar part, unfolded, for people: (name with parameters, value)."""
    unfolded = re.sub(r"\r?\n[ \t]", "", calendar)
    lines = (line.partition(":") for line in unfolded.splitlines() if line.strip())
    return [(name, value.replace("\\n", "\n").replace("\\,", ",").replace("\\;", ";")) for name, _colon, value in lines]


def _framed(html: str) -> HttpResponse:
    """Links open beside the frame; a page of ours would refuse to be inside it."""
    response = HttpResponse(html.replace("<head>", '<head><base target="_blank">', 1))
    response._csp_replace = MAIL_POLICY  # type: ignore[attr-defined]  # read by django-csp
    return response


def _line(mail: Message) -> dict[str, Any]:
    return {
        "url": reverse("outbox_message", args=[mail.public_id]),
        "subject": mail.subject,
        "recipient": f"{mail.to_name} <{mail.to_email}>" if mail.to_name else mail.to_email,
        "when": date_format(timezone.localtime(mail.planned_at), "DATETIME_FORMAT"),
        "stream": mail.get_stream_display(),
        "state": mail.get_status_display(),
        "variant": VARIANTS.get(MessageStatus(mail.status), ""),
        "reason": mail.last_error,
        "calendar_method": mail.calendar_method,
    }


def _facts(mail: Message) -> list[tuple[str, Any]]:
    sender = f"{mail.from_name} <{mail.from_email}>"
    facts = [
        (_("From"), sender),
        (_("To"), f"{mail.to_name} <{mail.to_email}>" if mail.to_name else mail.to_email),
        (_("Answers go to"), mail.reply_to),
        (_("Due"), date_format(timezone.localtime(mail.due_at), "DATETIME_FORMAT")),
        (_("Good until"), date_format(timezone.localtime(mail.not_after), "DATETIME_FORMAT")),
        (_("Template"), f"{mail.template_key} · {mail.template_version}" if mail.template_key else ""),
        (_("Key"), mail.idempotency_key),
    ]
    return [(label, value) for label, value in facts if value]


def _built(mail: Message) -> dict[str, str]:
    """The headers as they leave, or why the mail cannot be built."""
    try:
        head = eml_of(mail).partition(b"\r\n\r\n")[0]
    except MailHeaderError as error:
        return {"headers": "", "problem": error.sentence}
    return {"headers": head.decode("ascii", "replace").replace("\r\n", "\n"), "problem": ""}
