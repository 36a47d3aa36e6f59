"""Who is free when: the rows of everybody asked for, read in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q, QuerySet

from crm.access.models import User
from crm.people.models import Person
from meetings.availability.enums import DayWish, InstitutionKind, Missing
from meetings.availability.errors import SearchError
from meetings.availability.models import (
    BusyBlock,
    BusyCalendar,
    InstitutionCalendar,
    InstitutionEvent,
    TravelTime,
    WorkingException,
    WorkingHours,
)
from meetings.availability.rules import (
    CELL,
    DEFAULT_HOURS,
    MAX_DAYS,
    MAX_MINUTES,
    MAX_PEOPLE,
    Diary,
    Grid,
    Hours,
    Wish,
    days_between,
    end_minute_of,
    extra_travel,
    find_starts,
    grid_for,
    hours_minutes,
    local_minutes,
    minute_of,
    moment_of,
    whole_days,
)
from meetings.scheduling.enums import MeetingState, OfferState, PartStat, RequestState
from meetings.scheduling.errors import UnknownZoneError
from meetings.scheduling.models import Attendee, Meeting, MeetingRequest, OfferedTime, Venue
from meetings.scheduling.rules import place_key, zone_of

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Search:
    """What is looked for. Days and clock times are those of `zone`, the place; minutes are whole."""

    first_on: date
    last_on: date
    zone: str
    minutes: int
    before: int = 0
    after: int = 0
    earliest: time = time(8)
    latest: time = time(19)
    venue: Venue | None = None
    default_travel: int = 0
    calendars: Sequence[InstitutionCalendar] = ()
    wishes: Mapping[InstitutionKind, DayWish] = field(default_factory=dict)
    person: Person | None = None
    """The policymaker: when we meet them already, they are not free."""
    request: MeetingRequest | None = None
    """The request this is for: its own offers do not stand in the way."""
    outside_hours: bool = False
    limit: int = 40
    per_day: int = 4


@dataclass(frozen=True)
class Slot:
    """A time everybody required can make, who of the others cannot, and what has to be known about it."""

    starts_at: datetime
    ends_at: datetime
    free: int
    missing: tuple[tuple[int, Missing], ...] = ()
    outside: tuple[int, ...] = ()
    events: tuple[str, ...] = ()


def zone_for(user: User) -> ZoneInfo:
    """The zone somebody lives by: their own, else the organisation's."""
    try:
        return zone_of(user.time_zone)
    except UnknownZoneError:
        return zone_of(settings.TIME_ZONE)


def find_slots(search: Search, required: Sequence[User], optional: Sequence[User] = ()) -> list[Slot]:
    """Times for a meeting, best first: within everybody's hours, with the most optional people, the earliest.

    Raises SearchError for what cannot be searched. Whoever stands in both lists is required.
    """
    must = list({user.pk: user for user in required}.values())
    may = list({user.pk: user for user in optional if user.pk not in {each.pk for each in must}}.values())
    _check(search, [*must, *may])
    zone = zone_of(search.zone)
    grid = grid_for(search.first_on, search.last_on, zone)
    diaries = read_diaries([*must, *may], search, grid)
    events = _events(search, grid)
    wish = _wish(search, grid, zone, events)
    found = find_starts([diaries[u.pk] for u in must], [diaries[u.pk] for u in may], wish, grid, zone)
    slots = []
    for each in found:
        starts_at = moment_of(grid.minute(each.cell))
        ends_at = starts_at + timedelta(minutes=search.minutes)
        told = tuple(_told(event) for event in events if event.starts_at < ends_at and event.ends_at > starts_at)
        slots.append(Slot(starts_at, ends_at, each.free, each.missing, each.outside, tuple(dict.fromkeys(told))))
    return slots


def _told(event: InstitutionEvent) -> str:
    title = event.title or event.calendar.name
    return f"{event.get_kind_display()}: {title}"


def _check(search: Search, people: Sequence[User]) -> None:
    days = (search.last_on - search.first_on).days + 1
    fits = 1 <= days <= MAX_DAYS and CELL <= search.minutes <= MAX_MINUTES and 1 <= len(people) <= MAX_PEOPLE
    if not fits or not all(0 <= each <= MAX_MINUTES for each in (search.before, search.after, search.default_travel)):
        raise SearchError


