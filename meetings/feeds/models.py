from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.access.models import RowQuerySet, Team, User
from crm.base.models import PublicId, Row
from meetings.feeds.enums import Detail, FeedPurpose, FeedScope
from meetings.scheduling.models import Meeting


class FeedTokenQuerySet(RowQuerySet["FeedToken"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Everybody sees their own links, nobody another's."""
        return self.filter(owner=user) if isinstance(user, User) and user.is_active else self.none()

    def live(self) -> Self:
        """Not taken back, and of somebody who still has an account."""
        return self.filter(revoked_at=None, owner__is_active=True)


class FeedToken(PublicId):
    """A calendar link. The address holds 256 random bits; here is only their keyed digest. Dies with the account."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="feed_tokens")
    scope = models.CharField(_("whose meetings"), max_length=10, choices=FeedScope)
    purpose = models.CharField(_("what it says"), max_length=10, choices=FeedPurpose, default=FeedPurpose.EVENTS)
    team = models.ForeignKey(Team, models.CASCADE, null=True, blank=True, related_name="feed_tokens")
    label = models.CharField(_("where you use it"), max_length=100, blank=True)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField()
    rotated_at = models.DateTimeField(null=True, blank=True)
    last_used_on = models.DateField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = FeedTokenQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("calendar link")
        constraints = [
            models.CheckConstraint(
                condition=Q(scope=FeedScope.TEAM, team__isnull=False) | (~Q(scope=FeedScope.TEAM) & Q(team=None)),
                name="team_link_has_its_team",
            ),
            models.CheckConstraint(
                condition=Q(purpose=FeedPurpose.EVENTS) | Q(scope=FeedScope.PERSONAL), name="busy_link_is_personal"
            ),
        ]

    def __str__(self) -> str:
        return self.label or self.get_scope_display()


class RenderedEvent(Row):
    """One meeting as one detail of calendar reads it, kept so that a feed only joins texts.

    Good for as long as `version` is the meeting's and `made_for` is what `rules.made_for` says now.
    """

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="rendered_events")
    detail = models.CharField(max_length=10, choices=Detail)
    version = models.PositiveIntegerField()
    made_for = models.CharField(max_length=16)
    zone = models.CharField(max_length=60, blank=True)
    body = models.TextField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["meeting", "detail"], name="one_event_per_meeting_and_detail")]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.detail} {self.version}"
