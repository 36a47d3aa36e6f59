from django.db import models
from django.utils.translation import gettext_lazy as _


class AreaClassification(models.TextChoices):
    COUNTRY = "country", _("country")
    STATE = "state", _("state or territory")
    DISTRICT = "district", _("congressional district")
    COUNTY = "county", _("county")
    MUNICIPALITY = "municipality", _("municipality")
    OTHER = "other", _("other")
