from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Role
from crm.access.models import RowQuerySet, User
from crm.access.rules import role_of
from crm.base.models import Sourced
from crm.influence.enums import AssessmentKind
from crm.issues.enums import Position
from crm.issues.models import Issue
from crm.people.models import Organization, Owned, Person, owned_by_visible

SCALE = [MinValueValidator(1), MaxValueValidator(5)]


class InfluenceQuerySet(RowQuerySet["Influence"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        if role_of(user) not in {Role.COORDINATOR, Role.DIRECTOR, Role.AUDITOR}:
            return self.none()
        return self.filter(owned_by_visible(user))


class Influence(Owned, Sourced):
    """How much somebody cares about an issue, how much they can move it, and where they stand: as it is or as wanted.

    Interest and influence run from 1 (none) to 5 (very high). A newer row never overwrites an older one.
    """

    issue = models.ForeignKey(Issue, models.PROTECT, verbose_name=_("issue"), related_name="influences")
    kind = models.CharField(_("this is"), max_length=10, choices=AssessmentKind, default=AssessmentKind.CURRENT)
    interest = models.PositiveSmallIntegerField(_("interest"), validators=SCALE)
    influence = models.PositiveSmallIntegerField(_("influence"), validators=SCALE)
    position = models.CharField(_("position"), max_length=20, choices=Position, blank=True)
    observed_on = models.DateField(_("as of"))
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = InfluenceQuerySet.as_manager()

    class Meta(Owned.Meta):
        ordering = ["-observed_on", "-id"]
        verbose_name = _("influence")
        indexes = [
            models.Index(fields=["issue", "kind", "person", "-observed_on"]),
            models.Index(fields=["person", "-observed_on"]),
        ]

    def __str__(self) -> str:
        return f"{self.interest} × {self.influence}"

    @property
    def owner(self) -> Person | Organization:
        return self.person or self.organization  # type: ignore[return-value]
