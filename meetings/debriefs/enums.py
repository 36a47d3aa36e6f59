from django.db import models
from django.utils.translation import gettext_lazy as _


class DebriefState(models.TextChoices):
    """new → taken_over (became the outcome) | set_aside."""

    NEW = "new", _("to look at")
    TAKEN_OVER = "taken_over", _("taken over")
    SET_ASIDE = "set_aside", _("set aside")
