from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.access.models import RowQuerySet, User
from crm.access.rules import role_of, seen_through
from crm.base.models import PublicId
from crm.issues.enums import Position
from meetings.debriefs.enums import DebriefState
from meetings.lobbydays.models import STAFF, LobbyOffice


class DebriefQuerySet(RowQuerySet["Debrief"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        if role_of(user) not in STAFF:
            return self.none()
        return self.filter(seen_through(LobbyOffice, user, "office"))


class Debrief(PublicId):
    """What somebody of the delegation told after a meeting. Nothing follows from it until staff take it over."""

    office = models.ForeignKey(LobbyOffice, models.CASCADE, related_name="debriefs")
    form_key = models.CharField(max_length=40, editable=False)
    from_name = models.CharField(_("who tells"), max_length=200)
    came = models.JSONField(_("who came"), default=list)
    position = models.CharField(_("where they stand"), max_length=20, choices=Position, blank=True)
    commitments = models.TextField(_("what they promised"), blank=True)
    story = models.TextField(_("what was said"), blank=True)
    wants_follow_up = models.BooleanField(_("wants to follow up"), default=False)
    comment = models.TextField(_("anything else"), blank=True)
    state = models.CharField(_("state"), max_length=12, choices=DebriefState, default=DebriefState.NEW)
    received_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = DebriefQuerySet.as_manager()

    class Meta:
        ordering = ["received_at", "id"]
        verbose_name = _("debrief")
        constraints = [models.UniqueConstraint(fields=["office", "form_key"], name="debrief_once_per_form")]
        indexes = [models.Index(fields=["state", "received_at"])]

    def __str__(self) -> str:
        return f"{self.office_id} {self.state}"
