"""The outbox: every mail is a row before it is a mail."""

from typing import Self

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Role
from crm.access.models import M, RowQuerySet, User
from crm.access.rules import role_of, seen_through, visible_rows
from crm.base.models import AppendOnly, PublicId, Row, Versioned
from crm.messaging.enums import (
    EnrolmentState,
    InboundKind,
    InboundState,
    MessageStatus,
    StepAnchor,
    StepState,
    Stream,
)
from crm.people.models import Person


class MessageTemplate(Versioned):
    """Editors' words for one mail in one language, in our merge language."""

    key = models.SlugField(_("key"), max_length=80)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    name = models.CharField(_("name"), max_length=150)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))

    class Meta:
        ordering = ["key", "language"]
        verbose_name = _("mail template")
        constraints = [models.UniqueConstraint(fields=["key", "language"], name="template_once_per_language")]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"


class Sequence(PublicId, Versioned):
    """A series of mails counted from an anchor, for example the end of a meeting."""

    key = models.SlugField(_("key"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("sequence")

    def __str__(self) -> str:
        return self.name


class SequenceStep(Row):
    """One mail of a sequence, `offset_minutes` after (or, negative, before) its anchor."""

    sequence = models.ForeignKey(Sequence, models.CASCADE, related_name="steps")
    position = models.PositiveIntegerField(_("position"))
    template_key = models.SlugField(_("mail template"), max_length=80)
    anchor = models.CharField(_("counted from"), max_length=20, choices=StepAnchor, default=StepAnchor.START)
    offset_minutes = models.IntegerField(_("minutes after"))

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["sequence", "position"], name="step_once_per_position")]

    def __str__(self) -> str:
        return f"{self.sequence_id}.{self.position}"


class Enrolment(PublicId):
    """One person going through one sequence because of one thing (a meeting)."""

    sequence = models.ForeignKey(Sequence, models.PROTECT, related_name="enrolments")
    person = models.ForeignKey(Person, models.CASCADE, related_name="enrolments")
    anchor_type = models.CharField(max_length=40)
    anchor_id = models.BigIntegerField()
    anchor_at = models.DateTimeField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    fields = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=EnrolmentState, default=EnrolmentState.ACTIVE)
    stop_reason = models.CharField(max_length=40, blank=True)
    enrolled_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    next_look_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-enrolled_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["sequence", "person", "anchor_type", "anchor_id"],
                name="enrolled_once_per_anchor",
            )
        ]
        indexes = [
            models.Index(fields=["state", "sequence"]),
            models.Index(fields=["next_look_at", "id"], condition=Q(state=EnrolmentState.ACTIVE), name="enrolment_due"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence_id} {self.person_id}"


class MailQuerySet(RowQuerySet[M]):
    def readers_only(self, user: User | AnonymousUser) -> Self:
        """Nothing but for the roles that read mail, and for them only mails of people they may see."""
        if role_of(user) not in {Role.COORDINATOR, Role.DIRECTOR, Role.AUDITOR}:
            return self.none()
        return self.filter(Q(person=None) | seen_through(Person, user, "person"))


class MessageQuerySet(MailQuerySet["Message"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Mails about rows this user may see; about nothing else than a person, as visible as she is.

        A mail about neither is Django's own (a password to set anew): its link is for nobody's eyes.
        """
        about = Q(object_type="", person__isnull=False)
        for label in self.model._default_manager.order_by().values_list("object_type", flat=True).distinct():
            if label:
                rows = visible_rows(apps.get_model(label), user).order_by().values("pk")
                about |= Q(object_type=label, object_id__in=rows)
        return self.readers_only(user).filter(about)


class InboundMessageQuerySet(MailQuerySet["InboundMessage"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """As visible as the sender and the mail of ours it answers; those about nothing we know, to all readers."""
        sent = Message.objects.visible_to(user).order_by().values("pk")
        return self.readers_only(user).filter(Q(answers=None) | Q(answers__in=sent))


class Message(PublicId):
    """An outbox row. `idempotency_key` makes planning it twice impossible; `message_id` is fixed at planning."""

    idempotency_key = models.CharField(max_length=120, unique=True)
    message_id = models.CharField(max_length=200, unique=True)
    stream = models.CharField(max_length=20, choices=Stream)
    rank = models.PositiveSmallIntegerField(default=0)
    person = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="messages")
    enrolment = models.ForeignKey(Enrolment, models.SET_NULL, null=True, blank=True, related_name="messages")
    to_name = models.CharField(max_length=200, blank=True)
    to_email = models.CharField(_("to"), max_length=254)
    from_name = models.CharField(max_length=200)
    from_email = models.CharField(max_length=254)
    reply_to = models.CharField(max_length=254, blank=True)
    subject = models.CharField(_("subject"), max_length=255)
    text = models.TextField()
    html = models.TextField(blank=True)
    calendar = models.TextField(blank=True)
    calendar_method = models.CharField(max_length=20, blank=True)
    headers = models.JSONField(default=dict, blank=True)
    in_reply_to = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=10, default="en")
    template_key = models.CharField(max_length=80, blank=True)
    template_version = models.PositiveIntegerField(default=0)
    object_type = models.CharField(max_length=40, blank=True)
    object_id = models.BigIntegerField(null=True, blank=True)
    status = models.CharField(_("state"), max_length=12, choices=MessageStatus, default=MessageStatus.QUEUED)
    planned_at = models.DateTimeField()
    due_at = models.DateTimeField()
    not_after = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_owner = models.CharField(max_length=64, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    provider_message_id = models.CharField(max_length=200, blank=True)
    last_code = models.CharField(max_length=20, blank=True)
    last_error = models.CharField(max_length=500, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["planned_at", "id"]
        verbose_name = _("mail")
        indexes = [
            models.Index(
                fields=["rank", "due_at", "id"],
                condition=Q(status=MessageStatus.QUEUED),
                name="message_queue",
            ),
            models.Index(fields=["status", "lease_until"]),
            models.Index(fields=["object_type", "object_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.to_email}"


class Attempt(AppendOnly):
    """One try at one mail: what the server said."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="tries")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=12)
    code = models.CharField(max_length=20, blank=True)
    text = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.message_id} {self.outcome}"


class PlannedStep(AppendOnly):
    """What became of one step of one enrolment. The unique key makes planning it twice impossible."""

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="planned_steps")
    step_position = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=StepState)
    reason = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["enrolment", "step_position"]
        constraints = [models.UniqueConstraint(fields=["enrolment", "step_position"], name="step_planned_once")]

    def __str__(self) -> str:
        return f"{self.enrolment_id}.{self.step_position} {self.state}"


class InboundMessage(Row):
    """A mail that came in, kept whole before anything is done with it."""

    sha256 = models.CharField(max_length=64, unique=True)
    message_id = models.CharField(max_length=300, blank=True, db_index=True)
    from_email = models.CharField(max_length=254, blank=True)
    from_name = models.CharField(max_length=200, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    raw = models.BinaryField()
    kind = models.CharField(max_length=12, choices=InboundKind)
    state = models.CharField(max_length=10, choices=InboundState, default=InboundState.RECEIVED)
    reason = models.CharField(max_length=200, blank=True)
    answers = models.ForeignKey(Message, models.SET_NULL, null=True, blank=True, related_name="answers")
    person = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="inbound_messages")
    received_at = models.DateTimeField()

    objects = InboundMessageQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-id"]
        verbose_name = _("received mail")

    def __str__(self) -> str:
        return self.subject or self.sha256[:12]
