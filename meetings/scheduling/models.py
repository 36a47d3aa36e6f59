from typing import Any, Self
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Role
from crm.access.models import RowQuerySet, User
from crm.access.rules import role_of, seen_through
from crm.base.models import AppendOnly, PublicId, Row, Versioned
from crm.issues.models import Ask
from crm.people.models import Organization, Person
from meetings.scheduling.enums import (
    AnswerSource,
    AttendeeRole,
    MeetingFormat,
    MeetingState,
    OfferState,
    PartStat,
    RequestChannel,
    RequestState,
)


def new_uid() -> str:
    """RFC 7986 5.3: a random UUID, no host data."""
    return str(uuid4())


OPEN_STATES = [
    RequestState.DRAFTED,
    RequestState.REQUESTED,
    RequestState.FOLLOWED_UP,
    RequestState.OFFERED,
    RequestState.HELD,
    RequestState.TO_STAFF,
]


class MeetingRequestQuerySet(RowQuerySet["MeetingRequest"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """A request that led to a hidden meeting is as hidden: its times would tell."""
        if role_of(user) not in {Role.COORDINATOR, Role.DIRECTOR, Role.AUDITOR}:
            return self.none()
        seen = Q(meeting__isnull=True) | seen_through(Meeting, user, "meeting")
        return self.filter(seen, seen_through(Person, user, "person"))


class MeetingRequest(PublicId, Versioned):
    """We ask an office for time: one open request per office and ask, whoever of the office is asked.

    `office` stays empty when we know none. An empty `next_action` means what the state asks for anyway.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="meeting_requests")
    ask = models.ForeignKey(Ask, models.PROTECT, related_name="meeting_requests", verbose_name=_("what we ask"))
    state = models.CharField(_("state"), max_length=12, choices=RequestState, default=RequestState.DRAFTED)
    channel = models.CharField(_("asked by"), max_length=12, choices=RequestChannel, default=RequestChannel.EMAIL)
    reference = models.CharField(_("their reference"), max_length=100, blank=True)
    scheduler = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="requests_handled", verbose_name=_("scheduler")
    )
    office = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="meeting_requests", verbose_name=_("office")
    )
    staff_instead = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="requests_taken", verbose_name=_("staff instead")
    )
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="meeting_requests")
    requested_at = models.DateTimeField(_("asked at"), null=True, blank=True)
    next_action = models.CharField(_("what to do next"), max_length=200, blank=True)
    next_action_on = models.DateField(_("follow up on"), null=True, blank=True)

    objects = MeetingRequestQuerySet.as_manager()

    class Meta:
        ordering = ["next_action_on", "id"]
        verbose_name = _("meeting request")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "ask"], condition=Q(state__in=OPEN_STATES), name="one_open_request_per_ask"
            ),
            models.UniqueConstraint(
                fields=["office", "ask"], condition=Q(state__in=OPEN_STATES), name="one_open_request_per_office"
            ),
        ]
        indexes = [models.Index(fields=["state", "next_action_on"])]

    def __str__(self) -> str:
        return f"{self.person_id} {self.get_state_display()}"


class OfferedTime(Row):
    """A time one side offered, in the zone of the place."""

    request = models.ForeignKey(MeetingRequest, models.CASCADE, related_name="offered_times")
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    time_zone = models.CharField(_("time zone"), max_length=60)
    state = models.CharField(max_length=10, choices=OfferState, default=OfferState.OFFERED)

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="offer_ends_after_start"),
            models.UniqueConstraint(fields=["request", "starts_at"], name="time_offered_once"),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} {self.time_zone}"


class Venue(Row):
    name = models.CharField(_("name"), max_length=200)
    address = models.CharField(_("address"), max_length=300, blank=True)
    room = models.CharField(_("room"), max_length=100, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=60)

    class Meta:
        ordering = ["name", "room", "id"]
        verbose_name = _("venue")

    def __str__(self) -> str:
        return ", ".join(part for part in (self.name, self.room, self.address) if part)


class MeetingQuerySet(RowQuerySet["Meeting"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        role = role_of(user)
        if role == Role.DIRECTOR:
            return self.all()
        if role in {Role.COORDINATOR, Role.AUDITOR}:
            seen = Q(is_confidential=False) & seen_through(Person, user, "person")
            return self.filter(seen | Q(owner=user) | Q(pk__in=_attended_by(user)))
        if role == Role.VOLUNTEER:
            return self.filter(pk__in=_attended_by(user))
        return self.none()

    def own_of(self, user: User | AnonymousUser) -> Self:
        """Those `visible_to` shows for the user's own part in them, found by index: owned or invited to."""
        role, invited = role_of(user), Q(pk__in=_attended_by(user))
        if role in {Role.DIRECTOR, Role.COORDINATOR, Role.AUDITOR}:
            return self.filter(Q(owner=user) | invited)
        return self.filter(invited) if role == Role.VOLUNTEER else self.none()


def _attended_by(user: Any) -> Any:
    """Meetings somebody of ours is invited to; whoever was taken off no longer sees them."""
    return Attendee.objects.filter(user=user, removed_at=None).order_by().values("meeting")


class Meeting(PublicId, Versioned):
    """A confirmed meeting. `uid`, `sequence` and `organizer_email` are what calendars know it by (RFC 5545)."""

    uid = models.CharField(max_length=64, unique=True, default=new_uid, editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    request = models.OneToOneField(
        MeetingRequest, models.PROTECT, null=True, blank=True, related_name="meeting", editable=False
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="meetings", verbose_name=_("with"))
    ask = models.ForeignKey(Ask, models.PROTECT, null=True, blank=True, related_name="meetings")
    title = models.CharField(_("title everybody sees"), max_length=200)
    description = models.TextField(_("text everybody sees"), blank=True)
    format = models.CharField(_("format"), max_length=10, choices=MeetingFormat, default=MeetingFormat.IN_PERSON)
    venue = models.ForeignKey(Venue, models.PROTECT, null=True, blank=True, related_name="meetings")
    join_url = models.URLField(_("link to join"), max_length=500, blank=True)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    time_zone = models.CharField(_("time zone of the place"), max_length=60)
    state = models.CharField(_("state"), max_length=12, choices=MeetingState, default=MeetingState.CONFIRMED)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="meetings")
    organizer_name = models.CharField(max_length=200)
    organizer_email = models.CharField(max_length=254)
    is_confidential = models.BooleanField(_("confidential"), default=False)
    is_public = models.BooleanField(_("in the public calendar"), default=False)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        verbose_name = _("meeting")
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="meeting_ends_after_start"),
            models.CheckConstraint(
                condition=Q(is_public=False) | Q(is_confidential=False), name="public_meeting_is_not_confidential"
            ),
        ]
        indexes = [
            models.Index(fields=["person", "starts_at"]),
            models.Index(fields=["starts_at", "id"]),
            # All that a feed asks before it answers that nothing changed.
            models.Index(fields=["owner", "starts_at", "ends_at", "state", "updated_at", "version"]),
        ]

    def __str__(self) -> str:
        return self.title


