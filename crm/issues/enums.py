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


class Confidence(models.TextChoices):
    """How sure we are of a position, whatever the position is."""

    SURE = "sure", _("sure: said, written or voted so")
    LIKELY = "likely", _("likely: somebody close says so")
    GUESS = "guess", _("our guess")


class Direction(models.TextChoices):
    """Which way somebody moved."""

    TOWARD = "toward", _("moved towards us")
    AWAY = "away", _("moved away from us")
    NEW = "new", _("position now known")
