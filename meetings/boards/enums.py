from django.db import models
from django.utils.translation import gettext_lazy as _


class Stage(models.TextChoices):
    """The columns of the board: where a request stands, and what became of its meeting."""

    DRAFTED = "drafted", _("drafted")
    REQUESTED = "requested", _("asked")
    FOLLOWED_UP = "followed_up", _("followed up")
    OFFERED = "offered", _("times offered")
    HELD = "held", _("time held")
    TO_STAFF = "to_staff", _("moved to staff")
    CONFIRMED = "confirmed", _("confirmed")
    DONE = "done", _("done")
    NO_SHOW = "no_show", _("nobody came")
    ENDED = "ended", _("declined or cancelled")
