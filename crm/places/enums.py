from django.db import models
from django.utils.translation import gettext_lazy as _


class AreaClassification(models.TextChoices):
    COUNTRY = "country", _("country")
    STATE = "state", _("state or territory")
    DISTRICT = "district", _("congressional district")
    COUNTY = "county", _("county")
    MUNICIPALITY = "municipality", _("municipality")
    REGION = "region", _("region or part of a country")
    PROVINCE = "province", _("province or prefecture")
    CONSTITUENCY = "constituency", _("constituency")
    LOWER_DISTRICT = "lower_district", _("district of a lower chamber")
    UPPER_DISTRICT = "upper_district", _("district of an upper chamber")
    WARD = "ward", _("ward or precinct")
    AGGREGATE = "aggregate", _("group of countries")
    OTHER = "other", _("other")
