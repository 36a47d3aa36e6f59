from django.db import models
from django.utils.translation import gettext_lazy as _


class PollState(models.TextChoices):
    """open → closed, with the option that was decided or without one."""

    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")


class Choice(models.TextChoices):
    """What somebody says to one time."""

    YES = "yes", _("yes")
    IF_NEED_BE = "if_need_be", _("if need be")
    NO = "no", _("no")
