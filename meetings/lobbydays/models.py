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
from crm.issues.models import Ask
from crm.people.models import Organization, Person
from crm.places.models import Area
from meetings.lobbydays.enums import DayState, Unserved
from meetings.scheduling.models import Meeting

STAFF = frozenset({Role.COORDINATOR, Role.DIRECTOR, Role.AUDITOR})


class LobbyDayQuerySet(RowQuerySet["LobbyDay"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.all() if role_of(user) in STAFF else self.none()


class LobbyDay(PublicId, Versioned):
    """Many short meetings of a delegation with many offices, on one day in one zone."""

    title = models.CharField(_("title"), max_length=150)
    held_on = models.DateField(_("day"))
    time_zone = models.CharField(_("time zone of the place"), max_length=60)
    ask = models.ForeignKey(Ask, models.PROTECT, related_name="lobby_days", verbose_name=_("what we ask"))
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="lobby_days")
    state = models.CharField(_("state"), max_length=10, choices=DayState, default=DayState.PLANNING)
    opens = models.TimeField(_("first meeting not before"))
    closes = models.TimeField(_("last meeting ends by"))
    slot_minutes = models.PositiveSmallIntegerField(_("minutes per meeting"), default=20)
    buffer_minutes = models.PositiveSmallIntegerField(_("minutes to spare between meetings"), default=5)
    walk_minutes = models.PositiveSmallIntegerField(_("minutes between two buildings, unless known"), default=10)
    team_size = models.PositiveSmallIntegerField(_("people per team, at most"), default=4)
    max_meetings = models.PositiveSmallIntegerField(_("meetings per person, at most"), default=10)

    objects = LobbyDayQuerySet.as_manager()

    class Meta:
        ordering = ["-held_on", "id"]
        verbose_name = _("lobby day")
        constraints = [
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="lobby_day_closes_after_it_opens"),
            models.CheckConstraint(condition=Q(slot_minutes__gte=5, team_size__gte=1), name="lobby_day_can_be_planned"),
        ]

    def __str__(self) -> str:
        return self.title


