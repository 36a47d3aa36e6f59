from django.db import models
from django.utils.translation import gettext_lazy as _


class VoteOption(models.TextChoices):
    """Popolo's vote options."""

    YES = "yes", _("yes")
    NO = "no", _("no")
    ABSTAIN = "abstain", _("abstained")
    ABSENT = "absent", _("absent")
    NOT_VOTING = "not voting", _("did not vote")
    PAIRED = "paired", _("paired")


class VoteResult(models.TextChoices):
    PASS = "pass", _("passed")
    FAIL = "fail", _("failed")
    UNKNOWN = "", _("not known")
