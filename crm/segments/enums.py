from django.db import models
from django.utils.translation import gettext_lazy as _


class StepAct(models.TextChoices):
    """What a step does with the people its filter finds. The first step of a segment can only add."""

    ADD = "add", _("add")
    REMOVE = "remove", _("take away")
    LIMIT = "limit", _("keep only")
