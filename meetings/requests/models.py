from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.access.models import RowQuerySet, User
from crm.access.rules import seen_through
from crm.base.models import AppendOnly
from meetings.scheduling.enums import NoteKind, RequestChannel
from meetings.scheduling.models import MeetingRequest


class RequestNoteQuerySet(RowQuerySet["RequestNote"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """As visible as the request."""
        return self.filter(seen_through(MeetingRequest, user, "request"))


class RequestNote(AppendOnly):
    """What somebody wrote down on the way: a follow-up and what they said, or why a rule was not kept."""

    request = models.ForeignKey(MeetingRequest, models.CASCADE, related_name="notes")
    kind = models.CharField(_("kind"), max_length=12, choices=NoteKind)
    channel = models.CharField(_("by"), max_length=12, choices=RequestChannel, blank=True)
    words = models.CharField(_("what was said"), max_length=1000, blank=True)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    objects = RequestNoteQuerySet.as_manager()

    class Meta:
        ordering = ["noted_at", "id"]
        verbose_name = _("note on a request")

    def __str__(self) -> str:
        return f"{self.request_id} {self.kind}"
