from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.base.models import AppendOnly, PublicId
from crm.imports.enums import ImportMode, ImportState, RowAct


class ImportBatch(PublicId):
    """One run of one import: what was read, by whom, and what came of it."""

    profile = models.CharField(_("profile"), max_length=60)
    source_name = models.CharField(_("file"), max_length=250)
    source_hash = models.CharField(max_length=64)
    mode = models.CharField(_("mode"), max_length=10, choices=ImportMode)
    state = models.CharField(_("state"), max_length=10, choices=ImportState, default=ImportState.APPLIED)
    report = models.JSONField(default=dict)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    applied_at = models.DateTimeField(_("applied at"))
    undone_at = models.DateTimeField(_("taken back at"), null=True, blank=True)

    class Meta:
        ordering = ["-applied_at", "-id"]
        verbose_name = _("import")

    def __str__(self) -> str:
        return f"{self.profile} {self.applied_at:%Y-%m-%d %H:%M}"


class ImportRow(AppendOnly):
    """One row a batch made or changed, with what stood there before."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rows")
    act = models.CharField(max_length=10, choices=RowAct)
    object_type = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["object_type", "object_id"])]

    def __str__(self) -> str:
        return f"{self.act} {self.object_type} {self.object_id}"
