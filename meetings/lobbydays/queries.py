"""The day as the planner needs it, and as staff look at it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, Q

from crm.access.models import User
from crm.access.rules import visible_rows
from crm.people.models import Person
from crm.places.models import Area
from meetings.lobbydays.enums import Broken
from meetings.lobbydays.models import Delegate, LobbyDay, LobbyOffice, TeamMember, WalkingTime
from meetings.lobbydays.rules import Problem, Stop, Terms, Visit, Walker, broken_rules
from meetings.scheduling.enums import MeetingState


def minute_of(at: time) -> int:
    return at.hour * 60 + at.minute


def moment_of(day: LobbyDay, minute: int) -> datetime:
    """The moment a clock at the place shows this minute of the day."""
    clock = time(minute // 60, minute % 60)
    return datetime.combine(day.held_on, clock, tzinfo=ZoneInfo(day.time_zone))


def minute_at(day: LobbyDay, moment: datetime) -> int:
    """The inverse of `moment_of`."""
    return minute_of(moment.astimezone(ZoneInfo(day.time_zone)).time())


def problem_of(day: LobbyDay) -> Problem:
    """Everything the planner may know. Six queries, however large the day is."""
    offices = list(day.offices.select_related("meeting").prefetch_related(_teams()))
    delegates = list(day.delegates.filter(left_at=None).order_by("id"))
    around = _areas_around([each.area_id for each in delegates if each.area_id])
    return Problem(
        tuple(_stop(day, office) for office in offices),
        tuple(_walker(day, each, around) for each in delegates),
        _terms(day),
    )


def visits_of(day: LobbyDay) -> dict[str, Visit]:
    """The plan as it is saved."""
    offices = day.offices.exclude(planned_at=None).select_related("meeting").prefetch_related(_teams())
    found = {}
    for office in offices:
        lead, team = _team_of(office)
        if team:
            found[office.public_id] = Visit(minute_at(day, starts_at(office)), lead, team)
    return found


def starts_at(office: LobbyOffice) -> Any:
    """The time of the meeting where there is one, else the planned time, else None."""
    return office.meeting.starts_at if is_confirmed(office) and office.meeting else office.planned_at


def is_confirmed(office: LobbyOffice) -> bool:
    return office.meeting is not None and office.meeting.state != MeetingState.CANCELLED


def _teams() -> Prefetch:
    coming = TeamMember.objects.filter(delegate__left_at=None).select_related("delegate").order_by("-is_lead", "id")
    return Prefetch("team", coming)


def _team_of(office: LobbyOffice) -> tuple[str, tuple[str, ...]]:
    members = list(office.team.all())
    lead = next((member.delegate.public_id for member in members if member.is_lead), "")
    return lead, tuple(sorted(member.delegate.public_id for member in members))


def _stop(day: LobbyDay, office: LobbyOffice) -> Stop:
    confirmed, meeting = is_confirmed(office), office.meeting
    lead, team = _team_of(office) if confirmed else ("", ())
    length = int((meeting.ends_at - meeting.starts_at).total_seconds() // 60) if confirmed and meeting else 0
    return Stop(
        office.public_id,
        max(minute_of(office.free_from or day.opens), minute_of(day.opens)),
        min(minute_of(office.free_until or day.closes), minute_of(day.closes)),
        length or day.slot_minutes,
        str(office.building_id or ""),
        str(office.area_id or ""),
        office.priority,
        minute_at(day, meeting.starts_at) if confirmed and meeting else None,
        team,
        lead,
        office.is_by_hand and not confirmed,
    )


def _walker(day: LobbyDay, each: Delegate, around: Mapping[int, frozenset[str]]) -> Walker:
    opens, closes = minute_of(day.opens), minute_of(day.closes)
    return Walker(
        each.public_id,
        minute_of(each.free_from) if each.free_from else opens,
        minute_of(each.free_until) if each.free_until else closes,
        each.can_lead,
        around.get(each.area_id or 0, frozenset()),
    )


def _terms(day: LobbyDay) -> Terms:
    walks = {}
    for walk in WalkingTime.objects.order_by():
        pair = (str(walk.start_id), str(walk.end_id))
        walks[pair] = walks[pair[::-1]] = walk.minutes
    return Terms(
        buffer=day.buffer_minutes,
        team_size=day.team_size,
        max_meetings=day.max_meetings,
        default_walk=day.walk_minutes,
        first_minute=minute_of(day.opens),
        step=day.slot_minutes + day.buffer_minutes,
        walks=walks,
    )


def _areas_around(ids: Iterable[int]) -> dict[int, frozenset[str]]:
    """Each area with every area around it: somebody of a district is also somebody of its state."""
    parents: dict[int, int | None] = {}
    waiting = set(ids)
    while waiting:
        rows = Area.objects.filter(pk__in=waiting).order_by().values_list("pk", "parent_id")
        parents |= dict(rows)
        waiting = {up for _pk, up in rows if up and up not in parents}
    found = {}
    for start in ids:
        chain, current = [], start if start in parents else None
        while current and str(current) not in chain:
            chain.append(str(current))
            current = parents.get(current)
        found[start] = frozenset(chain)
    return found


@dataclass
class Row:
    """One time of the day: a cell per team, in the order of the teams."""

    starts_at: datetime
    cells: list[LobbyOffice | None]


@dataclass
class Grid:
    """Times × teams. A team is everybody who goes with one lead."""

    leads: list[Delegate] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


def offices_seen(day: LobbyDay, user: User) -> list[LobbyOffice]:
    """The offices of the day this user may see, with building and team, in the order of priority and name."""
    rows = LobbyOffice.objects.visible_to(user).filter(lobby_day=day)
    seen = visible_rows(Delegate, user).filter(left_at=None)
    team = TeamMember.objects.filter(delegate__in=seen.order_by().values("pk")).select_related("delegate")
    rows = rows.select_related("person", "building", "area", "meeting__venue")
    return list(rows.prefetch_related(Prefetch("team", team)).order_by("priority", "person__sort_name", "id"))


def grid_of(offices: Iterable[LobbyOffice]) -> Grid:
    """Who is where when, from offices as `offices_seen` gives them."""
    cells: dict[datetime, dict[int, LobbyOffice]] = defaultdict(dict)
    leads: dict[int, Delegate] = {}
    for office in offices:
        moment = starts_at(office)
        lead = next((member.delegate for member in office.team.all() if member.is_lead), None)
        if moment is not None and lead is not None:
            cells[moment][lead.pk] = office
            leads[lead.pk] = lead
    order = sorted(leads.values(), key=lambda each: (each.name, each.pk))
    rows = [Row(moment, [cells[moment].get(lead.pk) for lead in order]) for moment in sorted(cells)]
    return Grid(order, rows)


def conflicts_in(day: LobbyDay, offices: Iterable[LobbyOffice]) -> list[tuple[str, str]]:
    """Rules the day breaks as it is saved, which only confirmed meetings can: (offices by name, what to do).

    Names only offices that are among `offices`.
    """
    names = {office.public_id: office.person.name for office in offices}
    found = broken_rules(problem_of(day), visits_of(day))
    lines = [(", ".join(names[key] for key in keys if key in names), str(Broken(rule).label)) for rule, keys in found]
    return list(dict.fromkeys(line for line in lines if line[0]))


def delegates_seen(day: LobbyDay, user: User) -> list[Delegate]:
    """The delegation as this user sees it, those who dropped out last."""
    rows = Delegate.objects.visible_to(user).filter(lobby_day=day).select_related("area")
    return sorted(rows.order_by("name", "id"), key=lambda each: each.left_at is not None)


def itinerary_of(delegate: Delegate) -> list[LobbyOffice]:
    """Where one delegate goes, in order of time, with the whole team. Three queries."""
    mine = Q(team__delegate=delegate)
    offices = LobbyOffice.objects.filter(mine, lobby_day=delegate.lobby_day_id).exclude(planned_at=None)
    offices = offices.select_related("person", "building", "meeting__venue", "organization")
    found = offices.prefetch_related(_teams())
    return sorted(found, key=lambda office: (starts_at(office), office.pk))


def people_to_add(day: LobbyDay, people: Iterable[Person]) -> list[Person]:
    """Those who are not among the offices of the day yet, each once."""
    there = set(day.offices.values_list("person_id", flat=True))
    return [each for each in dict.fromkeys(people) if each.pk not in there]
