from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Role
from crm.access.models import RowQuerySet, User
from crm.access.rules import role_of, seen_through
from crm.base.models import PublicId, Row, Versioned
from crm.issues.enums import Position
from crm.issues.models import Ask
from crm.people.models import Organization, Person, Post

BOARD_ROLES = {Role.COORDINATOR, Role.DIRECTOR, Role.AUDITOR}


class TargetListQuerySet(RowQuerySet["TargetList"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Every board, except one of a body whose name would give somebody hidden away."""
        if role_of(user) not in BOARD_ROLES:
            return self.none()
        bodies = Organization.objects.visible_to(user).order_by().values("pk")
        return self.filter(models.Q(organization=None) | models.Q(organization__in=bodies))


class TargetList(PublicId, Versioned):
    """Whose votes one ask needs: the whip board of a committee or chamber."""

    name = models.CharField(_("name"), max_length=150)
    ask = models.ForeignKey(Ask, models.PROTECT, verbose_name=_("ask"), related_name="target_lists")
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, verbose_name=_("body that votes"), related_name="+"
    )
    is_open = models.BooleanField(_("open"), default=True)

    objects = TargetListQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("whip board")

    def __str__(self) -> str:
        return self.name


class Quota(Row):
    """How many we need on our side by when: “3 more before mark-up”. Never changed: taken away and set anew."""

    target_list = models.ForeignKey(TargetList, models.CASCADE, related_name="quotas")
    milestone = models.CharField(_("before"), max_length=100)
    needed = models.PositiveSmallIntegerField(_("votes needed"))
    due_on = models.DateField(_("due"), null=True, blank=True)

    class Meta:
        ordering = ["due_on", "id"]
        verbose_name = _("quota")
        constraints = [models.UniqueConstraint(fields=["target_list", "milestone"], name="quota_once_per_milestone")]

    def __str__(self) -> str:
        return self.milestone


class TargetQuerySet(RowQuerySet["Target"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        if role_of(user) not in BOARD_ROLES:
            return self.none()
        return self.filter(seen_through(Person, user, "person"), seen_through(TargetList, user, "target_list"))

    def current(self) -> Self:
        """Those who are still targets."""
        return self.filter(left_at=None)


class Target(PublicId, Versioned):
    """One person on a whip board, in the seat that makes the vote count; the stance is read from the record."""

    target_list = models.ForeignKey(TargetList, models.CASCADE, related_name="targets")
    person = models.ForeignKey(Person, models.CASCADE, related_name="targets")
    post = models.ForeignKey(Post, models.PROTECT, null=True, blank=True, related_name="targets")
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name=_("with"), related_name="+"
    )
    wanted = models.CharField(_("wanted"), max_length=20, choices=Position, default=Position.SUPPORT)
    is_champion = models.BooleanField(_("champion"), default=False)
    note = models.CharField(_("note"), max_length=300, blank=True)
    left_at = models.DateTimeField(_("no longer a target since"), null=True, blank=True)

    objects = TargetQuerySet.as_manager()

    class Meta:
        ordering = ["person__sort_name", "id"]
        verbose_name = _("target")
        constraints = [models.UniqueConstraint(fields=["target_list", "person"], name="target_once_per_list")]

    def __str__(self) -> str:
        return str(self.person_id)
