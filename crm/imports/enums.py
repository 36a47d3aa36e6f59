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


class Outcome(models.TextChoices):
    """What a plan says of one row of the file. Refused rows carry the problem that refused them."""

    CREATED = "created", _("created")
    UPDATED = "updated", _("updated")
    UNCHANGED = "unchanged", _("unchanged")
    REFUSED = "refused", _("not taken")


class ProblemKind(models.TextChoices):
    """Conflict: staff changed it. Error: the value is wrong. Unresolved: it names a row nobody knows."""

    CONFLICT = "conflicts", _("conflict")
    ERROR = "errors", _("error")
    UNRESOLVED = "unresolved", _("unresolved")
