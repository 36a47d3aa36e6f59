"""What sequences tell the registries below; `declare` is called once when the app is ready."""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from crm.activity.registry import register_verb
from crm.consent.enums import Purpose, SuppressionReason
from crm.consent.queries import is_suppressed
from crm.consent.registry import Button, LinkHandler, LinkPage, LinkState, register_link
from crm.messaging.enums import Stream
from crm.messaging.models import Message
from crm.messaging.registry import register_due_job
from crm.messaging.rules import STREAM_PURPOSES
from crm.sequences.actions import stop_mailbox
from crm.sequences.tasks import plan_due_steps

VERBS = {
    "mail_template.saved": _("Saved a mail template."),
    "mail.released": _("Sent a mail that waited for somebody to check it."),
    "mail.sent_again": _("Sent a mail again."),
    "mail.unsubscribed": _("Asked not to get these mails any more."),
    "mail.replied": _("Answered our mail."),
    "mail.bounced": _("Our mail was not delivered."),
    "mail.complained": _("Reported our mail as spam."),
    "sequence.created": _("Made a sequence of mails."),
    "sequence.enrolled": _("Started the sequence “%(sequence)s”."),
    "sequence.mail_planned": _("Planned mail %(step)s of the sequence “%(sequence)s”."),
    "sequence.step_skipped": _("Skipped mail %(step)s of the sequence “%(sequence)s”: %(reason)s."),
    "sequence.stopped": _("Stopped a sequence: %(reason)s."),
}


def declare() -> None:
    """Sentences of the timeline, the unsubscribe link and the planning of steps."""
    for verb, sentence in VERBS.items():
        register_verb(verb, sentence)
    register_link("u", LinkHandler(describe=describe_unsubscribe, act=unsubscribe, one_click=True))
    register_due_job("sequences", plan_due_steps)


def describe_unsubscribe(public_id: str, at: datetime) -> LinkPage | None:
    """What the unsubscribe link of one mail would do; changes nothing."""
    message = Message.objects.filter(public_id=public_id).first()
    if message is None:
        return None
    if not message.to_email or is_suppressed(message.to_email, _purpose(message)):
        return _done(message)
    sentence = _("%(organisation)s will not send you mails of this kind again.")
    with translation.override(message.language or None):  # filling in the name fixes the language
        words = sentence % {"organisation": settings.ORGANISATION_NAME}
    return LinkPage(
        LinkState.ASK,
        title=_("Stop these mails?"),
        paragraphs=(words,),
        buttons=(Button("stop", _("Stop these mails")),),
        language=message.language,
    )


def unsubscribe(public_id: str, answer: str, data: Mapping[str, str], at: datetime) -> LinkPage | None:
    """Stop the kind of mail this link came with, at once. The second call changes nothing and says the same."""
    message = Message.objects.filter(public_id=public_id).first()
    if message is None:
        return None
    stop_mailbox(message, purposes=(_purpose(message),), reason=SuppressionReason.UNSUBSCRIBED, at=at)
    return _done(message)


def _purpose(message: Message) -> Purpose:
    return STREAM_PURPOSES.get(Stream(message.stream), Purpose.ALL_MAIL)


def _done(message: Message) -> LinkPage:
    return LinkPage(
        LinkState.DONE,
        title=_("You will not get these mails any more"),
        paragraphs=(_("It counts from now on. You need not do anything else."),),
        language=message.language,
    )
