from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Role
from crm.access.models import RowQuerySet, User
from crm.access.rules import role_of, seen_through
from crm.base.models import Versioned
from crm.issues.enums import Position
from meetings.scheduling.models import Meeting


class OutcomeQuerySet(RowQuerySet["Outcome"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """As visible as the meeting, but not to volunteers."""
        if role_of(user) not in {Role.COORDINATOR, Role.DIRECTOR, Role.AUDITOR}:
            return self.none()
        return self.filter(seen_through(Meeting, user, "meeting"))


class Outcome(Versioned):
    """What came of a meeting, recorded in two minutes."""

    meeting = models.OneToOneField(Meeting, models.PROTECT, related_name="outcome")
    position = models.CharField(_("where they stand"), max_length=20, choices=Position, blank=True)
    summary = models.TextField(_("what was said"), blank=True)
    questions = models.TextField(_("questions to answer"), blank=True)
    next_step = models.CharField(_("next step"), max_length=250, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = OutcomeQuerySet.as_manager()

    class Meta:
        verbose_name = _("outcome")

    def __str__(self) -> str:
        return f"{self.meeting_id}"
