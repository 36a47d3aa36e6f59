from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Role
from crm.access.models import RowQuerySet, User
from crm.access.rules import role_of, seen_through
from crm.base.models import PublicId, Sourced, Versioned
from crm.campaigns.models import Campaign
from crm.issues.enums import Confidence, Position
from crm.people.models import Person


class Issue(Versioned):
    """A node of the issue tree that everything can be filed under. The short name never changes."""

    name = models.CharField(_("name"), max_length=150)
    slug = models.SlugField(_("short name"), unique=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name=_("part of"), related_name="children"
    )

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
    issue = models.ForeignKey(Issue, models.PROTECT, verbose_name=_("issue"), related_name="asks")
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, blank=True, verbose_name=_("campaign"), related_name="asks"
    )
    is_open = models.BooleanField(_("open"), default=True)

    class Meta:
        ordering = ["title", "id"]
        verbose_name = _("ask")

    def __str__(self) -> str:
        return self.title


class StanceQuerySet(RowQuerySet["Stance"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        if role_of(user) in {Role.COORDINATOR, Role.DIRECTOR, Role.AUDITOR}:
            return self.filter(seen_through(Person, user, "person"))
        return self.none()


class Stance(Sourced):
    """Where a policymaker stood on an ask from a day on. A newer row never overwrites an older one.

    A mistake is taken back (`crm.issues.actions.take_back_stance`), so that the one before holds again.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="stances")
    ask = models.ForeignKey(Ask, models.PROTECT, related_name="stances")
    position = models.CharField(_("position"), max_length=20, choices=Position)
    confidence = models.CharField(_("how sure we are"), max_length=10, choices=Confidence, default=Confidence.LIKELY)
    evidence = models.CharField(_("evidence"), max_length=500, blank=True)
    observed_on = models.DateField(_("as of"))
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name=_("recorded by"), related_name="+"
    )

    objects = StanceQuerySet.as_manager()

    class Meta:
        ordering = ["-observed_on", "-id"]
        verbose_name = _("stance")
        indexes = [
            models.Index(fields=["person", "ask", "-observed_on"]),
            models.Index(fields=["ask", "-observed_on"]),
        ]

    def __str__(self) -> str:
        return self.get_position_display()
