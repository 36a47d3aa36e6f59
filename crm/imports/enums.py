from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportMode(models.TextChoices):
    SKIP = "skip", _("leave what is there")
    FILL = "fill", _("fill what is empty")
    UPDATE = "update", _("update what changed")


class ImportState(models.TextChoices):
    """applied → undone."""

    APPLIED = "applied", _("applied")
    UNDONE = "undone", _("taken back")


class RowAct(models.TextChoices):
    CREATED = "created", _("created")
    UPDATED = "updated", _("updated")
