from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Role
from crm.access.models import RowQuerySet, User
from crm.access.rules import role_of, seen_through
from crm.base.models import PublicId, Row, Versioned
from crm.followups.models import Task
from meetings.agendas.models import AgendaItem
from meetings.scheduling.models import Meeting
from meetings.series.enums import SeriesState


class MeetingSeriesQuerySet(RowQuerySet["MeetingSeries"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """As visible as the meeting it was made from, but not to volunteers."""
        if role_of(user) not in {Role.COORDINATOR, Role.DIRECTOR, Role.AUDITOR}:
            return self.none()
        return self.filter(seen_through(Meeting, user, "first_meeting"))


class MeetingSeries(PublicId, Versioned):
    """Single meetings by one rule. Each has its own UID: an office never gets a recurring event.

    `rule` is an RFC 5545 RRULE over days from `first_on`; `starts_at_time` is what clocks at the place show.
    """

    first_meeting = models.OneToOneField(Meeting, models.PROTECT, related_name="series_begun")
    rule = models.CharField(_("rule"), max_length=120)
    first_on = models.DateField(_("first day"))
    starts_at_time = models.TimeField(_("starts"))
    duration_minutes = models.PositiveIntegerField(_("minutes"))
    time_zone = models.CharField(_("time zone of the place"), max_length=60)
    planned_until = models.DateField(_("planned until"))
    state = models.CharField(_("state"), max_length=10, choices=SeriesState, default=SeriesState.RUNNING)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = MeetingSeriesQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("series of meetings")

    def __str__(self) -> str:
        return f"{self.first_on} {self.rule}"


class SeriesOccurrence(Row):
    """One meeting of a series. It was moved by hand when it no longer stands at its planned times."""

    series = models.ForeignKey(MeetingSeries, models.CASCADE, related_name="occurrences")
    occurs_on = models.DateField(_("day by the rule"))
    meeting = models.OneToOneField(Meeting, models.CASCADE, related_name="occurrence")
    planned_starts_at = models.DateTimeField()
    planned_ends_at = models.DateTimeField()

    class Meta:
        ordering = ["occurs_on", "id"]
        constraints = [models.UniqueConstraint(fields=["series", "occurs_on"], name="series_day_once")]

    def __str__(self) -> str:
        return f"{self.series_id} {self.occurs_on}"


class CarriedItem(Row):
    """An open point that went on to the next meeting: once."""

    from_item = models.OneToOneField(AgendaItem, models.CASCADE, related_name="carried_to")
    to_meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="items_carried_in")
    carried_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.from_item_id} {self.to_meeting_id}"


class CarriedTask(Row):
    """An undone task that the next meeting has to hear of; the task itself stays one task."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="carried_to")
    from_meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="tasks_carried_out")
    to_meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="tasks_carried_in")
    carried_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["task", "from_meeting"], name="task_carried_once")]

    def __str__(self) -> str:
        return f"{self.task_id} {self.to_meeting_id}"
