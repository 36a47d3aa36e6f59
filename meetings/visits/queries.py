from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from crm.access.models import User
from meetings.lobbydays.models import Delegate, LobbyOffice, TeamMember
from meetings.scheduling.enums import MeetingState
from meetings.scheduling.models import Attendee, Meeting
from meetings.visits.rules import is_same


def meetings_for(office: LobbyOffice) -> QuerySet[Meeting]:
    """Confirmed meetings with this policymaker on the day, as clocks at the place count it, that no office has."""
    day = office.lobby_day
    zone = ZoneInfo(day.time_zone)
    first, last = (datetime.combine(day.held_on + timedelta(days=n), time(), tzinfo=zone) for n in (0, 1))
    there: Any = Meeting.objects.filter(person=office.person_id, starts_at__gte=first, starts_at__lt=last)
    rows: QuerySet[Meeting] = there.filter(state=MeetingState.CONFIRMED, lobby_office=None)
    return rows.order_by("starts_at", "id")


def meetings_to_link(office: LobbyOffice, user: User) -> QuerySet[Meeting]:
    """Those of `meetings_for` this user may see."""
    return meetings_for(office).filter(pk__in=Meeting.objects.visible_to(user).order_by().values("pk"))


def attendee_of(meeting: Meeting, delegate: Delegate) -> Attendee | None:
    """The delegate among those who are invited."""
    there = meeting.attendees.filter(removed_at=None)
    return next((each for each in there if is_same(delegate, each)), None)


def member_of(office: LobbyOffice, attendee: Attendee) -> TeamMember | None:
    """Somebody invited, as one of the team."""
    team = office.team.select_related("delegate", "office")
    return next((member for member in team if is_same(member.delegate, attendee)), None)
