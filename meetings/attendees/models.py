from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Role
from crm.access.models import RowQuerySet, User
from crm.access.rules import role_of, seen_through
from crm.base.models import AppendOnly
from crm.people.models import Person


class ConstituentOfferQuerySet(RowQuerySet["ConstituentOffer"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """As visible as the person, to those who arrange meetings."""
        if role_of(user) not in {Role.COORDINATOR, Role.DIRECTOR, Role.AUDITOR}:
            return self.none()
        return self.filter(seen_through(Person, user, "person"))


class ConstituentOffer(AppendOnly):
    """Somebody agreed to take part in meetings with whoever represents them, or took it back. The newest counts."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="constituent_offers")
    postcode = models.CharField(_("postcode at home"), max_length=12)
    agreed = models.BooleanField(_("agreed to take part"))
    noted_at = models.DateTimeField(_("noted at"))
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = ConstituentOfferQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("offer to take part")
        indexes = [models.Index(fields=["person", "-id"]), models.Index(fields=["postcode", "person"])]

    def __str__(self) -> str:
        return f"{self.person_id} {self.agreed}"
