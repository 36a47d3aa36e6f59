from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.access.models import RowQuerySet, User
from crm.access.rules import seen_through
from crm.base.models import PublicId, Row, Sourced, Versioned
from crm.issues.models import Ask
from crm.people.models import Organization, Person
from crm.votes.enums import VoteOption, VoteResult


class VoteEventQuerySet(RowQuerySet["VoteEvent"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Every vote of a body this user may see."""
        return self.filter(seen_through(Organization, user, "organization"))


class VoteEvent(PublicId, Versioned, Sourced):
    """Popolo VoteEvent: one division on one motion."""

    identifier = models.CharField(_("number"), max_length=100)
    motion = models.CharField(_("motion"), max_length=300)
    bill = models.CharField(_("bill"), max_length=120, blank=True)
    organization = models.ForeignKey(
        Organization, models.PROTECT, verbose_name=_("body that voted"), related_name="vote_events"
    )
    ask = models.ForeignKey(
        Ask, models.PROTECT, null=True, blank=True, verbose_name=_("about our ask"), related_name="vote_events"
    )
    start_date = models.DateField(_("on"))
    result = models.CharField(_("result"), max_length=10, choices=VoteResult, blank=True)

    objects = VoteEventQuerySet.as_manager()

    class Meta:
        ordering = ["-start_date", "-id"]
        verbose_name = _("vote")
        constraints = [models.UniqueConstraint(fields=["organization", "identifier"], name="vote_event_once_per_body")]

    def __str__(self) -> str:
        return self.motion


class VoteQuerySet(RowQuerySet["Vote"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(seen_through(Person, user, "person"), seen_through(VoteEvent, user, "vote_event"))


class Vote(Row):
    """How one person voted."""

    vote_event = models.ForeignKey(VoteEvent, models.CASCADE, related_name="votes")
    person = models.ForeignKey(Person, models.CASCADE, related_name="votes")
    option = models.CharField(_("vote"), max_length=12, choices=VoteOption)

    objects = VoteQuerySet.as_manager()

    class Meta:
        ordering = ["person__sort_name", "id"]
        verbose_name = _("how somebody voted")
        constraints = [models.UniqueConstraint(fields=["vote_event", "person"], name="vote_once_per_person")]

    def __str__(self) -> str:
        return self.option


class Scorecard(PublicId, Versioned):
    """Votes we rate, so that each policymaker has a score from 0 to 100 (`crm.votes.rules` says how)."""

    title = models.CharField(_("title"), max_length=150)
    description = models.TextField(_("description"), blank=True)

    class Meta:
        ordering = ["title", "id"]
        verbose_name = _("scorecard")

    def __str__(self) -> str:
        return self.title


class ScorecardItem(Row):
    """One rated vote: which way was right, and how much it counts. Never changed: taken away and rated anew."""

    scorecard = models.ForeignKey(Scorecard, models.CASCADE, related_name="items")
    vote_event = models.ForeignKey(VoteEvent, models.PROTECT, verbose_name=_("vote"), related_name="scorecard_items")
    wanted = models.CharField(_("right vote"), max_length=12, choices=VoteOption, default=VoteOption.YES)
    weight = models.PositiveSmallIntegerField(
        _("weight"), default=1, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )

    class Meta:
        ordering = ["id"]
        verbose_name = _("rated vote")
        constraints = [models.UniqueConstraint(fields=["scorecard", "vote_event"], name="vote_rated_once")]

    def __str__(self) -> str:
        return f"{self.vote_event_id} {self.wanted}"
