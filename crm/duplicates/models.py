from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from crm.access.models import RowQuerySet, User
from crm.access.rules import seen_through
from crm.base.models import Row
from crm.people.models import Organization, Person


class NotDuplicate(Row):
    """Somebody looked and said: these are two. `first` has the smaller key."""

    first = models.ForeignKey(Person, models.CASCADE, related_name="+")
    second = models.ForeignKey(Person, models.CASCADE, related_name="+")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="not_duplicate_once_per_pair")]

    def __str__(self) -> str:
        return f"{self.first_id} ≠ {self.second_id}"


class NotDuplicateOrganization(Row):
    """The same of two bodies."""

    first = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    second = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="not_duplicate_organization_once_per_pair")
        ]

    def __str__(self) -> str:
        return f"{self.first_id} ≠ {self.second_id}"


class DuplicatePairQuerySet(RowQuerySet["DuplicatePair"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Pairs whose two people are both visible."""
        return self.filter(seen_through(Person, user, "first"), seen_through(Person, user, "second"))

    def undecided(self) -> Self:
        """Pairs nobody has called two people yet."""
        decided = NotDuplicate.objects.filter(first=OuterRef("first"), second=OuterRef("second"))
        return self.filter(~Exists(decided))


class DuplicatePair(Row):
    """Two people the last search thinks may be one, with a score from 0 to 100. `first` has the smaller key."""

    first = models.ForeignKey(Person, models.CASCADE, related_name="+")
    second = models.ForeignKey(Person, models.CASCADE, related_name="+")
    score = models.PositiveSmallIntegerField()
    reasons = models.JSONField(default=list)
    found_at = models.DateTimeField()

    objects = DuplicatePairQuerySet.as_manager()

    class Meta:
        ordering = ["-score", "id"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_pair_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="duplicate_pair_in_order"),
        ]
        indexes = [models.Index(fields=["-score", "id"])]

    def __str__(self) -> str:
        return f"{self.first_id} ~ {self.second_id}"


class DuplicateLook(Row):
    """When everybody was last looked through; one row."""

    looked_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.looked_at)
