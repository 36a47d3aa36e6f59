from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.base.dates import PartialDateField
from crm.base.models import PublicId, Row, Sourced
from crm.places.enums import AreaClassification


class Area(PublicId, Sourced):
    """Popolo Area. `identifier` is its Open Civic Data division id, valid for one generation of boundaries."""

    name = models.CharField(_("name"), max_length=200)
    identifier = models.CharField(_("division id"), max_length=200)
    classification = models.CharField(_("kind"), max_length=40, choices=AreaClassification)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    code = models.CharField(_("short code"), max_length=20, blank=True)
    valid_from = PartialDateField(_("valid from"))
    valid_until = PartialDateField(_("valid until"))

    class Meta:
        ordering = ["identifier", "id"]
        verbose_name = _("area")
        constraints = [models.UniqueConstraint(fields=["identifier", "valid_from"], name="area_once_per_generation")]
        indexes = [models.Index(fields=["classification", "code"])]

    def __str__(self) -> str:
        return self.name


class PostcodeArea(Row):
    """Which areas a postcode lies in; a split postcode has several rows whose shares add up to 1."""

    postcode = models.CharField(max_length=12)
    area = models.ForeignKey(Area, models.CASCADE, related_name="postcodes")
    share = models.DecimalField(max_digits=5, decimal_places=4, default=1)

    class Meta:
        ordering = ["postcode", "-share", "id"]
        constraints = [models.UniqueConstraint(fields=["postcode", "area"], name="postcode_area_once")]

    def __str__(self) -> str:
        return f"{self.postcode} {self.area_id}"


class AreaOverlap(Sourced):
    """How much of an area of an older generation lies in one of a newer: shares between 0 and 1."""

    from_area = models.ForeignKey(Area, models.CASCADE, related_name="overlaps_forward")
    to_area = models.ForeignKey(Area, models.CASCADE, related_name="overlaps_back")
    population_share = models.DecimalField(max_digits=7, decimal_places=6, null=True, blank=True)
    area_share = models.DecimalField(max_digits=7, decimal_places=6, null=True, blank=True)

    class Meta:
        ordering = ["from_area", "-population_share", "id"]
        constraints = [models.UniqueConstraint(fields=["from_area", "to_area"], name="area_overlap_once")]

    def __str__(self) -> str:
        return f"{self.from_area_id} → {self.to_area_id}"


class AreaName(Sourced):
    """What an area is called in another language."""

    area = models.ForeignKey(Area, models.CASCADE, related_name="names")
    language = models.CharField(_("language"), max_length=10)
    name = models.CharField(_("name"), max_length=200)

    class Meta:
        ordering = ["language", "id"]
        constraints = [models.UniqueConstraint(fields=["area", "language"], name="area_name_once_per_language")]

    def __str__(self) -> str:
        return self.name


class AreaCode(Sourced):
    """What others call an area: another division id (`ocd-alias`), an ISO code, a statistics office's code."""

    area = models.ForeignKey(Area, models.CASCADE, related_name="codes")
    scheme = models.CharField(_("scheme"), max_length=60)
    code = models.CharField(_("code"), max_length=200)

    class Meta:
        ordering = ["scheme", "code", "id"]
        constraints = [models.UniqueConstraint(fields=["scheme", "code", "area"], name="area_code_once")]

    def __str__(self) -> str:
        return f"{self.scheme}:{self.code}"


class AreaStatistic(Sourced):
    """One figure for one area and year, in the unit its indicator names."""

    area = models.ForeignKey(Area, models.CASCADE, related_name="statistics")
    indicator = models.CharField(_("indicator"), max_length=60)
    year = models.PositiveSmallIntegerField(_("year"))
    value = models.DecimalField(_("value"), max_digits=24, decimal_places=6)

    class Meta:
        ordering = ["indicator", "-year", "id"]
        constraints = [
            models.UniqueConstraint(fields=["area", "indicator", "year"], name="area_statistic_once_per_year")
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.year}"
