from datetime import datetime, timedelta
from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.access.models import RowQuerySet, User
from crm.access.rules import seen_through
from crm.base.models import AppendOnly, PublicId
from meetings.reminders.enums import RunState
from meetings.scheduling.enums import AttendeeRole
from meetings.scheduling.models import Attendee, Meeting


class ReminderQuerySet(RowQuerySet["Reminder"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """As visible as the meeting."""
        return self.filter(seen_through(Meeting, user, "meeting"))


class Reminder(PublicId):
    """A mail so long before a meeting, to our side. It holds no moment of its own, so it moves with the meeting.

    Without role and attendee everybody of our side is reminded.
    """

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="reminders")
    before = models.DurationField(_("how long before the start"))
    role = models.CharField(_("only this role"), max_length=20, choices=AttendeeRole, blank=True)
    attendee = models.ForeignKey(Attendee, models.CASCADE, null=True, blank=True, related_name="reminders")
    created_at = models.DateTimeField(_("created at"))

    objects = ReminderQuerySet.as_manager()

    class Meta:
        ordering = ["-before", "id"]
        verbose_name = _("reminder")
        constraints = [
            models.CheckConstraint(condition=Q(before__gt=timedelta(0)), name="reminder_before_start"),
            models.CheckConstraint(condition=Q(role="") | Q(attendee=None), name="reminder_one_audience"),
            models.UniqueConstraint(
                fields=["meeting", "before", "role"], condition=Q(attendee=None), name="reminder_once_per_role"
            ),
            models.UniqueConstraint(
                fields=["meeting", "before", "attendee"],
                condition=Q(attendee__isnull=False),
                name="reminder_once_per_attendee",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.before}"

    def due_at(self, starts_at: datetime) -> datetime:
        return starts_at - self.before


class ReminderRun(AppendOnly):
    """The done-mark: what became of a reminder for one start. Unique, so two workers cannot both remind."""

    reminder = models.ForeignKey(Reminder, models.CASCADE, related_name="runs")
    starts_at = models.DateTimeField(_("start it was for"))
    state = models.CharField(_("what became of it"), max_length=10, choices=RunState)
    sent_count = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField()

    class Meta:
        ordering = ["done_at", "id"]
        constraints = [models.UniqueConstraint(fields=["reminder", "starts_at"], name="reminder_once_per_start")]

    def __str__(self) -> str:
        return f"{self.reminder_id} {self.state}"
