from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Role
from crm.access.models import RowQuerySet, User
from crm.access.rules import role_of, seen_through
from crm.base.models import AppendOnly, PublicId
from crm.messaging.models import InboundMessage, Message
from crm.people.models import Person
from meetings.invitations.enums import Method, ReviewReason, ReviewState
from meetings.scheduling.models import Attendee, Meeting, MeetingRequest


class InvitationSend(AppendOnly):
    """One calendar mail planned for one attendee and one version of the meeting; never two.

    `repeat` is 0 for the mail a change causes, else what asked for it once more. `differences` are the
    (code, old, new) this mail tells of, kept in case a newer mail takes its place before it leaves.
    """

    attendee = models.ForeignKey(Attendee, models.PROTECT, related_name="sends")
    message = models.OneToOneField(Message, models.PROTECT, related_name="invitation_send")
    method = models.CharField(max_length=15, choices=Method)
    sequence = models.PositiveIntegerField()
    revision = models.PositiveIntegerField()
    repeat = models.PositiveIntegerField(default=0)
    dtstamp = models.DateTimeField()
    differences = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["attendee", "method", "revision", "repeat"], name="one_send_per_attendee_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.attendee_id} {self.sequence}"


class ReplyReviewQuerySet(RowQuerySet["ReplyReview"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """As visible as the meeting, the request and the sender it is about."""
        if role_of(user) not in {Role.COORDINATOR, Role.DIRECTOR, Role.AUDITOR}:
            return self.none()
        asked = Q(inbound__answers__object_type="meetings.meetingrequest")
        requests = MeetingRequest.objects.visible_to(user).order_by().values("pk")
        sender = Q(inbound__person=None) | seen_through(Person, user, "inbound__person")
        unknown = self.filter(Q(meeting=None) & sender)
        unknown = unknown.filter(~asked | Q(inbound__answers__object_id__in=requests)).order_by()
        known = seen_through(Meeting, user, "meeting")
        return self.filter(known | Q(pk__in=unknown.values("pk")))


class ReplyReview(PublicId):
    """An answer a person has to look at: what came, why it is doubtful, what may be done."""

    inbound = models.OneToOneField(InboundMessage, models.PROTECT, related_name="reply_review")
    meeting = models.ForeignKey(Meeting, models.PROTECT, null=True, blank=True, related_name="reply_reviews")
    attendee = models.ForeignKey(Attendee, models.PROTECT, null=True, blank=True, related_name="reply_reviews")
    reason = models.CharField(_("why"), max_length=20, choices=ReviewReason)
    partstat = models.CharField(max_length=15, blank=True)
    comment = models.CharField(max_length=1000, blank=True)
    proposed_starts_at = models.DateTimeField(null=True, blank=True)
    proposed_ends_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=ReviewState, default=ReviewState.OPEN)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)

    objects = ReplyReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("answer to look at")

    def __str__(self) -> str:
        return self.get_reason_display()
