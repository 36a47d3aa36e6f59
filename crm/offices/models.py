from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.access.models import RowQuerySet, User
from crm.access.rules import seen_through
from crm.base.models import Sourced, Versioned
from crm.offices.enums import AskedBy
from crm.people.models import Organization


class OfficeRulesQuerySet(RowQuerySet["OfficeRules"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """As visible as the office, which is as visible as whoever leads it."""
        return self.filter(seen_through(Organization, user, "organization"))


class OfficeRules(Versioned, Sourced):
    """What an office expects of those who want a meeting."""

    organization = models.OneToOneField(Organization, models.CASCADE, related_name="office_rules")
    asked_by = models.CharField(_("ask by"), max_length=10, choices=AskedBy, blank=True)
    request_url = models.URLField(_("address of the form"), max_length=500, blank=True)
    lead_days = models.PositiveSmallIntegerField(
        _("days ahead"), null=True, blank=True, validators=[MaxValueValidator(365)]
    )
    meeting_minutes = models.PositiveSmallIntegerField(
        _("minutes they give"), null=True, blank=True, validators=[MinValueValidator(5), MaxValueValidator(480)]
    )
    max_people = models.PositiveSmallIntegerField(
        _("people at most"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(500)]
    )
    follow_up_days = models.PositiveSmallIntegerField(
        _("days until we ask again"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(90)]
    )
    cooling_off_days = models.PositiveSmallIntegerField(
        _("days between meetings"), null=True, blank=True, validators=[MaxValueValidator(365)]
    )
    no_attachments = models.BooleanField(_("no attachments in mails"), default=False)
    wants_constituent = models.BooleanField(_("only with a constituent"), default=False)
    note = models.CharField(_("what else to know"), max_length=500, blank=True)

    objects = OfficeRulesQuerySet.as_manager()

    class Meta:
        verbose_name = _("rules of an office")
        verbose_name_plural = _("rules of offices")

    def __str__(self) -> str:
        return str(self.organization_id)
