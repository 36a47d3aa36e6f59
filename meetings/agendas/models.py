from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.base.models import Row
from meetings.scheduling.models import Attendee, Meeting


class AgendaItem(Row):
    """A point of the agenda, or a part of the point `parent`, which stands before it in the order."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="agenda_items")
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="parts")
    position = models.PositiveIntegerField(_("order"))
    title = models.CharField(_("item"), max_length=200)
    duration_minutes = models.PositiveIntegerField(_("minutes"), default=5)
    presenter = models.ForeignKey(Attendee, models.SET_NULL, null=True, blank=True, related_name="presents")
    speaker = models.CharField(_("who speaks"), max_length=200, blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "position"], name="agenda_position_once"),
            models.CheckConstraint(condition=Q(speaker="") | Q(presenter=None), name="agenda_one_speaker"),
        ]

    def __str__(self) -> str:
        return self.title


class AgendaDocument(Row):
    """Something to read with a point: a title and where it lies."""

    item = models.ForeignKey(AgendaItem, models.CASCADE, related_name="documents")
    position = models.PositiveIntegerField(_("order"))
    title = models.CharField(_("title"), max_length=200)
    url = models.URLField(_("address"), max_length=500)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["item", "position"], name="agenda_document_position_once")]

    def __str__(self) -> str:
        return self.title
