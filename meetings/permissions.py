"""Who may do what to the models of this app. Rows are limited further by each model's `visible_to`."""

from crm.access.enums import Role
from crm.access.registry import FULL, READ, WRITE, allow
from crm.activity.registry import register_row_limited
from meetings.scheduling.models import Meeting, MeetingRequest

STAFF_WORK = {Role.COORDINATOR: WRITE, Role.DIRECTOR: FULL, Role.AUDITOR: READ}


def declare() -> None:
    """Fill the permission table; called once when the app is ready."""
    register_row_limited(Meeting)
    register_row_limited(MeetingRequest)
    allow("meetings.Meeting", {Role.VOLUNTEER: READ, **STAFF_WORK})
    for label in ("MeetingRequest", "OfferedTime", "Venue", "Attendee", "AgendaItem", "Outcome", "ReplyReview"):
        allow(f"meetings.{label}", STAFF_WORK)
