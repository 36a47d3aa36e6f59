from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Role
from crm.access.models import RowQuerySet, User
from crm.access.rules import role_of
from crm.activity.models import ActivityEntry
from crm.base.models import PublicId, Row
from crm.bulk.enums import BulkState
from crm.people.models import Person


class BulkActQuerySet(RowQuerySet["BulkAct"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """One's own; directors and auditors see everybody's. Numbers only: whom it was for is asked of the people."""
        role = role_of(user)
        if role in {Role.DIRECTOR, Role.AUDITOR}:
            return self.all()
        return self.filter(started_by=user) if role == Role.COORDINATOR else self.none()


class BulkAct(PublicId):
    """One act on many people: what, on whom, by whom, how far. Everything it changed hangs on `entry`."""

    act = models.CharField(_("act"), max_length=60)
    params = models.JSONField(default=dict)
    query = models.TextField(_("filter"), blank=True)
    state = models.CharField(_("state"), max_length=10, choices=BulkState, default=BulkState.PLANNED)
    total = models.PositiveIntegerField(_("people"), default=0)
    done = models.PositiveIntegerField(_("done"), default=0)
    entry = models.ForeignKey(ActivityEntry, models.PROTECT, null=True, related_name="+")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    started_at = models.DateTimeField(_("started at"))
    moved_at = models.DateTimeField(_("last sign of life"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    objects = BulkActQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-id"]
        verbose_name = _("bulk act")
        indexes = [models.Index(fields=["started_by", "-started_at", "-id"])]

    def __str__(self) -> str:
        return f"{self.act} {self.total}"


class BulkTarget(Row):
    """One person a bulk act is for; `outcome` is empty until it was her turn, then a code or a reason."""

    bulk_act = models.ForeignKey(BulkAct, models.CASCADE, related_name="targets")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["bulk_act", "person"], name="bulk_target_once")]
        indexes = [models.Index(fields=["bulk_act", "outcome", "id"])]

    def __str__(self) -> str:
        return f"{self.bulk_act_id} {self.person_id}"
