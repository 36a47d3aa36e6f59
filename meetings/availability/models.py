from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Role
from crm.access.models import RowQuerySet, User
from crm.access.rules import role_of, seen_through
from crm.base.models import PublicId, Row, Versioned
from crm.people.models import Organization
from meetings.availability.enums import InstitutionKind, UploadState, Weekday
from meetings.scheduling.models import Venue

PLANNERS = frozenset({Role.COORDINATOR, Role.DIRECTOR, Role.AUDITOR})
"""Who looks for a time for others, and so knows when colleagues work."""


class HoursQuerySet(RowQuerySet["WorkingHours"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.all() if role_of(user) in PLANNERS else self.none()


class WorkingHours(Row):
    """When somebody works on a weekday, by the clocks of their own zone. Without any row: weekdays, 9 to 17."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="working_hours")
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday)
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("to"))

    objects = HoursQuerySet.as_manager()

    class Meta:
        ordering = ["weekday", "starts", "id"]
        verbose_name = _("working hours")
        constraints = [
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="hours_end_after_start"),
            models.UniqueConstraint(fields=["user", "weekday", "starts"], name="hours_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.starts:%H:%M}–{self.ends:%H:%M}"


class ExceptionQuerySet(RowQuerySet["WorkingException"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.all() if role_of(user) in PLANNERS else self.none()


class WorkingException(PublicId):
    """Days on which somebody is off, or works other hours. The last day counts. The newest exception wins."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="working_exceptions")
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"))
    starts = models.TimeField(_("from"), null=True, blank=True)
    ends = models.TimeField(_("to"), null=True, blank=True)

    objects = ExceptionQuerySet.as_manager()

    class Meta:
        ordering = ["first_on", "id"]
        verbose_name = _("working exception")
        constraints = [
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="exception_ends_after_start"),
            models.CheckConstraint(
                condition=Q(starts=None, ends=None) | Q(starts__isnull=False, ends__gt=F("starts")),
                name="exception_off_or_hours",
            ),
            models.UniqueConstraint(
                fields=["user", "first_on", "last_on", "starts"], nulls_distinct=False, name="exception_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_on} – {self.last_on}"


class BusyCalendarQuerySet(RowQuerySet["BusyCalendar"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The owner's alone: an address of a private calendar is a key to it."""
        return self.filter(owner=user) if role_of(user) in PLANNERS else self.none()


class BusyCalendar(PublicId, Versioned):
    """A colleague's own calendar: a file, or an address read anew now and then. Only when it is busy is kept."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="busy_calendars")
    name = models.CharField(_("name"), max_length=100)
    url = models.URLField(_("address"), max_length=1000, blank=True)
    last_read_at = models.DateTimeField(_("last read"), null=True, blank=True)
    last_tried_at = models.DateTimeField(_("last tried"), null=True, blank=True)
    last_problem = models.CharField(_("last problem"), max_length=500, blank=True)

    objects = BusyCalendarQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("my calendar")
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="busy_calendar_name_once")]

    def __str__(self) -> str:
        return self.name


class BusyBlock(Row):
    """Somebody is busy; why is not kept. The minutes since 1970 say the same for the search, outward rounded."""

    calendar = models.ForeignKey(BusyCalendar, models.CASCADE, related_name="blocks")
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    first_minute = models.PositiveIntegerField(editable=False)
    end_minute = models.PositiveIntegerField(editable=False)

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="busy_ends_after_start"),
            models.UniqueConstraint(fields=["calendar", "starts_at"], name="busy_once"),
        ]
        indexes = [models.Index(fields=["calendar", "end_minute", "first_minute"], name="busy_by_minutes")]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}"


class InstitutionCalendarQuerySet(RowQuerySet["InstitutionCalendar"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """As visible as the body."""
        if role_of(user) not in PLANNERS:
            return self.none()
        return self.filter(seen_through(Organization, user, "organization"))


class InstitutionCalendar(PublicId, Versioned):
    """When a chamber or committee sits. `pending` is what a file said that was read but not put in yet, as JSON."""

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="institution_calendars", verbose_name=_("body")
    )
    name = models.CharField(_("name"), max_length=100)
    time_zone = models.CharField(_("time zone"), max_length=60)
    default_kind = models.CharField(_("what its entries are"), max_length=12, choices=InstitutionKind, blank=True)
    pending = models.TextField(blank=True, editable=False)
    last_read_at = models.DateTimeField(_("last read"), null=True, blank=True)
    last_problem = models.CharField(_("last problem"), max_length=500, blank=True)

    objects = InstitutionCalendarQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("institution calendar")
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="institution_calendar_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class InstitutionEvent(Row):
    """A sitting, a recess or a committee's hours. `is_all_day` ones run from midnight to midnight there."""

    calendar = models.ForeignKey(InstitutionCalendar, models.CASCADE, related_name="events")
    kind = models.CharField(_("kind"), max_length=12, choices=InstitutionKind)
    title = models.CharField(_("title"), max_length=200, blank=True)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    is_all_day = models.BooleanField(_("whole days"), default=False)

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="institution_ends_after_start"),
        ]
        indexes = [models.Index(fields=["calendar", "ends_at", "starts_at"], name="institution_by_time")]

    def __str__(self) -> str:
        return self.title or self.get_kind_display()


OPEN_UPLOADS = (UploadState.WAITING, UploadState.READING)


class CalendarUploadQuerySet(RowQuerySet["CalendarUpload"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """One's own, as long as one sees what they are for; without the bytes, which no screen needs."""
        if role_of(user) not in PLANNERS:
            return self.none()
        seen = InstitutionCalendar.objects.visible_to(user)
        return self.filter(Q(institution=None) | Q(institution__in=seen), asked_by=user).defer("raw")

    def under_way(self) -> Self:
        """Waiting or being read, without the bytes."""
        return self.filter(state__in=OPEN_UPLOADS).defer("raw")


class CalendarUpload(PublicId):
    """A calendar file that was handed in, for one calendar of either sort. Its bytes are kept until it is read.

    `version` is that of the institution's calendar it was made for.
    """

    calendar = models.ForeignKey(BusyCalendar, models.CASCADE, null=True, related_name="uploads")
    institution = models.ForeignKey(InstitutionCalendar, models.CASCADE, null=True, related_name="uploads")
    version = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64)
    raw = models.BinaryField(blank=True)
    state = models.CharField(_("state"), max_length=10, choices=UploadState, default=UploadState.WAITING)
    sentence = models.CharField(max_length=500, blank=True)
    language = models.CharField(max_length=10, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    asked_at = models.DateTimeField(_("handed in at"))
    moved_at = models.DateTimeField()

    objects = CalendarUploadQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-id"]
        verbose_name = _("calendar file")
        constraints = [
            models.CheckConstraint(
                condition=Q(calendar=None, institution__isnull=False) | Q(calendar__isnull=False, institution=None),
                name="upload_for_one_calendar",
            ),
            models.UniqueConstraint(
                fields=["calendar"], condition=Q(state__in=OPEN_UPLOADS), name="upload_of_calendar_once"
            ),
            models.UniqueConstraint(
                fields=["institution"], condition=Q(state__in=OPEN_UPLOADS), name="upload_of_institution_once"
            ),
        ]
        indexes = [models.Index(fields=["state", "moved_at"], name="upload_by_state")]

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d %H:%M}"

    @property
    def is_over(self) -> bool:
        return self.state not in OPEN_UPLOADS


class TravelTime(Row):
    """Minutes from one place to another, in both directions; `one` is the place with the smaller key."""

    one = models.ForeignKey(Venue, models.CASCADE, related_name="+", verbose_name=_("from"))
    other = models.ForeignKey(Venue, models.CASCADE, related_name="+", verbose_name=_("to"))
    minutes = models.PositiveSmallIntegerField(_("minutes"))

    class Meta:
        ordering = ["one", "other"]
        verbose_name = _("travel time")
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="travel_once_per_pair"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="travel_between_two_places"),
        ]

    def __str__(self) -> str:
        return str(self.minutes)
