from django.db import models
from django.utils.translation import gettext_lazy as _


class SeriesState(models.TextChoices):
    """running → ended."""

    RUNNING = "running", _("running")
    ENDED = "ended", _("ended")


class Frequency(models.TextChoices):
    WEEKLY = "WEEKLY", _("weeks")
    MONTHLY = "MONTHLY", _("months, on the same weekday of the month")


class Stay(models.TextChoices):
    """Why a meeting stays as it is when its series changes."""

    EDITED = "edited", _("changed by itself")
    CANCELLED = "cancelled", _("cancelled")
    OVER = "over", _("over or begun")
