from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.access.models import RowQuerySet, User
from crm.access.rules import seen_through
from crm.base.models import AppendOnly, PublicId
from crm.messaging.models import Message
from meetings.invitations.enums import Method
from meetings.scheduling.models import MeetingRequest, OfferedTime, new_uid


class HoldAttendeeQuerySet(RowQuerySet["HoldAttendee"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Who keeps a time free is as visible as the request."""
        return self.filter(seen_through(MeetingRequest, user, "offered_time__request"))


class HoldAttendee(PublicId):
    """One of ours who keeps an offered time free, with a calendar entry of its own (`uid`).

    `round` counts what the calendar was told to do: it rises with every hold and every release.
    """

    offered_time = models.ForeignKey(OfferedTime, models.CASCADE, related_name="holds")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="holds")
    name = models.CharField(_("name"), max_length=200)
    email = models.CharField(_("e-mail"), max_length=254)
    uid = models.CharField(max_length=64, unique=True, default=new_uid, editable=False)
    round = models.PositiveIntegerField(default=0, editable=False)
    ends_at = models.DateTimeField(_("ends"))
    time_zone = models.CharField(_("time zone"), max_length=60)
    is_held = models.BooleanField(default=False)

    objects = HoldAttendeeQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("hold")
        constraints = [models.UniqueConstraint(fields=["offered_time", "user"], name="one_hold_per_time_and_user")]

    def __str__(self) -> str:
        return self.name


class HoldSend(AppendOnly):
    """One calendar mail planned for one hold; never two for the same round."""

    attendee = models.ForeignKey(HoldAttendee, models.PROTECT, related_name="sends")
    message = models.OneToOneField(Message, models.PROTECT, related_name="hold_send")
    method = models.CharField(max_length=15, choices=Method)
    sequence = models.PositiveIntegerField()
    round = models.PositiveIntegerField()
    dtstamp = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["attendee", "round"], name="one_send_per_hold_round")]

    def __str__(self) -> str:
        return f"{self.method} {self.attendee_id} {self.sequence}"
