from django.db import models
from django.utils.translation import gettext_lazy as _


class Audience(models.TextChoices):
    """Whom a file of a toolkit is made for, in the order the page shows them."""

    SUPPORTERS = "supporters", _("For supporters")
    VOLUNTEERS = "volunteers", _("For volunteers and local groups")
    PARTNERS = "partners", _("For partner organisations")
    OFFICES = "offices", _("For policymakers and their staff")
    PRESS = "press", _("For the press")
