from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Role
from crm.access.models import RowQuerySet, User
from crm.access.rules import role_of, seen_through
from crm.base.models import PublicId, Row
from crm.elections.enums import SeatChange
from crm.people.models import Organization, Person, Post


class RollOverQuerySet(RowQuerySet["RollOver"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Of bodies this user may see; only for those who do the registry's work."""
        if role_of(user) not in {Role.COORDINATOR, Role.DIRECTOR, Role.AUDITOR}:
            return self.none()
        return self.filter(seen_through(Organization, user, "organization"))


class RollOver(PublicId):
    """One change of term: the seats of a body on the day before beside those on the day after."""

    name = models.CharField(_("name"), max_length=150)
    organization = models.ForeignKey(Organization, models.PROTECT, verbose_name=_("body"), related_name="+")
    last_day = models.DateField(_("last day of the old term"))
    first_day = models.DateField(_("first day of the new term"))
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    objects = RollOverQuerySet.as_manager()

    class Meta:
        ordering = ["-first_day", "-id"]
        verbose_name = _("change of term")
        verbose_name_plural = _("changes of term")
        constraints = [
            models.UniqueConstraint(fields=["organization", "last_day", "first_day"], name="roll_over_once_per_term")
        ]

    def __str__(self) -> str:
        return self.name


class RolledSeat(Row):
    """What happened to one seat or holder, as of the moment the change of term was started."""

    roll_over = models.ForeignKey(RollOver, models.CASCADE, related_name="seats")
    change = models.CharField(max_length=10, choices=SeatChange)
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    from_post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    old_holder = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+")
    new_holder = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+")

    class Meta:
        ordering = ["change", "post__label", "id"]

    def __str__(self) -> str:
        return f"{self.change} {self.post_id}"
