from django.db import models
from django.utils.translation import gettext_lazy as _


class Stream(models.TextChoices):
    """Kinds of mail, in the order they leave when there is a queue."""

    CONFIRMATION = "confirmation", _("confirmations")
    INVITATION = "invitation", _("invitations")
    TRANSACTIONAL = "transactional", _("single mails")
    SEQUENCE = "sequence", _("sequences")
    NEWSLETTER = "newsletter", _("newsletters")


STREAM_ORDER = {stream.value: rank for rank, stream in enumerate(Stream)}
RESENDABLE_STREAMS = frozenset({Stream.CONFIRMATION, Stream.TRANSACTIONAL})
"""Streams whose `unknown` mails go again by themselves with the same Message-ID: a repeat is harmless there.

Invitations are not among them: nobody gets the same version twice. Staff see the doubt and may send again."""


class MessageStatus(models.TextChoices):
    """queued → claimed → sending → accepted | failed | unknown; queued → held | cancelled | suppressed | expired.

    `unknown`: the acknowledgement was lost after the last byte. Bulk mail is never resent from there by itself.
    """

    DRAFT = "draft", _("draft")
    QUEUED = "queued", _("waiting")
    CLAIMED = "claimed", _("taken by a dispatcher")
    SENDING = "sending", _("being sent")
    ACCEPTED = "accepted", _("accepted by the mail server")
    FAILED = "failed", _("refused")
    UNKNOWN = "unknown", _("in doubt")
    HELD = "held", _("held back")
    CANCELLED = "cancelled", _("cancelled")
    SUPPRESSED = "suppressed", _("not wanted by the recipient")
    EXPIRED = "expired", _("too late to send")


class EnrolmentState(models.TextChoices):
    """active → finished | stopped."""

    ACTIVE = "active", _("running")
    FINISHED = "finished", _("finished")
    STOPPED = "stopped", _("stopped")


class StepAnchor(models.TextChoices):
    """What a step's offset is counted from. `commitment_due` is answered by a registered resolver."""

    START = "start", _("the anchor of the sequence")
    COMMITMENT_DUE = "commitment_due", _("the day the next commitment is due")


class StepState(models.TextChoices):
    PLANNED = "planned", _("mail planned")
    SKIPPED = "skipped", _("skipped")


class InboundKind(models.TextChoices):
    HUMAN = "human", _("a person's mail")
    CALENDAR = "calendar", _("a calendar answer")
    AUTO_REPLY = "auto_reply", _("an automatic reply")
    BOUNCE = "bounce", _("a bounce")
    COMPLAINT = "complaint", _("a complaint")
    UNREADABLE = "unreadable", _("unreadable")


class InboundState(models.TextChoices):
    RECEIVED = "received", _("received")
    APPLIED = "applied", _("applied")
    IGNORED = "ignored", _("nothing to do")
    REVIEW = "review", _("needs a person")
