from django.db import models
from django.utils.translation import gettext_lazy as _


class BulkState(models.TextChoices):
    """planned → running → finished or stopped or failed; a stopped or failed one may run on.

    A planned one that nobody started is thrown away after a day.
    """

    PLANNED = "planned", _("not started")
    RUNNING = "running", _("running")
    FINISHED = "finished", _("finished")
    CANCELLED = "cancelled", _("stopped")
    FAILED = "failed", _("failed")


class BulkOutcome(models.TextChoices):
    """What became of one person of a bulk act; acts add codes of their own for whom they leave out."""

    CHANGED = "changed", _("changed")
    SAME = "same", _("was so already")
    GONE = "gone", _("no longer there for you: hidden, merged or erased since")
    REFUSED = "refused", _("you may not change this person")
    KEPT = "kept", _("kept to a team: only the owner or a director hands this person on or opens it")


def outcome_words(code: str) -> str:
    """What became of somebody, in words; a reason of an act's own is its own words."""
    return str(BulkOutcome(code).label) if code in BulkOutcome.values else code
