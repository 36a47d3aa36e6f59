"""Index of the slices' models, so that Django finds them."""

from meetings.agendas.models import AgendaItem
from meetings.invitations.models import InvitationSend, ReplyReview
from meetings.outcomes.models import Outcome
from meetings.scheduling.models import (
    Attendee,
    AttendeeAnswer,
    Meeting,
    MeetingRequest,
    OfferedTime,
    Venue,
)

__all__ = [
    "AgendaItem",
    "Attendee",
    "AttendeeAnswer",
    "InvitationSend",
    "Meeting",
    "MeetingRequest",
    "OfferedTime",
    "Outcome",
    "ReplyReview",
    "Venue",
]
