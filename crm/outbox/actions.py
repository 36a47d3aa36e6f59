"""Planning mail: every mail is a row, planned once. `crm.messaging.actions` exports these."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Required, TypedDict, Unpack

from django.conf import settings
from django.db import transaction
from django.db.models import Model

from crm.access.models import User
from crm.activity.actions import record
from crm.activity.rules import type_key
from crm.base.links import link_url
from crm.base.locking import save_version
from crm.base.models import new_public_id
from crm.base.text import one_line
from crm.messaging.enums import STREAM_ORDER, MessageStatus, Stream
from crm.messaging.errors import GapInMailError, NotADraftError, NotResendableError
from crm.messaging.merge import MergeRenderError
from crm.messaging.mime import new_message_id
from crm.messaging.models import Enrolment, Message, MessageTemplate
from crm.messaging.queries import common_values, fields_of, row_of, template_for
from crm.messaging.rules import (
    DRAFTS,
    RESENDABLE,
    STREAM_PURPOSES,
    Rendered,
    TemplateSource,
    check_template,
    render_mail,
)
from crm.people.models import Person

GOOD_FOR = timedelta(hours=24)
WAITING = (MessageStatus.DRAFT, MessageStatus.QUEUED, MessageStatus.CLAIMED, MessageStatus.HELD)


class MailInput(TypedDict, total=False):
    """One mail to plan. Planning the same `key` twice makes one row."""

    key: Required[str]
    stream: Required[Stream]
    to_email: Required[str]
    subject: Required[str]
    text: Required[str]
    at: Required[datetime]
    to_name: str
    html: str
    person: Person | None
    enrolment: Enrolment | None
    language: str
    calendar: str
    calendar_method: str
    reply_to: str
    headers: dict[str, str] | None
    in_reply_to: str
    obj: Model | None
    due_at: datetime | None
    not_after: datetime | None
    template_key: str
    template_version: int
    status: MessageStatus
    last_error: str
    public_id: str


def queue_message(**mail: Unpack[MailInput]) -> Message:
    """Plan one mail to one mailbox. The second call with the same `key` returns the first row unchanged."""
    message, _made = Message.objects.get_or_create(idempotency_key=mail["key"], defaults=_values(mail))
    return message


def queue_messages(mails: Sequence[MailInput]) -> list[Message]:
    """Plan many mails in two queries, in the order given; a key planned before keeps its first row.

    For callers whose lock keeps a second one away: two at the same moment end in an IntegrityError, not in two mails.
    """
    known = {
        each.idempotency_key: each for each in Message.objects.filter(idempotency_key__in=[m["key"] for m in mails])
    }
    new = {
        each["key"]: Message(idempotency_key=each["key"], **_values(each)) for each in mails if each["key"] not in known
    }
    known |= {each.idempotency_key: each for each in Message.objects.bulk_create(new.values())}
    return [known[each["key"]] for each in mails]


def _values(mail: MailInput) -> dict[str, Any]:
    sender, obj = sender_of(mail["stream"]), mail.get("obj")
    due = mail.get("due_at") or mail["at"]
    return {
        "public_id": mail.get("public_id") or new_public_id(),
        "message_id": new_message_id(settings.MAIL_DOMAIN),
        "stream": mail["stream"],
        "rank": STREAM_ORDER[mail["stream"]],
        "person": mail.get("person"),
        "enrolment": mail.get("enrolment"),
        "to_name": mail.get("to_name", ""),
        "to_email": mail["to_email"],
        "from_name": settings.MAIL_FROM_NAME,
        "from_email": sender,
        "reply_to": mail.get("reply_to") or sender,
        "subject": mail["subject"][:255],
        "text": mail["text"],
        "html": mail.get("html", ""),
        "calendar": mail.get("calendar", ""),
        "calendar_method": mail.get("calendar_method", ""),
        "headers": mail.get("headers") or {},
        "in_reply_to": mail.get("in_reply_to", ""),
        "language": mail.get("language", "en"),
        "template_key": mail.get("template_key", ""),
        "template_version": mail.get("template_version", 0),
        "object_type": type_key(obj) if obj is not None else "",
        "object_id": obj.pk if obj is not None else None,
        "status": mail.get("status", MessageStatus.QUEUED),
        "last_error": mail.get("last_error", "")[:500],
        "planned_at": mail["at"],
        "due_at": due,
        "not_after": mail.get("not_after") or due + GOOD_FOR,
    }


def queue_from_template(
    template_key: str,
    *,
    key: str,
    stream: Stream,
    to_email: str,
    fields: Mapping[str, str],
    language: str,
    at: datetime,
    person: Person | None = None,
    obj: Model | None = None,
    due_at: datetime | None = None,
    reply_to: str = "",
    enrolment: Enrolment | None = None,
    reason: str = "",
    unsubscribe_url: str = "",
    preferences_url: str = "",
    **more: Any,
) -> Message:
    """Plan one mail from a template; `more` goes to `queue_message`.

    A missing field or an unusable template makes a HELD row that says why: nobody gets a mail with a
    gap. The second call with the same `key` returns the first row. Raises `UnknownTemplateError`.
    """
    source = template_for(template_key, language)
    footer = {"reason": reason, "unsubscribe_url": unsubscribe_url, "preferences_url": preferences_url}
    try:
        mail = render_mail(source, {**common_values(person), **fields, **footer})
    except MergeRenderError as error:
        mail = Rendered(source.subject, source.body, "")
        more |= {"status": MessageStatus.HELD, "last_error": error.sentence}
    return queue_message(
        key=key,
        stream=stream,
        to_email=to_email,
        to_name=more.pop("to_name", person.name if person else ""),
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        at=at,
        person=person,
        obj=obj,
        due_at=due_at,
        reply_to=reply_to,
        enrolment=enrolment,
        language=source.language,
        template_key=source.key,
        template_version=source.version,
        **more,
    )


@transaction.atomic
def save_template(
    *,
    key: str,
    language: str,
    name: str,
    subject: str,
    body: str,
    by: User | None,
    at: datetime,
    version: int | None = None,
    fields: Collection[str] = (),
) -> MessageTemplate:
    """Write the words of one mail in one language; mails planned before keep their words.

    Saving the same words again changes nothing. Raises `TemplateSyntaxError` for the first fault and,
    given a `version`, StaleVersionError when somebody saved in between. `fields` allows more names.
    """
    check_template(subject, body, fields_of(key) | frozenset(fields))
    words = {"name": one_line(name), "subject": one_line(subject), "body": body.replace("\r\n", "\n").strip()}
    row, made = MessageTemplate.objects.get_or_create(
        key=key, language=language, defaults={**words, "created_at": at, "updated_at": at}
    )
    if not made:
        if all(getattr(row, field) == value for field, value in words.items()):
            return row
        row = save_version(row, version=version or row.version, at=at, **words)
    record("mail_template.saved", row, by=by, at=at, data={"version": row.version})
    return row


def cancel_queued(
    *, reason: str, at: datetime, obj: Model | None = None, enrolment: Enrolment | None = None, **which: Any
) -> int:
    """Take back mails that have not left yet and say how many; `which` are filters. Second call: 0."""
    rows = Message.objects.filter(status__in=WAITING, **which)
    if obj is not None:
        rows = rows.filter(object_type=type_key(obj), object_id=obj.pk)
    if enrolment is not None:
        rows = rows.filter(enrolment=enrolment)
    if obj is None and enrolment is None and not which:
        raise ValueError("Say which mails to cancel: obj, enrolment or a filter.")
    return rows.update(status=MessageStatus.CANCELLED, last_error=reason, lease_owner="", lease_until=None)


@transaction.atomic
def send_again(message: Message, *, by: User, at: datetime) -> Message:
    """Queue a mail once more with the same Message-ID; good for another day.

    Raises NotResendableError unless it failed, is in doubt or was too late; so does the second call.
    """
    changed = Message.objects.filter(pk=message.pk, status__in=RESENDABLE).update(
        status=MessageStatus.QUEUED, due_at=at, not_after=at + GOOD_FOR, last_error="", lease_owner="", lease_until=None
    )
    message.refresh_from_db()
    if not changed:
        raise NotResendableError(message.get_status_display())
    record("mail.sent_again", message, by=by, at=at, about=(message.person,))
    return message


@transaction.atomic
def send_draft(message: Message, *, subject: str, body: str, by: User, at: datetime) -> Message:
    """Send a draft or a held mail with these words (light text, as in templates); good for a day.

    Raises GapInMailError when a merge field is left in them, NotADraftError for any other mail and so
    for the second call.
    """
    footer = {"unsubscribe_url": link_url("u", message.public_id)} if message.stream in STREAM_PURPOSES else {}
    source = TemplateSource(message.template_key, message.language, "", one_line(subject), body)
    try:
        mail = render_mail(source, {**common_values(message.person), **footer})
    except MergeRenderError as error:
        raise GapInMailError(error.sentence) from error
    changed = Message.objects.filter(pk=message.pk, status__in=DRAFTS).update(
        subject=mail.subject[:255],
        text=mail.text,
        html=mail.html,
        status=MessageStatus.QUEUED,
        due_at=at,
        not_after=at + GOOD_FOR,
        last_error="",
    )
    message.refresh_from_db()
    if not changed:
        raise NotADraftError
    record(
        "mail.released", message, by=by, at=at, about=(message.person, row_of(message.object_type, message.object_id))
    )
    return message


def sender_of(stream: Stream) -> str:
    """Each kind of mail has its own From address on our domain."""
    return {
        Stream.INVITATION: settings.MAIL_FROM_INVITATION,
        Stream.SEQUENCE: settings.MAIL_FROM_SEQUENCE,
        Stream.NEWSLETTER: settings.MAIL_FROM_SEQUENCE,
    }.get(stream, settings.MAIL_FROM_TRANSACTIONAL)
