from django.db import models
from django.utils.translation import gettext_lazy as _


class AssessmentKind(models.TextChoices):
    """As it is, or as we want it to become."""

    CURRENT = "current", _("now")
    WANTED = "wanted", _("wanted")


class Degree(models.IntegerChoices):
    """How much somebody cares, or can move."""

    NONE = 1, _("1 – none")
    LITTLE = 2, _("2 – little")
    SOME = 3, _("3 – some")
    HIGH = 4, _("4 – high")
    VERY_HIGH = 5, _("5 – very high")


class Leaning(models.TextChoices):
    """Which side a position is on; drawn as a shape and a word, never as a colour alone."""

    WITH = "with", _("with us")
    AGAINST = "against", _("against us")
    OPEN = "open", _("undecided")
    UNKNOWN = "unknown", _("position not known")


class NodeKind(models.TextChoices):
    """How somebody is drawn on a power map."""

    OURS = "ours", _("one of ours")
    PERSON = "person", _("person")
    BODY = "body", _("organization")
