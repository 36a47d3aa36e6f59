from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from crm.activity.models import ActivityEntry
from crm.base.models import AppendOnly
from crm.changes.enums import ChangeAct


class Change(AppendOnly):
    """What one row was before and after one entry of the timeline, by column. `undone_in` says it was taken back."""

    entry = models.ForeignKey(ActivityEntry, models.PROTECT, related_name="changes")
    act = models.CharField(max_length=10, choices=ChangeAct)
    object_type = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    undone_in = models.ForeignKey(ActivityEntry, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["object_type", "object_id"])]

    def __str__(self) -> str:
        return f"{self.act} {self.object_type} {self.object_id}"
