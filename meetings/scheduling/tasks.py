"""What a change of term does with meetings and requests; called from `crm.elections`."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from crm.access.models import User
from crm.activity.actions import link
from crm.activity.models import ActivityEntry
from crm.elections.registry import OrphanSource
from crm.people.models import Person
from meetings.requests.queries import orphaned_meetings, orphaned_requests
from meetings.scheduling.actions import repoint_meeting, repoint_request
from meetings.scheduling.models import Meeting, MeetingRequest


def hand_over_meeting(pk: int, successor: Person, by: User, at: datetime, entry: ActivityEntry) -> None:
    meeting = Meeting.objects.get(pk=pk)
    repoint_meeting(meeting, successor, by=by, at=at)
    link(entry, meeting)


def hand_over_request(pk: int, successor: Person, by: User, at: datetime, entry: ActivityEntry) -> None:
    request = MeetingRequest.objects.get(pk=pk)
    repoint_request(request, successor, by=by, at=at)
    link(entry, request)


ORPHANS = (
    OrphanSource(
        "meetings",
        _("Meetings to come"),
        _("The meeting is cancelled, everybody invited is told, and a draft asks the new holder for a meeting."),
        orphaned_meetings,
        hand_over_meeting,
    ),
    OrphanSource(
        "requests",
        _("Requests for a meeting"),
        _("The request is withdrawn, and a draft asks the new holder for the same."),
        orphaned_requests,
        hand_over_request,
    ),
)
