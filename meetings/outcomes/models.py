from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.base.models import Versioned
from crm.issues.enums import Position
from meetings.scheduling.models import Meeting


class Outcome(Versioned):
    """What came of a meeting, recorded in two minutes."""

    meeting = models.OneToOneField(Meeting, models.PROTECT, related_name="outcome")
    position = models.CharField(_("where they stand"), max_length=20, choices=Position, blank=True)
    summary = models.TextField(_("what was said"), blank=True)
    questions = models.TextField(_("questions to answer"), blank=True)
    next_step = models.CharField(_("next step"), max_length=250, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("outcome")

    def __str__(self) -> str:
        return f"{self.meeting_id}"
