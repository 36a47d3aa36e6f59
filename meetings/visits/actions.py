"""An office of the day and its meeting: linked by hand, and kept in step on both sides.

A team follows who is invited, and who is invited follows a team. Whichever side changes first is written before the
other hears of it, so that the other finds nothing left to do.
"""

from datetime import datetime

from django.db import transaction

from crm.access.models import User
from crm.activity.actions import record
from crm.base.locking import save_version
from crm.base.rows import lock_owner
from meetings.lobbydays.actions import check_open
from meetings.lobbydays.enums import Unserved
from meetings.lobbydays.errors import AlreadyConfirmedError, OtherMeetingError
from meetings.lobbydays.models import Delegate, LobbyOffice, TeamMember
from meetings.lobbydays.queries import is_confirmed
from meetings.scheduling.actions import AttendeeInput, add_attendee, remove_attendee
from meetings.scheduling.enums import AttendeeRole
from meetings.scheduling.models import Attendee, Meeting
from meetings.scheduling.registry import Change, MeetingChange
from meetings.scheduling.rules import is_running, zone_of
from meetings.visits.queries import attendee_of, meetings_for, member_of
from meetings.visits.rules import delegates_among, is_same, lead_among, next_lead


@transaction.atomic
def link_meeting(office: LobbyOffice, meeting: Meeting, *, version: int, by: User, at: datetime) -> LobbyOffice:
    """A meeting that stands already becomes that of the office: planning keeps its time, and nobody is mailed.

    The team becomes those of the delegation who are invited. The second call changes nothing. Raises
    AlreadyConfirmedError for an office with another meeting, OtherMeetingError, StaleVersionError.
    """
    day = office.lobby_day
    check_open(day)
    lock_owner(day)
    office.refresh_from_db(fields=["meeting", "planned_at"])
    if office.meeting_id == meeting.pk:
        return office
    if is_confirmed(office):
        raise AlreadyConfirmedError
    if not meetings_for(office).filter(pk=meeting.pk).exists():
        raise OtherMeetingError
    starts = meeting.starts_at
    save_version(office, version=version, at=at, meeting=meeting, planned_at=starts, unserved="", is_by_hand=False)
    invited = list(meeting.attendees.filter(removed_at=None))
    team = delegates_among(day.delegates.coming(), invited)
    lead = lead_among(team, invited)
    office.team.all().delete()
    TeamMember.objects.bulk_create(TeamMember(office=office, delegate=each, is_lead=each == lead) for each in team)
    record("lobby_office.linked", office, by=by, at=at, about=(day, office.person, meeting))
    return office


@transaction.atomic
def unlink_meeting(office: LobbyOffice, *, version: int, by: User, at: datetime) -> LobbyOffice:
    """The office is no longer confirmed: planning may move it. The meeting, its time and its people stay.

    The second call changes nothing. Raises StaleVersionError.
    """
    check_open(office.lobby_day)
    lock_owner(office.lobby_day)
    office.refresh_from_db(fields=["meeting", "planned_at"])
    meeting = office.meeting
    if meeting is None:
        return office
    save_version(office, version=version, at=at, meeting=None, planned_at=meeting.starts_at)
    record("lobby_office.unlinked", office, by=by, at=at, about=(office.lobby_day, office.person, meeting))
    return office


def invited_as(delegate: Delegate, is_lead: bool) -> AttendeeInput:
    """A delegate as somebody to invite."""
    role = AttendeeRole.CONSTITUENT if delegate.area_id else AttendeeRole.NOTE_TAKER
    return AttendeeInput(delegate.name, delegate.email, AttendeeRole.LEAD if is_lead else role, delegate.person)


def on_meeting(office: LobbyOffice, delegate: Delegate, *, leads: bool, by: User, at: datetime) -> None:
    """Invite somebody who is on the team now. The second call does nothing; part of a bigger action."""
    meeting = office.meeting
    if meeting is None or not is_running(meeting) or attendee_of(meeting, delegate) is not None:
        return
    meeting.refresh_from_db()
    is_free = not meeting.attendees.filter(removed_at=None, role=AttendeeRole.LEAD).exists()
    add_attendee(meeting, invited_as(delegate, leads and is_free), version=meeting.version, by=by, at=at)


def off_meeting(office: LobbyOffice, delegate: Delegate, *, by: User, at: datetime) -> None:
    """Uninvite somebody who is off the team now. The second call does nothing; part of a bigger action."""
    meeting = office.meeting
    attendee = attendee_of(meeting, delegate) if meeting is not None and is_running(meeting) else None
    if meeting is not None and attendee is not None:
        meeting.refresh_from_db()
        remove_attendee(attendee, version=meeting.version, by=by, at=at)


def off_team(member: TeamMember) -> None:
    """Take somebody off a team; another who can leads if she did. Part of a bigger action."""
    member.delete()
    successor = next_lead(member.office.team.select_related("delegate")) if member.is_lead else None
    if successor is not None:
        TeamMember.objects.filter(pk=successor.pk).update(is_lead=True)


def follow_meeting(change: MeetingChange) -> None:
    """A meeting changed on its own page: the office of the day follows. The second call does nothing."""
    if change.kind not in {Change.MOVED, Change.CANCELLED, Change.ATTENDEE_ADDED, Change.ATTENDEE_REMOVED}:
        return
    found = LobbyOffice.objects.filter(meeting=change.meeting).select_related("lobby_day", "person").first()
    if found is None:
        return
    if change.attendee is None:
        _follow_time(found, change)
    elif change.kind == Change.ATTENDEE_REMOVED:
        _follow_removal(found, change.attendee, change)
    else:
        _follow_guest(found, change.attendee, change)


def _follow_time(office: LobbyOffice, change: MeetingChange) -> None:
    day, meeting = office.lobby_day, change.meeting
    is_there = meeting.starts_at.astimezone(zone_of(day.time_zone)).date() == day.held_on
    if change.kind == Change.MOVED and is_there:
        LobbyOffice.objects.filter(pk=office.pk).update(planned_at=meeting.starts_at)
        return
    office.team.all().delete()
    why = Unserved.CANCELLED
    LobbyOffice.objects.filter(pk=office.pk).update(meeting=None, planned_at=None, unserved=why, is_by_hand=False)


def _follow_removal(office: LobbyOffice, attendee: Attendee, change: MeetingChange) -> None:
    member = member_of(office, attendee)
    if member is not None:
        off_team(member)
        _note(office, member.delegate, change)


def _follow_guest(office: LobbyOffice, attendee: Attendee, change: MeetingChange) -> None:
    coming = office.lobby_day.delegates.coming()
    delegate = next((each for each in coming if is_same(each, attendee)), None)
    if delegate is None or office.team.filter(delegate=delegate).exists():
        return
    leads = delegate.can_lead and not office.team.filter(is_lead=True).exists()
    TeamMember.objects.create(office=office, delegate=delegate, is_lead=leads)
    _note(office, delegate, change)


def _note(office: LobbyOffice, delegate: Delegate, change: MeetingChange) -> None:
    about = (office.lobby_day, office.person, delegate)
    record("lobby_office.team_followed", office, by=change.by, at=change.at, about=about)
