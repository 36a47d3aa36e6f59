from django.db import models
from django.utils.translation import gettext_lazy as _


class TaskState(models.TextChoices):
    """open → done | dropped; done | dropped → open (reopened)."""

    OPEN = "open", _("to do")
    DONE = "done", _("done")
    DROPPED = "dropped", _("dropped")


class CommitmentDirection(models.TextChoices):
    THEIRS = "theirs", _("they promised us")
    OURS = "ours", _("we promised them")


class CommitmentState(models.TextChoices):
    """open → kept | partly | broken | lapsed | superseded."""

    OPEN = "open", _("open")
    KEPT = "kept", _("kept")
    PARTLY = "partly", _("partly kept")
    BROKEN = "broken", _("broken")
    LAPSED = "lapsed", _("lapsed")
    SUPERSEDED = "superseded", _("replaced by another")


class OpenThing(models.TextChoices):
    THEIRS = "theirs", _("a promise of theirs")
    OURS = "ours", _("a promise of ours")
    TASK = "task", _("a task")