class Building(PublicId):
    """A house with offices in it."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    address = models.CharField(_("address"), max_length=300, blank=True)

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("building")

    def __str__(self) -> str:
        return self.name


class WalkingTime(Row):
    """Minutes between two buildings, the same both ways: kept once, the older building first."""

    start = models.ForeignKey(Building, models.CASCADE, related_name="walks_from")
    end = models.ForeignKey(Building, models.CASCADE, related_name="walks_to")
    minutes = models.PositiveSmallIntegerField(_("minutes"))

    class Meta:
        ordering = ["start", "end"]
        constraints = [
            models.UniqueConstraint(fields=["start", "end"], name="walking_time_once"),
            models.CheckConstraint(condition=Q(start__lt=F("end")), name="walking_time_kept_one_way"),
        ]

    def __str__(self) -> str:
        return f"{self.start_id} → {self.end_id}"


class LobbyOfficeQuerySet(RowQuerySet["LobbyOffice"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """As visible as the policymaker and the meeting that was made of it."""
        if role_of(user) not in STAFF:
            return self.none()
        met = Q(meeting__isnull=True) | seen_through(Meeting, user, "meeting")
        return self.filter(met, seen_through(Person, user, "person"))


class LobbyOffice(PublicId, Versioned):
    """An office to visit on the day. With a meeting its time is confirmed and planning never moves it."""

    lobby_day = models.ForeignKey(LobbyDay, models.CASCADE, related_name="offices")
    person = models.ForeignKey(Person, models.PROTECT, related_name="lobby_offices", verbose_name=_("with"))
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, blank=True, related_name="+")
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("district"))
    building = models.ForeignKey(
        Building, models.PROTECT, null=True, blank=True, related_name="lobby_offices", verbose_name=_("building")
    )
    room = models.CharField(_("room"), max_length=100, blank=True)
    free_from = models.TimeField(_("has time from"), null=True, blank=True)
    free_until = models.TimeField(_("has time until"), null=True, blank=True)
    priority = models.PositiveSmallIntegerField(_("priority"), default=2)
    planned_at = models.DateTimeField(_("planned for"), null=True, blank=True)
    unserved = models.CharField(_("why without a time"), max_length=12, choices=Unserved, blank=True)
    is_by_hand = models.BooleanField(_("set by hand"), default=False)
    meeting = models.OneToOneField(Meeting, models.PROTECT, null=True, blank=True, related_name="lobby_office")

    objects = LobbyOfficeQuerySet.as_manager()

    class Meta:
        ordering = ["priority", "id"]
        verbose_name = _("office on a lobby day")
        constraints = [
            models.UniqueConstraint(fields=["lobby_day", "person"], name="lobby_office_once_per_day"),
            models.CheckConstraint(
                condition=Q(free_from=None) | Q(free_until=None) | Q(free_until__gt=F("free_from")),
                name="lobby_office_times_in_order",
            ),
        ]

    def __str__(self) -> str:
        return str(self.person_id)


class DelegateQuerySet(RowQuerySet["Delegate"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """As visible as the person, where the delegate is one we keep."""
        if role_of(user) not in STAFF:
            return self.none()
        return self.filter(Q(person=None) | seen_through(Person, user, "person"))

    def coming(self) -> Self:
        return self.filter(left_at=None)


class Delegate(PublicId, Versioned):
    """Somebody of the delegation. The notes are ours alone: no mail, page, sheet or file of the day carries them."""

    lobby_day = models.ForeignKey(LobbyDay, models.CASCADE, related_name="delegates")
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="delegations")
    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("district"))
    can_lead = models.BooleanField(_("can lead a team"), default=False)
    free_from = models.TimeField(_("can come from"), null=True, blank=True)
    free_until = models.TimeField(_("can stay until"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")
    note = models.TextField(_("internal note"), blank=True)
    left_at = models.DateTimeField(_("dropped out"), null=True, blank=True)

    objects = DelegateQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("delegate")
        constraints = [
            models.UniqueConstraint(
                fields=["lobby_day", "email"], condition=~Q(email=""), name="delegate_once_per_day_and_address"
            ),
            models.UniqueConstraint(
                fields=["lobby_day", "person"], condition=Q(person__isnull=False), name="delegate_once_per_day"
            ),
            models.CheckConstraint(
                condition=Q(free_from=None) | Q(free_until=None) | Q(free_until__gt=F("free_from")),
                name="delegate_times_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TeamMemberQuerySet(RowQuerySet["TeamMember"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        if role_of(user) not in STAFF:
            return self.none()
        return self.filter(seen_through(LobbyOffice, user, "office"), seen_through(Delegate, user, "delegate"))


class TeamMember(Row):
    """One delegate goes to one office; one of the team leads it."""

    office = models.ForeignKey(LobbyOffice, models.CASCADE, related_name="team")
    delegate = models.ForeignKey(Delegate, models.CASCADE, related_name="visits")
    is_lead = models.BooleanField(_("leads"), default=False)

    objects = TeamMemberQuerySet.as_manager()

    class Meta:
        ordering = ["-is_lead", "id"]
        verbose_name = _("team member")
        constraints = [
            models.UniqueConstraint(fields=["office", "delegate"], name="team_member_once"),
            models.UniqueConstraint(fields=["office"], condition=Q(is_lead=True), name="one_lead_per_team"),
        ]

    def __str__(self) -> str:
        return f"{self.office_id} {self.delegate_id}"


class LobbyPlan(Row):
    """What planning made of the day, version by version: ids and minutes only, so that nobody stays named in it."""

    lobby_day = models.ForeignKey(LobbyDay, models.CASCADE, related_name="plans")
    number = models.PositiveIntegerField(_("version"))
    content = models.JSONField()
    moves = models.PositiveIntegerField(_("delegates whose day changed"))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        verbose_name = _("plan of a lobby day")
        constraints = [models.UniqueConstraint(fields=["lobby_day", "number"], name="lobby_plan_number_once")]

    def __str__(self) -> str:
        return str(self.number)
