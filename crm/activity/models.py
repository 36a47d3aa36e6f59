from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.activity.enums import ActorKind
from crm.base.models import AppendOnly


class ActivityEntry(AppendOnly):
    """One thing that happened (Activity Streams: actor, verb, object). Holds ids and codes, never names."""

    actor_kind = models.CharField(max_length=12, choices=ActorKind)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    verb = models.CharField(max_length=60)
    object_type = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    occurred_at = models.DateTimeField(_("when"))
    data = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-occurred_at", "-id"]
        verbose_name_plural = _("activity entries")
        indexes = [models.Index(fields=["object_type", "object_id", "-occurred_at"])]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_type} {self.object_id}"


class ActivityLink(AppendOnly):
    """A further row the entry is about, so that it shows on that row's timeline too."""

    entry = models.ForeignKey(ActivityEntry, models.PROTECT, related_name="links")
    target_type = models.CharField(max_length=40)
    target_id = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["target_type", "target_id", "entry"])]
        constraints = [models.UniqueConstraint(fields=["entry", "target_type", "target_id"], name="activity_link_once")]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.target_type} {self.target_id}"
