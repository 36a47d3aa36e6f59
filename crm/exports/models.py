from pathlib import Path
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.access.models import RowQuerySet, User
from crm.base.models import AppendOnly, PublicId
from crm.exports.enums import ExportState, FileFormat


class ExportLog(PublicId, AppendOnly):
    """Who took which rows out of the house, in which form, and why. Holds no rows and no names."""

    object_type = models.CharField(_("what"), max_length=40)
    query = models.TextField(_("filter"), blank=True)
    columns = models.JSONField(default=list)
    file_format = models.CharField(_("format"), max_length=10)
    count = models.PositiveIntegerField(_("rows"))
    reason = models.CharField(_("reason"), max_length=300)
    exported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    exported_at = models.DateTimeField(_("at"))

    class Meta:
        ordering = ["-exported_at", "-id"]
        verbose_name = _("export")

    def __str__(self) -> str:
        return f"{self.object_type} {self.count}"


class ExportJobQuerySet(RowQuerySet["ExportJob"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """One's own only: the file is for whom gave the reason."""
        return self.filter(requested_by=user.pk) if user.pk else self.none()


class ExportJob(PublicId):
    """One file being written, or written and kept for a day outside the media folder. `log` is there once it is."""

    kind = models.CharField(max_length=40)
    query = models.TextField(blank=True)
    ids = models.JSONField(default=list)
    columns = models.JSONField(default=list)
    file_format = models.CharField(max_length=10, choices=FileFormat)
    reason = models.CharField(max_length=300)
    language = models.CharField(max_length=10, blank=True)
    state = models.CharField(max_length=10, choices=ExportState, default=ExportState.RUNNING)
    sentence = models.CharField(max_length=300, blank=True)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    log = models.ForeignKey(ExportLog, models.PROTECT, null=True, related_name="+")

    objects = ExportJobQuerySet.as_manager()

    class Meta:
        ordering = ["-requested_at", "-id"]
        indexes = [models.Index(fields=["state", "moved_at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.file_format}"

    @property
    def path(self) -> Path:
        """Where the file is; its name says nothing and cannot be guessed."""
        return Path(settings.EXPORTS_ROOT) / f"{self.public_id}.{self.file_format}"
