from django.db import models
from django.utils.translation import gettext_lazy as _


class RunState(models.TextChoices):
    """What became of a reminder for one start of its meeting; it never becomes anything else."""

    SENT = "sent", _("sent")
    NOBODY = "nobody", _("nobody to remind")
    PASSED = "passed", _("not sent: its moment had passed when the meeting got this time")
    TOO_LATE = "too_late", _("not sent: the meeting had begun")
