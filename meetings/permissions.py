"""Who may do what to the models of this app. Rows are limited further by each model's `visible_to`."""

from crm.access.enums import Role
from crm.access.registry import FULL, READ, WRITE, allow
from crm.activity.registry import register_row_limited
from meetings.availability.models import BusyCalendar, InstitutionCalendar
from meetings.feeds.models import FeedToken
from meetings.lobbydays.models import Delegate, LobbyOffice
from meetings.polls.models import Poll
from meetings.scheduling.models import Meeting, MeetingRequest

STAFF_WORK = {Role.COORDINATOR: WRITE, Role.DIRECTOR: FULL, Role.AUDITOR: READ}

STAFF_MODELS = (
    "AgendaDocument",
    "AgendaItem",
    "Attendee",
    "Building",
    "BusyCalendar",
    "CalendarUpload",
    "ConstituentOffer",
    "InstitutionCalendar",
    "Debrief",
    "Delegate",
    "HoldAttendee",
    "Itinerary",
    "LobbyDay",
    "LobbyOffice",
    "LobbyPlan",
    "MeetingRequest",
    "MeetingSeries",
    "OfferedTime",
    "Outcome",
    "Poll",
    "PollParticipant",
    "Reminder",
    "ReminderRun",
    "ReplyReview",
    "RequestNote",
    "TeamMember",
    "TravelTime",
    "Venue",
    "WalkingTime",
    "WorkingException",
    "WorkingHours",
)


def declare() -> None:
    """Fill the permission table; called once when the app is ready."""
    for model in (Meeting, MeetingRequest, Poll, FeedToken, LobbyOffice, Delegate, BusyCalendar, InstitutionCalendar):
        register_row_limited(model)
    allow("meetings.Meeting", {Role.VOLUNTEER: READ, **STAFF_WORK})
    allow("meetings.FeedToken", dict.fromkeys((Role.VOLUNTEER, *STAFF_WORK), WRITE))
    for label in STAFF_MODELS:
        allow(f"meetings.{label}", STAFF_WORK)
