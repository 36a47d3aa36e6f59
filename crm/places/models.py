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
