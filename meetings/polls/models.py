from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Role
from crm.access.models import RowQuerySet, User
from crm.access.rules import role_of, seen_through
from crm.base.models import PublicId, Row, Versioned, new_public_id
from crm.people.models import Person
from meetings.polls.enums import Choice, PollState
from meetings.scheduling.models import MeetingRequest


class PollQuerySet(RowQuerySet["Poll"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """As visible as its request; a poll of our own is for everybody who plans meetings."""
        if role_of(user) not in {Role.COORDINATOR, Role.DIRECTOR, Role.AUDITOR}:
            return self.none()
        return self.filter(Q(request=None) | seen_through(MeetingRequest, user, "request"))


class Poll(PublicId, Versioned):
    """Which of several times suits people outside. They answer by a personal link until the deadline."""

    request = models.ForeignKey(MeetingRequest, models.PROTECT, null=True, blank=True, related_name="polls")
    title = models.CharField(_("title everybody sees"), max_length=200)
    deadline_at = models.DateTimeField(_("answers until"))
    deadline_zone = models.CharField(max_length=60)
    state = models.CharField(_("state"), max_length=10, choices=PollState, default=PollState.OPEN)
    decided = models.ForeignKey("PollOption", models.SET_NULL, null=True, blank=True, related_name="+")
    shows_names = models.BooleanField(_("everybody sees who answered what"), default=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="polls")
    reminded_on = models.DateField(_("reminded on"), null=True, blank=True)
    answers_told_at = models.DateTimeField(_("owner told of answers"), null=True, blank=True, editable=False)
    end_told_at = models.DateTimeField(_("owner told of the last answer"), null=True, blank=True, editable=False)

    objects = PollQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("poll")
        constraints = [
            models.UniqueConstraint(
                fields=["request"], condition=Q(state=PollState.OPEN), name="one_open_poll_per_request"
            )
        ]

    def __str__(self) -> str:
        return self.title


class PollOption(PublicId):
    """One time to choose, in the zone of the place."""

    poll = models.ForeignKey(Poll, models.CASCADE, related_name="options")
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    time_zone = models.CharField(_("time zone"), max_length=60)

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="poll_option_ends_after_start"),
            models.UniqueConstraint(fields=["poll", "starts_at"], name="poll_option_once"),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} {self.time_zone}"


class PollParticipantQuerySet(RowQuerySet["PollParticipant"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Who is asked is as visible as the poll."""
        return self.filter(seen_through(Poll, user, "poll"))


class PollParticipant(PublicId):
    """Somebody asked by mail; `answered_by` is who answered for them. `invitations` counts the links mailed.

    `told_at` is empty again with every new answer, until the owner of the poll was told of it.
    """

    poll = models.ForeignKey(Poll, models.CASCADE, related_name="participants")
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="poll_participations")
    name = models.CharField(_("name"), max_length=200)
    email = models.CharField(_("e-mail"), max_length=254)
    invitations = models.PositiveIntegerField(default=0)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_by = models.CharField(_("answered by"), max_length=200, blank=True)
    note = models.CharField(_("note"), max_length=1000, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(_("owner told of the answer"), null=True, blank=True, editable=False)

    objects = PollParticipantQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("participant")
        constraints = [models.UniqueConstraint(fields=["poll", "email"], name="poll_asks_once")]

    def __str__(self) -> str:
        return self.name


class PollLink(Row):
    """A link that was mailed. Old ones stay, so that they can say why they no longer work.

    `key` is the random part of the address: 128 bits, useless without the site's own signature.
    """

    participant = models.ForeignKey(PollParticipant, models.CASCADE, related_name="links")
    key = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["participant"], condition=Q(ended_at=None), name="one_live_poll_link")
        ]

    def __str__(self) -> str:
        return f"{self.participant_id} {self.made_at:%Y-%m-%d}"


class PollAnswer(Row):
    """What one participant says to one time; the newest answer counts."""

    participant = models.ForeignKey(PollParticipant, models.CASCADE, related_name="answers")
    option = models.ForeignKey(PollOption, models.CASCADE, related_name="answers")
    choice = models.CharField(max_length=12, choices=Choice)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["participant", "option"], name="one_answer_per_option")]

    def __str__(self) -> str:
        return f"{self.participant_id} {self.option_id} {self.choice}"
