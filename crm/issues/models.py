from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Role
from crm.access.models import RowQuerySet, User
from crm.access.rules import role_of
from crm.base.models import PublicId, Row, Sourced, Versioned
from crm.campaigns.models import Campaign
from crm.issues.enums import Position
from crm.people.models import Person


class Issue(Row):
    """A node of the issue tree that everything can be filed under."""

    name = models.CharField(_("name"), max_length=150)
    slug = models.SlugField(_("short name"), unique=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("issue")

    def __str__(self) -> str:
        return self.name


class Ask(PublicId, Versioned):
    """What we want, of whom, for which bill."""

    title = models.CharField(_("what we ask"), max_length=250)
    detail = models.TextField(_("in full"), blank=True)
    bill = models.CharField(_("bill"), max_length=120, blank=True)
    issue = models.ForeignKey(Issue, models.PROTECT, related_name="asks")
    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, blank=True, related_name="asks")
    is_open = models.BooleanField(_("open"), default=True)

    class Meta:
        ordering = ["title", "id"]
        verbose_name = _("ask")

    def __str__(self) -> str:
        return self.title


class StanceQuerySet(RowQuerySet["Stance"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        if role_of(user) in {Role.COORDINATOR, Role.DIRECTOR, Role.AUDITOR}:
            return self.filter(person__in=Person.objects.visible_to(user))
        return self.none()


class Stance(Sourced):
    """Where a policymaker stood on an ask from a day on. A newer row never overwrites an older one."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="stances")
    ask = models.ForeignKey(Ask, models.PROTECT, related_name="stances")
    position = models.CharField(_("position"), max_length=20, choices=Position)
    evidence = models.CharField(_("evidence"), max_length=500, blank=True)
    observed_on = models.DateField(_("as of"))
    recorded_at = models.DateTimeField(_("recorded at"))

    objects = StanceQuerySet.as_manager()

    class Meta:
        ordering = ["-observed_on", "-id"]
        verbose_name = _("stance")
        indexes = [models.Index(fields=["person", "ask", "-observed_on"])]

    def __str__(self) -> str:
        return self.get_position_display()
