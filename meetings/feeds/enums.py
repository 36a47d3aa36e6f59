from django.db import models
from django.utils.translation import gettext_lazy as _


class FeedScope(models.TextChoices):
    """Whose meetings a link shows."""

    PERSONAL = "personal", _("my meetings")
    TEAM = "team", _("my team's meetings")
    PUBLIC = "public", _("meetings marked public")


class FeedPurpose(models.TextChoices):
    """What a link says of them."""

    EVENTS = "events", _("the meetings")
    BUSY = "busy", _("only when I am busy")


class Detail(models.TextChoices):
    """How much of a meeting a calendar entry tells.

    OWN: all that everybody invited reads, and the page of the meeting. GUEST: the same without that page.
    SHARED: title, time and place, no more; of a confidential meeting only that somebody is busy.
    """

    OWN = "own"
    GUEST = "guest"
    SHARED = "shared"