def _cells(minutes: int) -> int:
    return -(-minutes // CELL)


def _wish(search: Search, grid: Grid, zone: ZoneInfo, events: Sequence[InstitutionEvent]) -> Wish:
    days = days_between(search.first_on, search.last_on)
    allowed = grid.within(local_minutes(days, search.earliest, search.latest, zone))
    blocked = grid.busy(_with_the_policymaker(search, grid))
    for kind, wish in search.wishes.items():
        if wish == DayWish.ANY or not search.calendars:
            continue
        spans = [_spans(event, kind) for event in events if event.kind == kind]
        allowed &= grid.within(spans) if wish == DayWish.NEEDED else ~grid.busy(spans)
    return Wish(
        length=_cells(search.minutes),
        before=_cells(search.before),
        after=_cells(search.after),
        allowed=allowed & ((1 << grid.cells) - 1),
        blocked=blocked,
        outside_hours=search.outside_hours,
        limit=search.limit,
        per_day=search.per_day,
    )


def _spans(event: InstitutionEvent, kind: InstitutionKind) -> tuple[int, int]:
    """A committee sits by the hour; of a session or recess the whole day counts."""
    if kind == InstitutionKind.COMMITTEE:
        return minute_of(event.starts_at), end_minute_of(event.ends_at)
    return whole_days(event.starts_at, event.ends_at, zone_of(event.calendar.time_zone))


def _between(grid: Grid) -> tuple[datetime, datetime]:
    return moment_of(grid.base), moment_of(grid.minute(grid.cells))


def _events(search: Search, grid: Grid) -> list[InstitutionEvent]:
    if not search.calendars:
        return []
    first, end = _between(grid)
    rows = InstitutionEvent.objects.filter(calendar__in=search.calendars, ends_at__gt=first, starts_at__lt=end)
    return list(rows.select_related("calendar"))


def _with_the_policymaker(search: Search, grid: Grid) -> list[tuple[int, int]]:
    if search.person is None:
        return []
    first, end = _between(grid)
    met = Meeting.objects.filter(
        person=search.person, state=MeetingState.CONFIRMED, ends_at__gt=first, starts_at__lt=end
    )
    held = _held(search, grid).filter(request__person=search.person)
    rows = [*met.values_list("starts_at", "ends_at"), *held.values_list("starts_at", "ends_at")]
    return [(minute_of(starts_at), end_minute_of(ends_at)) for starts_at, ends_at in rows]


def _held(search: Search, grid: Grid) -> QuerySet[OfferedTime]:
    """Times offered and not answered yet, of open requests but the one this is for."""
    first, end = _between(grid)
    rows = OfferedTime.objects.filter(state=OfferState.OFFERED, ends_at__gt=first, starts_at__lt=end)
    rows = rows.filter(request__state=RequestState.OFFERED).order_by()
    return rows.exclude(request=search.request) if search.request else rows


def read_diaries(people: Sequence[User], search: Search, grid: Grid) -> dict[int, Diary]:
    """By key of the person when they work and when they are busy, in five queries."""
    ids = [user.pk for user in people]
    busy: dict[int, int] = defaultdict(int)
    spans: dict[int, list[tuple[int, int]]] = defaultdict(list)
    rows = BusyBlock.objects.filter(calendar__owner__in=ids, end_minute__gt=grid.base)
    rows = rows.filter(first_minute__lt=grid.minute(grid.cells)).order_by()
    for owner, first, end in rows.values_list("calendar__owner", "first_minute", "end_minute").iterator(5_000):
        spans[owner].append((first, end))
    for owner, each in _own_meetings(ids, search, grid):
        spans[owner].append(each)
    for owner, starts_at, ends_at in (
        _held(search, grid).filter(request__owner__in=ids).values_list("request__owner", "starts_at", "ends_at")
    ):
        spans[owner].append((minute_of(starts_at), end_minute_of(ends_at)))
    for owner, found in spans.items():
        busy[owner] = grid.busy(found)
    hours = _hours(people, search, grid)
    return {pk: Diary(pk, hours[pk], busy[pk]) for pk in ids}


def _own_meetings(ids: Sequence[int], search: Search, grid: Grid) -> Iterable[tuple[int, tuple[int, int]]]:
    """Confirmed meetings of ours with the way there and back."""
    first, end = _between(grid)
    going = Attendee.objects.filter(user__in=ids, removed_at=None).exclude(partstat=PartStat.DECLINED).order_by()
    going = going.filter(meeting__state=MeetingState.CONFIRMED, meeting__ends_at__gt=first, meeting__starts_at__lt=end)
    travel = _Travel(search)
    for owner, starts_at, ends_at, *place in going.values_list("user", *(f"meeting__{name}" for name in _TIMES)):
        there = Venue(**dict(zip(("pk", "name", "address"), place, strict=True))) if place[0] else None
        minutes = travel.minutes(there)
        start = minute_of(starts_at) - extra_travel(minutes, search.after)
        yield owner, (start, end_minute_of(ends_at) + extra_travel(minutes, search.before))


_TIMES = ("starts_at", "ends_at", "venue", "venue__name", "venue__address")


class _Travel:
    """Minutes from the place of the search to another."""

    def __init__(self, search: Search) -> None:
        self.venue, self.default = search.venue, search.default_travel
        found = TravelTime.objects.filter(Q(one=self.venue) | Q(other=self.venue)) if self.venue else ()
        self.known = {(t.other_id if t.one_id == self.venue.pk else t.one_id): t.minutes for t in found if self.venue}

    def minutes(self, there: Venue | None) -> int:
        if self.venue is None or there is None or place_key(there) == place_key(self.venue):
            return 0
        return self.known.get(there.pk, self.default)


def _hours(people: Sequence[User], search: Search, grid: Grid) -> dict[int, int]:
    """By person the bits of their working hours. Whole patterns are worked out once for everybody who has them."""
    ids = [user.pk for user in people]
    usual: dict[int, list[tuple[int, time, time]]] = defaultdict(list)
    hours = WorkingHours.objects.filter(user__in=ids).order_by("weekday", "starts")
    for pk, *row in hours.values_list("user", "weekday", "starts", "ends"):
        usual[pk].append(tuple(row))  # type: ignore[arg-type]
    days = days_between(search.first_on - DAY, search.last_on + DAY)
    patterns: dict[tuple[str, Hours], int] = {}
    found = {}
    for user in people:
        zone, own = zone_for(user), tuple(usual.get(user.pk, DEFAULT_HOURS))
        if (zone.key, own) not in patterns:
            patterns[zone.key, own] = grid.within(hours_minutes(own, days, zone))
        found[user.pk] = patterns[zone.key, own]
    return _with_exceptions(found, {user.pk: user for user in people}, search, grid)


def _with_exceptions(found: dict[int, int], people: Mapping[int, User], search: Search, grid: Grid) -> dict[int, int]:
    first, last = search.first_on - DAY, search.last_on + DAY
    rows = WorkingException.objects.filter(user__in=list(people), last_on__gte=first, first_on__lte=last)
    for row in rows.order_by("id"):
        zone = zone_for(people[row.user_id])
        days = days_between(max(row.first_on, first), min(row.last_on, last))
        found[row.user_id] &= ~grid.busy(local_minutes(days, time(), time(), zone))
        if row.starts and row.ends:
            found[row.user_id] = grid.within(local_minutes(days, row.starts, row.ends, zone), found[row.user_id])
    return found


def my_hours(user: User) -> QuerySet[WorkingHours]:
    return WorkingHours.objects.filter(user=user)


def my_exceptions(user: User, today: date) -> QuerySet[WorkingException]:
    """Those that are not over."""
    return WorkingException.objects.filter(user=user, last_on__gte=today)


def calendars_due(before: datetime) -> QuerySet[Any]:
    """Calendars with an address that nobody tried since."""
    late = Q(last_tried_at=None) | Q(last_tried_at__lt=before)
    return BusyCalendar.objects.filter(late, owner__is_active=True).exclude(url="").order_by("last_tried_at", "id")
