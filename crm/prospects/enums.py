from django.db import models
from django.utils.translation import gettext_lazy as _


class Stage(models.TextChoices):
    """identified ⇄ approached ⇄ engaged ⇄ partner ⇄ champion; any of them → declined; declined → approached.

    One step at a time, forth or back: `crm.prospects.rules.MOVES` says the same to the code.
    """

    IDENTIFIED = "identified", _("identified")
    APPROACHED = "approached", _("approached")
    ENGAGED = "engaged", _("engaged")
    PARTNER = "partner", _("partner")
    CHAMPION = "champion", _("champion")
    DECLINED = "declined", _("declined")
