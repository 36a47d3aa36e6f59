from django.db import models
from django.utils.translation import gettext_lazy as _


class Position(models.TextChoices):
    """Where somebody stands, from least to most with us."""

    OPPOSE = "oppose", _("opposes")
    LEAN_OPPOSE = "lean_oppose", _("leans against")
    UNDECIDED = "undecided", _("undecided")
    LEAN_SUPPORT = "lean_support", _("leans in favour")
    SUPPORT = "support", _("supports")
    CHAMPION = "champion", _("champions")
