"""Who of a delegation is who at a meeting. Pure."""

from collections.abc import Iterable

from meetings.lobbydays.models import Delegate, TeamMember
from meetings.scheduling.enums import AttendeeRole
from meetings.scheduling.models import Attendee


def is_same(delegate: Delegate, attendee: Attendee) -> bool:
    """Whether both are one: the same person or address; the same name only where neither has an address."""
    if delegate.person_id and delegate.person_id == attendee.person_id:
        return True
    if delegate.email or attendee.email:
        return delegate.email == attendee.email
    return delegate.name == attendee.name


def delegates_among(delegates: Iterable[Delegate], attendees: Iterable[Attendee]) -> list[Delegate]:
    """Those of a delegation who are among the invited."""
    invited = list(attendees)
    return [each for each in delegates if any(is_same(each, attendee) for attendee in invited)]


def lead_among(delegates: Iterable[Delegate], attendees: Iterable[Attendee]) -> Delegate | None:
    """Who of a team leads it: who leads our side of the meeting, else the first by name, if they can."""
    able = sorted((each for each in delegates if each.can_lead), key=lambda each: (each.name, each.pk))
    heads = [attendee for attendee in attendees if attendee.role == AttendeeRole.LEAD]
    return next(iter([*delegates_among(able, heads), *able]), None)


def next_lead(members: Iterable[TeamMember]) -> TeamMember | None:
    """Who leads when the lead is gone; None when nobody can."""
    able = [member for member in members if member.delegate.can_lead]
    return min(able, key=lambda member: (member.delegate.name, member.pk), default=None)
