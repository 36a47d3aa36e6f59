from django.db import models
from django.utils.translation import gettext_lazy as _


class SeatChange(models.TextChoices):
    VACATED = "vacated", _("vacated")
    NEW = "new", _("new holder")
    MOVED = "moved", _("moved to another seat")
    KEPT = "kept", _("re-elected")
