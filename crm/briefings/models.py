from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Role
from crm.access.models import RowQuerySet, User
from crm.access.rules import role_of
from crm.base.models import AppendOnly, PublicId, Sourced, Versioned
from crm.briefings.enums import Audience, TalkingPointState
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
        if role_of(user) in {Role.COORDINATOR, Role.DIRECTOR, Role.AUDITOR}:
            return self.filter(person__in=Person.objects.visible_to(user))
        return self.none()


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

    def __str__(self) -> str:
        return self.title
