from django.db import models
from django.utils.translation import gettext_lazy as _


class Residence(models.TextChoices):
    """Where somebody lives, seen from a district."""

    DISTRICT = "district", _("lives in the district")
    ELSEWHERE = "elsewhere", _("lives elsewhere")
    UNKNOWN = "unknown", _("not known where they live")
