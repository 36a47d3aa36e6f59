from pathlib import Path
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Act
from crm.access.models import RowQuerySet, User
from crm.access.rules import can, seen_through
from crm.base.models import AppendOnly, PublicId, Row
from crm.imports.enums import ImportMode, ImportState, PreviewKind, RowAct
from crm.people.models import Person

STOP, PROGRESS = "stop", "progress"


class ImportBatch(PublicId):
    """One run of one import: what was handed in, by whom, how far it is, and what came of it."""

    profile = models.CharField(_("profile"), max_length=60)
    source_name = models.CharField(_("file"), max_length=250)
    source_hash = models.CharField(max_length=64, blank=True)
    mode = models.CharField(_("mode"), max_length=10, choices=ImportMode)
    options = models.JSONField(default=dict, blank=True)
    skip_bad_rows = models.BooleanField(_("leave bad rows out"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=ImportState, default=ImportState.STAGED)
    report = models.JSONField(default=dict, blank=True)

    # What the person should know of the last step, for example why it failed; in her language.
    sentence = models.TextField(blank=True)
    language = models.CharField(max_length=10, blank=True)

    # The private folder of the file, empty once it is deleted; the plan the preview shows.
    folder = models.CharField(max_length=40, blank=True)
    plan_digest = models.CharField(max_length=64, blank=True)

    # Which worker has it in hand, and when it last said so.
    owner = models.CharField(max_length=40, blank=True)
    beat_at = models.DateTimeField(null=True, blank=True)

    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    staged_at = models.DateTimeField(_("handed in at"))
    applied_at = models.DateTimeField(_("applied at"), null=True, blank=True)
    undone_at = models.DateTimeField(_("taken back at"), null=True, blank=True)

    class Meta:
        ordering = ["-staged_at", "-id"]
        verbose_name = _("import")
        indexes = [models.Index(fields=["-staged_at", "-id"])]

    def __str__(self) -> str:
        return f"{self.source_name} {self.staged_at:%Y-%m-%d %H:%M}"

    @property
    def path(self) -> Path:
        """The private folder; only for a batch that has one."""
        return Path(settings.IMPORTS_ROOT) / self.folder

    def mark(self, name: str) -> Path:
        """A small file beside the folder: what worker and screen tell each other while a transaction is open."""
        return Path(settings.IMPORTS_ROOT) / f"{self.public_id}.{name}"


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


class PreviewRowQuerySet(RowQuerySet["ImportPreviewRow"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Rows of nobody here, and of people this user may see: a preview quotes what stands here."""
        if not can(user, Act.VIEW, ImportBatch):
            return self.none()
        return self.filter(models.Q(person=None) | seen_through(Person, user, "person"))


class ImportPreviewRow(Row):
    """One row of a preview, or one thing wrong with a row; deleted as soon as the import is applied or discarded.

    `changes` maps columns to [before, after]; of rows that are only new or unchanged a sample is kept.
    """

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="preview_rows")
    number = models.PositiveIntegerField()
    kind = models.CharField(_("what happens"), max_length=12, choices=PreviewKind)
    model = models.CharField(_("table"), max_length=40)
    where = models.CharField(_("row"), max_length=500)
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+")
    column = models.CharField(_("column"), max_length=100, blank=True)
    value = models.CharField(_("value"), max_length=200, blank=True)
    sentence = models.TextField(_("what to do"), blank=True)
    changes = models.JSONField(default=dict, blank=True)

    objects = PreviewRowQuerySet.as_manager()

    class Meta:
        ordering = ["batch", "number"]
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="import_preview_row_once")]
        indexes = [models.Index(fields=["batch", "kind", "model", "number"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.model} {self.number}"
