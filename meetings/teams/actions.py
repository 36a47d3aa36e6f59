"""Who goes where: planning, changes by hand, confirming an office, and dropping out."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from crm.access.models import User
from crm.activity.actions import record
from crm.base.locking import save_version
from crm.base.rows import lock_owner
from meetings.lobbydays.actions import check_open
from meetings.lobbydays.enums import Broken
from meetings.lobbydays.errors import (
    AlreadyConfirmedError,
    LastOfTeamError,
    NoPlannedTimeError,
    NotFittingError,
    NothingToPlanError,
    RequestDraftError,
)
from meetings.lobbydays.models import Delegate, LobbyDay, LobbyOffice, LobbyPlan, TeamMember
from meetings.lobbydays.planner import make_plan
from meetings.lobbydays.queries import is_confirmed, moment_of, problem_of, starts_at, visits_of
from meetings.lobbydays.rules import Plan, Visit, broken_rules, moves_between
from meetings.scheduling.actions import confirm_meeting, request_meeting
from meetings.scheduling.enums import MeetingFormat, RequestChannel, RequestState
from meetings.scheduling.models import Meeting, MeetingRequest, Venue
from meetings.scheduling.rules import OPEN_REQUEST
from meetings.visits.actions import invited_as, off_meeting, off_team, on_meeting


@transaction.atomic
def plan_day(day: LobbyDay, *, by: User, at: datetime) -> LobbyPlan | None:
    """Plan, or plan again: confirmed meetings stay as they are, the rest changes as little as may be.

    Saves a version and gives it. A second call without a change in between writes nothing and gives the version
    that stands. Raises NothingToPlanError.
    """
    check_open(day)
    lock_owner(day)
    problem, before = problem_of(day), visits_of(day)
    if not problem.stops or not problem.walkers:
        raise NothingToPlanError
    plan = make_plan(problem, before)
    last = day.plans.first()
    content = _content(plan)
    if last is not None and last.content == content and plan.visits == before:
        return last
    moves = moves_between(before, plan.visits)
    version = LobbyPlan.objects.create(
        lobby_day=day,
        number=last.number + 1 if last else 1,
        content=content,
        moves=moves,
        created_by=by,
        created_at=at,
    )
    _write(day, plan, by, at)
    data = {"number": version.number, "offices": len(plan.visits), "moves": moves}
    record("lobby_day.planned", day, by=by, at=at, about=(day.ask,), data=data)
    return version


def _content(plan: Plan) -> dict[str, Any]:
    """The plan as JSON: what it says, not who."""
    return {
        "visits": {key: [visit.start, visit.lead, list(visit.team)] for key, visit in plan.visits.items()},
        "unserved": {key: why.value for key, why in plan.unserved.items()},
        "conflicts": [[rule.value, list(keys)] for rule, keys in plan.conflicts],
    }


def _write(day: LobbyDay, plan: Plan, by: User, at: datetime) -> None:
    delegates = {each.public_id: each for each in day.delegates.filter(left_at=None)}
    for office in day.offices.select_related("meeting", "person", "building", "lobby_day"):
        visit = plan.visits.get(office.public_id)
        why = plan.unserved.get(office.public_id, "")
        moment = moment_of(day, visit.start) if visit else starts_at(office) if is_confirmed(office) else None
        if (office.planned_at, office.unserved) != (moment, why):
            LobbyOffice.objects.filter(pk=office.pk).update(planned_at=moment, unserved=why)
        set_team(office, visit, delegates, by=by, at=at)


def set_team(
    office: LobbyOffice, visit: Visit | None, delegates: Mapping[str, Delegate], *, by: User, at: datetime
) -> None:
    """Make the rows of a team, and the attendees of its meeting, what `visit` says. Part of a bigger action."""
    wanted = set(visit.team) if visit else set()
    there = {member.delegate.public_id: member for member in office.team.select_related("delegate")}
    for key in sorted(set(there) - wanted):
        there[key].delete()
        off_meeting(office, there[key].delegate, by=by, at=at)
    lead = visit.lead if visit else ""
    office.team.filter(is_lead=True).exclude(delegate__public_id=lead).update(is_lead=False)
    for key in sorted(wanted - set(there)):
        TeamMember.objects.create(office=office, delegate=delegates[key])
        on_meeting(office, delegates[key], leads=key == lead, by=by, at=at)
    office.team.filter(delegate__public_id=lead, is_lead=False).update(is_lead=True)


@transaction.atomic
def join_team(office: LobbyOffice, delegate: Delegate, *, by: User, at: datetime, leads: bool = False) -> None:
    """Put a delegate on a team by hand, perhaps as its lead. Planning keeps it. The second call changes nothing.

    Raises NotFittingError with the rule of the day it would break.
    """
    visit = _visit_of(office)
    lead = delegate.public_id if leads else visit.lead
    team = tuple(sorted({*visit.team, delegate.public_id}))
    _by_hand(office, visit, Visit(visit.start, lead or delegate.public_id, team), by, at)


@transaction.atomic
def leave_team(office: LobbyOffice, delegate: Delegate, *, by: User, at: datetime) -> None:
    """Take a delegate off a team by hand; somebody else who can leads if she did. The second call changes nothing.

    Raises LastOfTeamError when nobody is left who can lead.
    """
    visit = _visit_of(office)
    if delegate.public_id not in visit.team:
        return
    rest = [key for key in visit.team if key != delegate.public_id]
    able = office.lobby_day.delegates.filter(public_id__in=rest, can_lead=True).order_by("public_id")
    lead = visit.lead if visit.lead in rest else able.values_list("public_id", flat=True).first()
    if not lead:
        raise LastOfTeamError
    _by_hand(office, visit, Visit(visit.start, lead, tuple(rest)), by, at)


@transaction.atomic
def set_time(office: LobbyOffice, *, start: int, by: User, at: datetime) -> None:
    """Give an office another minute of the day by hand. Planning keeps it. The second call changes nothing.

    Raises AlreadyConfirmedError for a confirmed one, NotFittingError with the rule of the day it would break.
    """
    if is_confirmed(office):
        raise AlreadyConfirmedError
    visit = _visit_of(office)
    _by_hand(office, visit, Visit(start, visit.lead, visit.team), by, at)


def _visit_of(office: LobbyOffice) -> Visit:
    day = office.lobby_day
    check_open(day)
    lock_owner(day)
    visit = visits_of(day).get(office.public_id)
    if visit is None:
        raise NoPlannedTimeError
    return visit


def _by_hand(office: LobbyOffice, before: Visit, after: Visit, by: User, at: datetime) -> None:
    if after == before:
        return
    day = office.lobby_day
    problem, visits = problem_of(day), visits_of(day)
    known = {rule for rule, _keys in broken_rules(problem, visits)}
    broken = [rule for rule, _keys in broken_rules(problem, visits | {office.public_id: after}) if rule not in known]
    if broken:
        raise NotFittingError(Broken(broken[0]).label)
    moment = moment_of(day, after.start)
    LobbyOffice.objects.filter(pk=office.pk).update(is_by_hand=True, planned_at=moment, unserved="")
    delegates = {each.public_id: each for each in day.delegates.filter(left_at=None)}
    set_team(office, after, delegates, by=by, at=at)
    record("lobby_office.set_by_hand", office, by=by, at=at, about=(day, office.person))


@transaction.atomic
def drop_delegate(delegate: Delegate, *, version: int, by: User, at: datetime) -> Delegate:
    """Somebody cannot come: off every team, off every meeting that is confirmed. Plan again afterwards.

    Confirmed meetings stay; another of the team leads where one can. The second call changes nothing.
    """
    check_open(delegate.lobby_day)
    lock_owner(delegate.lobby_day)
    if delegate.left_at is not None:
        return delegate
    save_version(delegate, version=version, at=at, left_at=at)
    for member in delegate.visits.select_related("office__meeting", "office__person"):
        off_team(member)
        off_meeting(member.office, delegate, by=by, at=at)
    record("delegate.dropped", delegate, by=by, at=at, about=(delegate.lobby_day, delegate.person))
    return delegate


@transaction.atomic
def confirm_office(office: LobbyOffice, *, version: int, title: str, by: User, at: datetime) -> Meeting:
    """The office agreed to its time: a meeting with the team as attendees, and invitations go out.

    Joins the open request for the same ask when there is one. The second call raises AlreadyConfirmedError.
    """
    day = office.lobby_day
    visit = _visit_of(office)
    office.refresh_from_db()
    if is_confirmed(office):
        raise AlreadyConfirmedError
    starts = moment_of(day, visit.start)
    request = _request_of(office, by, at)
    members = list(office.team.select_related("delegate__person", "delegate__area"))
    meeting = confirm_meeting(
        request,
        title=title,
        format=MeetingFormat.IN_PERSON,
        version=request.version,
        starts_at=starts,
        ends_at=starts + timedelta(minutes=day.slot_minutes),
        time_zone=day.time_zone,
        venue=_venue_of(office),
        attendees=[invited_as(member.delegate, member.is_lead) for member in members],
        by=by,
        at=at,
    )
    save_version(office, version=version, at=at, meeting=meeting, planned_at=starts, unserved="")
    record("lobby_office.confirmed", office, by=by, at=at, about=(day, office.person, meeting))
    return meeting


def _request_of(office: LobbyOffice, by: User, at: datetime) -> MeetingRequest:
    day = office.lobby_day
    found = MeetingRequest.objects.filter(person=office.person, ask=day.ask, state__in=OPEN_REQUEST).first()
    if found is None:
        channel, words = RequestChannel.IN_PERSON, day.title
        return request_meeting(
            office.person, ask=day.ask, channel=channel, owner=day.owner, reference=words, by=by, at=at
        )
    if found.state == RequestState.DRAFTED:
        raise RequestDraftError
    return found


def _venue_of(office: LobbyOffice) -> Venue:
    building, zone = office.building, office.lobby_day.time_zone
    name = building.name if building else office.person.name
    same = Venue.objects.filter(name=name, room=office.room, time_zone=zone)
    found: Venue | None = same.filter(address=building.address if building else "").first()
    return found or Venue(name=name, address=building.address if building else "", room=office.room, time_zone=zone)
