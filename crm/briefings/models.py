from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Role
from crm.access.models import RowQuerySet, User
from crm.access.rules import role_of, seen_through
from crm.base.models import AppendOnly, PublicId, Sourced, Versioned
from crm.briefings.enums import Audience, TalkingPointState
from crm.briefings.registry import anchor_models
from crm.issues.models import Ask
from crm.people.models import Person


class TalkingPoint(PublicId, Versioned, Sourced):
    """One sentence we say for an ask, approved by somebody else than its author."""

    ask = models.ForeignKey(Ask, models.PROTECT, related_name="talking_points")
    text = models.TextField(_("what we say"))
    audience = models.CharField(_("for"), max_length=20, choices=Audience, default=Audience.DELEGATION)
    position = models.PositiveIntegerField(_("order"), default=0)
    state = models.CharField(_("state"), max_length=10, choices=TalkingPointState, default=TalkingPointState.DRAFT)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    expires_on = models.DateField(_("good until"), null=True, blank=True)

    class Meta:
        ordering = ["ask", "position", "id"]
        verbose_name = _("talking point")

    def __str__(self) -> str:
        return self.text[:80]


class BriefingSnapshotQuerySet(RowQuerySet["BriefingSnapshot"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """A briefing is as visible as its person and, where it is for one, its meeting."""
        if role_of(user) not in {Role.COORDINATOR, Role.DIRECTOR, Role.AUDITOR}:
            return self.none()
        anchored = models.Q(anchor_type="")
        for label, model in anchor_models().items():
            seen: Any = model._default_manager
            anchored |= models.Q(anchor_type=label, anchor_id__in=seen.visible_to(user).order_by().values("pk"))
        return self.filter(anchored, seen_through(Person, user, "person"))


class BriefingSnapshot(PublicId, AppendOnly):
    """A briefing as it was at one moment. Nothing that changes later changes it."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="briefings")
    anchor_type = models.CharField(max_length=40, blank=True)
    anchor_id = models.BigIntegerField(null=True, blank=True)
    audience = models.CharField(max_length=20, choices=Audience)
    title = models.CharField(max_length=250)
    language = models.CharField(max_length=10, default="en")
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    objects = BriefingSnapshotQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("briefing")
        indexes = [models.Index(fields=["anchor_type", "anchor_id"])]
        constraints = [
            models.UniqueConstraint(
                fields=["anchor_type", "anchor_id", "audience", "content_hash"],
                name="briefing_once_per_content",
            ),
            models.UniqueConstraint(
                fields=["person", "audience", "content_hash"],
                condition=models.Q(anchor_id=None),
                name="briefing_once_per_content_unanchored",
            ),
        ]

    def __str__(self) -> str:
        return self.title
