from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.base.models import Row
from meetings.scheduling.models import Meeting


class AgendaItem(Row):
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="agenda_items")
    position = models.PositiveIntegerField(_("order"))
    title = models.CharField(_("item"), max_length=200)
    duration_minutes = models.PositiveIntegerField(_("minutes"), default=5)
    speaker = models.CharField(_("who speaks"), max_length=200, blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["meeting", "position"], name="agenda_position_once")]

    def __str__(self) -> str:
        return self.title