class AttendeeQuerySet(RowQuerySet["Attendee"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Who is invited is as visible as the meeting."""
        return self.filter(seen_through(Meeting, user, "meeting"))


class Attendee(PublicId):
    """One invited address. The person who gets the mail is always an attendee in her own right."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="attendees")
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="attendances")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="attendances"
    )
    name = models.CharField(_("name"), max_length=200)
    email = models.CharField(_("e-mail"), max_length=254, blank=True)
    role = models.CharField(_("role"), max_length=20, choices=AttendeeRole)
    answers_for = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="answered_by")
    partstat = models.CharField(_("answer"), max_length=15, choices=PartStat, default=PartStat.NEEDS_ACTION)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_sequence = models.PositiveIntegerField(null=True, blank=True)
    answered_dtstamp = models.DateTimeField(null=True, blank=True)
    postcode = models.CharField(_("postcode at home"), max_length=12, blank=True)
    named_to_office_at = models.DateTimeField(_("agreed that the office reads the name"), null=True, blank=True)
    came = models.BooleanField(_("came"), null=True, blank=True)
    reminders_off_at = models.DateTimeField(_("asked for no more reminders"), null=True, blank=True, editable=False)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = AttendeeQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("attendee")
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "email"], condition=~Q(email=""), name="attendee_once_per_meeting"
            ),
            models.UniqueConstraint(
                fields=["meeting"], condition=Q(role=AttendeeRole.LEAD, removed_at=None), name="one_lead_per_meeting"
            ),
        ]
        indexes = [models.Index(fields=["user", "removed_at", "meeting"])]

    def __str__(self) -> str:
        return self.name


class AttendeeAnswer(AppendOnly):
    """One answer of one attendee: by link, by mail or by phone. The newest wins; all are kept."""

    attendee = models.ForeignKey(Attendee, models.CASCADE, related_name="answers")
    partstat = models.CharField(max_length=15, choices=PartStat)
    source = models.CharField(max_length=10, choices=AnswerSource)
    sequence = models.PositiveIntegerField()
    dtstamp = models.DateTimeField(null=True, blank=True)
    comment = models.CharField(max_length=1000, blank=True)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField()

    class Meta:
        ordering = ["answered_at", "id"]

    def __str__(self) -> str:
        return f"{self.attendee_id} {self.partstat}"
