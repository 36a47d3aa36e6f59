from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportMode(models.TextChoices):
    SKIP = "skip", _("leave what is there")
    FILL = "fill", _("fill what is empty")
    UPDATE = "update", _("update what changed")


class ImportState(models.TextChoices):
    """staged → checking → previewed → applying → applied → undoing → undone.

    Checking, applying and undoing are work of a task; what it had begun is done anew when it died. Until it is
    applied an import can be cancelled, fail, and be discarded: then its file is gone. A cancelled or failed one may be
    checked again. Applying goes back to previewed when the registry changed; a stopped undoing back to applied.
    """

    STAGED = "staged", _("handed in")
    CHECKING = "checking", _("being checked")
    PREVIEWED = "previewed", _("ready to apply")
    APPLYING = "applying", _("being applied")
    APPLIED = "applied", _("applied")
    UNDOING = "undoing", _("being taken back")
    UNDONE = "undone", _("taken back")
    CANCELLED = "cancelled", _("stopped")
    FAILED = "failed", _("failed")
    DISCARDED = "discarded", _("discarded")


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


class PreviewKind(models.TextChoices):
    """What a row of a preview says: an outcome, or what is wrong. Missing: the source no longer holds it."""

    CREATED = "created", _("new")
    UPDATED = "updated", _("changed")
    UNCHANGED = "unchanged", _("unchanged")
    CONFLICT = "conflicts", _("conflict")
    ERROR = "errors", _("error")
    UNRESOLVED = "unresolved", _("unresolved")
    MISSING = "missing", _("gone from the source")
    SEATS = "seats", _("seats that change hands")


TAKEN = (PreviewKind.CREATED, PreviewKind.UPDATED, PreviewKind.UNCHANGED)
PROBLEMS = (PreviewKind.ERROR, PreviewKind.CONFLICT, PreviewKind.UNRESOLVED, PreviewKind.MISSING)
WORKING = (ImportState.CHECKING, ImportState.APPLYING, ImportState.UNDOING)
