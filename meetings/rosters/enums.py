from django.db import models
from django.utils.translation import gettext_lazy as _


class Fate(models.TextChoices):
    """What becomes of one row of a table of delegates."""

    WRONG = "wrong", _("has an error")
    NEW = "new", _("comes along")
    THERE = "there", _("is in the delegation already, stays as it is")
    REPEATED = "repeated", _("stands in the file twice, taken once")
