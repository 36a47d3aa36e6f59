from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Role
from crm.access.models import RowQuerySet, User
from crm.access.rules import role_of
from crm.base.models import PublicId, Versioned
from crm.campaigns.models import Campaign
from crm.people.models import Organization, Owned, Person, owned_by_visible
from crm.prospects.enums import Stage


class ProspectQuerySet(RowQuerySet["Prospect"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        if role_of(user) not in {Role.COORDINATOR, Role.DIRECTOR, Role.AUDITOR}:
            return self.none()
        return self.filter(owned_by_visible(user))


class Prospect(PublicId, Versioned, Owned):
    """Somebody a campaign wants at its side, how far along they are, and why they might come."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name=_("campaign"), related_name="prospects")
    stage = models.CharField(_("stage"), max_length=12, choices=Stage, default=Stage.IDENTIFIED)
    alignment = models.TextField(_("what we share, and what they would gain"), blank=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name=_("with"), related_name="+"
    )
    next_step_on = models.DateField(_("next step by"), null=True, blank=True)
    moved_at = models.DateTimeField(_("in this stage since"))

    objects = ProspectQuerySet.as_manager()

    class Meta(Owned.Meta):
        ordering = ["next_step_on", "id"]
        verbose_name = _("prospect")
        indexes = [
            models.Index(fields=["campaign", "stage", "next_step_on"]),
            models.Index(fields=["assigned_to", "next_step_on"]),
        ]
        constraints = [
            *Owned.Meta.constraints,
            models.UniqueConstraint(fields=["campaign", "person"], name="prospect_once_per_person"),
            models.UniqueConstraint(fields=["campaign", "organization"], name="prospect_once_per_organization"),
        ]

    def __str__(self) -> str:
        return str(self.person or self.organization or "")

    @property
    def who(self) -> Person | Organization | None:
        """The person or the body."""
        return self.person or self.organization
