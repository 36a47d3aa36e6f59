"""What stands in a calendar between two moments: meetings and times on offer, in a fixed number of queries."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from crm.access.models import User
from crm.access.rules import seen_through
from meetings.calendars.enums import Whose
from meetings.scheduling.enums import MeetingState
from meetings.scheduling.models import Meeting, MeetingRequest, OfferedTime
from meetings.scheduling.rules import OPEN_REQUEST, WAITING_OFFERS

LIMIT = 500
"""Of each kind on one page; nobody reads more than that."""


@dataclass(frozen=True)
class Entry:
    """A meeting, or a time that is on offer or held (then `offer` is set)."""

    starts_at: datetime
    ends_at: datetime
    zone: str
    title: str
    owner: str
    public_id: str
    state: str
    meeting: Meeting | None = None
    offer: OfferedTime | None = None


def entries(user: User, start: datetime, end: datetime, whose: Whose) -> list[Entry]:
    """Everything this user may see that overlaps the time, in order. Two queries, however many there are."""
    found = [*_meetings(user, start, end, whose), *_offers(user, start, end, whose)]
    return sorted(found, key=lambda each: (each.starts_at, each.ends_at, each.title))


def _meetings(user: User, start: datetime, end: datetime, whose: Whose) -> list[Entry]:
    rows = Meeting.objects.visible_to(user).filter(starts_at__lt=end, ends_at__gt=start)
    rows = rows.exclude(state=MeetingState.CANCELLED)
    if whose != Whose.ALL:
        invited = Q(attendees__user__in=_colleagues(user, whose), attendees__removed_at=None)
        rows = rows.filter(Q(owner__in=_colleagues(user, whose)) | invited).distinct()
    return [
        Entry(
            row.starts_at,
            row.ends_at,
            row.time_zone,
            row.title,
            str(row.owner),
            row.public_id,
            row.get_state_display(),
            meeting=row,
        )
        for row in rows.select_related("owner").order_by("starts_at", "id")[:LIMIT]
    ]


def _offers(user: User, start: datetime, end: datetime, whose: Whose) -> list[Entry]:
    rows: Any = OfferedTime.objects.filter(
        seen_through(MeetingRequest, user, "request"),
        state__in=WAITING_OFFERS,
        request__state__in=OPEN_REQUEST,
        starts_at__lt=end,
        ends_at__gt=start,
    )
    if whose != Whose.ALL:
        rows = rows.filter(request__owner__in=_colleagues(user, whose))
    rows = rows.select_related("request__person", "request__ask", "request__owner").order_by("starts_at", "id")
    return [
        Entry(
            row.starts_at,
            row.ends_at,
            row.time_zone,
            f"{row.request.person.name}: {row.request.ask.title}",
            str(row.request.owner),
            row.request.public_id,
            row.get_state_display(),
            offer=row,
        )
        for row in rows[:LIMIT]
    ]


def _colleagues(user: User, whose: Whose) -> Any:
    """The user, and for a team everybody who is in one with her."""
    if whose == Whose.MINE:
        return [user.pk]
    return User.objects.filter(Q(pk=user.pk) | Q(teams__members=user)).order_by().values("pk")
