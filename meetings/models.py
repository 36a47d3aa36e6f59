"""Index of the slices' models, so that Django finds them."""

from meetings.agendas.models import AgendaDocument, AgendaItem
from meetings.attendees.models import ConstituentOffer
from meetings.availability.models import (
    BusyBlock,
    BusyCalendar,
    CalendarUpload,
    InstitutionCalendar,
    InstitutionEvent,
    TravelTime,
    WorkingException,
    WorkingHours,
)
from meetings.debriefs.models import Debrief
from meetings.feeds.models import FeedToken, RenderedEvent
from meetings.holds.models import HoldAttendee, HoldSend
from meetings.invitations.models import InvitationSend, ReplyReview
from meetings.itineraries.models import Itinerary
from meetings.lobbydays.models import (
    Building,
    Delegate,
    LobbyDay,
    LobbyOffice,
    LobbyPlan,
    TeamMember,
    WalkingTime,
)
from meetings.outcomes.models import Outcome
from meetings.polls.models import Poll, PollAnswer, PollLink, PollOption, PollParticipant
from meetings.reminders.models import Reminder, ReminderRun
from meetings.requests.models import RequestNote
from meetings.scheduling.models import (
    Attendee,
    AttendeeAnswer,
    Meeting,
    MeetingRequest,
    OfferedTime,
    Venue,
)
from meetings.series.models import CarriedItem, CarriedTask, MeetingSeries, SeriesOccurrence

__all__ = [
    "AgendaDocument",
    "AgendaItem",
    "Attendee",
    "AttendeeAnswer",
    "Building",
    "BusyBlock",
    "BusyCalendar",
    "CalendarUpload",
    "CarriedItem",
    "CarriedTask",
    "ConstituentOffer",
    "Debrief",
    "Delegate",
    "FeedToken",
    "HoldAttendee",
    "HoldSend",
    "InstitutionCalendar",
    "InstitutionEvent",
    "InvitationSend",
    "Itinerary",
    "LobbyDay",
    "LobbyOffice",
    "LobbyPlan",
    "Meeting",
    "MeetingRequest",
    "MeetingSeries",
    "OfferedTime",
    "Outcome",
    "Poll",
    "PollAnswer",
    "PollLink",
    "PollOption",
    "PollParticipant",
    "Reminder",
    "ReminderRun",
    "RenderedEvent",
    "ReplyReview",
    "RequestNote",
    "SeriesOccurrence",
    "TeamMember",
    "TravelTime",
    "Venue",
    "WalkingTime",
    "WorkingException",
    "WorkingHours",
]
