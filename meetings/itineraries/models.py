from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.access.models import RowQuerySet, User
from crm.access.rules import role_of, seen_through
from crm.base.models import PublicId
from meetings.lobbydays.models import STAFF, Delegate


class ItineraryQuerySet(RowQuerySet["Itinerary"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        if role_of(user) not in STAFF:
            return self.none()
        return self.filter(seen_through(Delegate, user, "delegate"))


class Itinerary(PublicId):
    """What one delegate was last told of her day, as ids, times and places: the page behind her link shows this."""

    delegate = models.OneToOneField(Delegate, models.CASCADE, related_name="itinerary")
    number = models.PositiveIntegerField(_("version"), default=1)
    content = models.JSONField(default=list)
    published_at = models.DateTimeField(_("published at"))

    objects = ItineraryQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("itinerary")

    def __str__(self) -> str:
        return f"{self.delegate_id} {self.number}"
