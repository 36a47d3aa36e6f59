from django.db import models
from django.utils.translation import gettext_lazy as _


class Fate(models.TextChoices):
    """What becomes of one row of a table of delegates."""

    WRONG = "wrong", _("with an error")
    NEW = "new", _("new")
    THERE = "there", _("in the delegation already, stays as it is")
    REPEATED = "repeated", _("twice in the file, taken once")
