from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Role
from crm.access.models import RowQuerySet, User
from crm.access.rules import role_of, seen_through
from crm.base.models import PublicId, Row, Versioned
from crm.people.models import Person

WORKERS = {Role.COORDINATOR, Role.DIRECTOR, Role.AUDITOR}


class SegmentQuerySet(RowQuerySet["Segment"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """One's own and the shared ones."""
        if role_of(user) not in WORKERS:
            return self.none()
        return self.filter(models.Q(is_shared=True) | models.Q(owner=user))


class Segment(PublicId, Versioned):
    """A question about people, asked anew each time it is used. `steps` add, remove and limit, in order."""

    name = models.CharField(_("name"), max_length=150)
    description = models.TextField(_("what it is for"), blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="segments")
    is_shared = models.BooleanField(_("shared with colleagues"), default=False)
    steps = models.JSONField(default=list, blank=True)

    objects = SegmentQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("segment")

    def __str__(self) -> str:
        return self.name


class FrozenListQuerySet(RowQuerySet["FrozenList"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Everybody's, except those kept from a segment somebody else keeps to himself."""
        if role_of(user) not in WORKERS:
            return self.none()
        shared = models.Q(segment=None) | models.Q(segment__is_shared=True) | models.Q(segment__owner=user)
        return self.filter(shared | models.Q(frozen_by=user))


class FrozenList(PublicId):
    """Whom a segment meant at one moment, kept with what it was used for."""

    segment = models.ForeignKey(Segment, models.SET_NULL, null=True, blank=True, related_name="frozen_lists")
    name = models.CharField(_("name"), max_length=150)
    steps = models.JSONField(default=list, blank=True)
    purpose = models.CharField(_("used for"), max_length=200)
    count = models.PositiveIntegerField(_("people"))
    frozen_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    frozen_at = models.DateTimeField(_("at"))

    objects = FrozenListQuerySet.as_manager()

    class Meta:
        ordering = ["-frozen_at", "-id"]
        verbose_name = _("frozen list")

    def __str__(self) -> str:
        return self.name


class FrozenMemberQuerySet(RowQuerySet["FrozenMember"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(seen_through(Person, user, "person"))


class FrozenMember(Row):
    frozen_list = models.ForeignKey(FrozenList, models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")

    objects = FrozenMemberQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["frozen_list", "person"], name="frozen_member_once")]

    def __str__(self) -> str:
        return str(self.person_id)
