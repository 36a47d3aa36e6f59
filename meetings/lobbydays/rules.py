"""What a plan of a lobby day is made of, and the rules no plan may break. Pure: minutes of the day, keys, no rows."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from meetings.lobbydays.enums import Broken, Unserved

Walks = Mapping[tuple[str, str], int]
Quality = tuple[tuple[int, ...], int, int]


@dataclass(frozen=True)
class Stop:
    """An office on the day. Minutes count from midnight where the day takes place; 1 is the highest priority.

    A stop with `fixed_start` is confirmed: its time and `fixed_team` stay as they are. `is_by_hand` keeps the
    previous visit untouched for as long as it breaks no rule.
    """

    key: str
    earliest: int
    latest: int
    minutes: int
    building: str = ""
    district: str = ""
    priority: int = 2
    fixed_start: int | None = None
    fixed_team: tuple[str, ...] = ()
    fixed_lead: str = ""
    is_by_hand: bool = False


@dataclass(frozen=True)
class Walker:
    """A delegate. `districts` are her own and every area around it."""

    key: str
    earliest: int
    latest: int
    can_lead: bool = False
    districts: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Terms:
    """What holds for the whole day. `walks` has both directions; a pair it lacks takes `default_walk`."""

    buffer: int = 5
    team_size: int = 4
    max_meetings: int = 10
    default_walk: int = 10
    first_minute: int = 9 * 60
    step: int = 25
    walks: Walks = field(default_factory=dict)

    def gap(self, a: str, b: str) -> int:
        """Minutes that must lie between the end of a meeting in `a` and the start of one in `b`."""
        if a and a == b:
            return self.buffer
        return self.buffer + self.walks.get((a, b), self.default_walk)


@dataclass(frozen=True)
class Visit:
    """When a team goes to an office. `team` is sorted and holds the lead."""

    start: int
    lead: str
    team: tuple[str, ...]


@dataclass(frozen=True)
class Problem:
    stops: tuple[Stop, ...]
    walkers: tuple[Walker, ...]
    terms: Terms


@dataclass(frozen=True)
class Plan:
    """`visits` by office; `unserved` says why not; `conflicts` are rules that confirmed meetings break."""

    visits: Mapping[str, Visit]
    unserved: Mapping[str, Unserved]
    conflicts: tuple[tuple[Broken, tuple[str, ...]], ...] = ()


def is_local(walker: Walker, stop: Stop) -> bool:
    """Whether the delegate lives in the district of the office."""
    return bool(stop.district) and stop.district in walker.districts


def overlap(a: Stop, a_start: int, b: Stop, b_start: int, terms: Terms) -> bool:
    """Whether nobody can be at both: the times meet, or leave too little for buffer and walk."""
    if a_start <= b_start:
        return a_start + a.minutes + terms.gap(a.building, b.building) > b_start
    return b_start + b.minutes + terms.gap(b.building, a.building) > a_start


def is_there(walker: Walker, stop: Stop, start: int) -> bool:
    return walker.earliest <= start and start + stop.minutes <= walker.latest


def broken_rules(problem: Problem, visits: Mapping[str, Visit]) -> list[tuple[Broken, tuple[str, ...]]]:
    """Every hard rule the visits break, with the keys of the offices and delegates it is about; none is the aim."""
    found: list[tuple[Broken, tuple[str, ...]]] = []
    stops = {stop.key: stop for stop in problem.stops}
    walkers = {walker.key: walker for walker in problem.walkers}
    diary: dict[str, list[tuple[int, str]]] = {}
    for key in sorted(visits):
        found += _broken_by(stops[key], visits[key], walkers, problem.terms)
        for who in visits[key].team:
            diary.setdefault(who, []).append((visits[key].start, key))
    for who, entries in sorted(diary.items()):
        if len(entries) > problem.terms.max_meetings:
            found.append((Broken.MEETINGS, (who,)))
        entries.sort()
        for (a, a_key), (b, b_key) in zip(entries, entries[1:], strict=False):
            if overlap(stops[a_key], a, stops[b_key], b, problem.terms):
                found.append((Broken.DOUBLE, (a_key, b_key, who)))
    return found


def _broken_by(
    stop: Stop, visit: Visit, walkers: Mapping[str, Walker], terms: Terms
) -> Iterable[tuple[Broken, tuple[str, ...]]]:
    if stop.fixed_start is not None and visit.start != stop.fixed_start:
        yield Broken.FIXED, (stop.key,)
    if stop.fixed_start is None and not stop.earliest <= visit.start <= stop.latest - stop.minutes:
        yield Broken.WINDOW, (stop.key,)
    if len(visit.team) > terms.team_size:
        yield Broken.TEAM_SIZE, (stop.key,)
    lead = walkers.get(visit.lead)
    if visit.lead not in visit.team or lead is None or not lead.can_lead:
        yield Broken.LEAD, (stop.key,)
    for who in visit.team:
        if who not in walkers:
            yield Broken.ABSENT, (stop.key, who)
        elif not is_there(walkers[who], stop, visit.start):
            yield Broken.AVAILABILITY, (stop.key, who)


def locals_met(problem: Problem, visits: Mapping[str, Visit]) -> tuple[int, int]:
    """(offices visited with somebody of their district, offices for which the delegation has somebody)."""
    possible = [stop for stop in problem.stops if any(is_local(walker, stop) for walker in problem.walkers)]
    met = [stop for stop in possible if stop.key in visits and has_local(problem, stop, visits[stop.key])]
    return len(met), len(possible)


def has_local(problem: Problem, stop: Stop, visit: Visit) -> bool:
    return any(walker.key in visit.team and is_local(walker, stop) for walker in problem.walkers)


def moves_between(before: Mapping[str, Visit], after: Mapping[str, Visit]) -> int:
    """How many delegates have another day than before."""

    def days(visits: Mapping[str, Visit]) -> dict[str, set[tuple[str, int]]]:
        found: dict[str, set[tuple[str, int]]] = {}
        for key, visit in visits.items():
            for who in visit.team:
                found.setdefault(who, set()).add((key, visit.start))
        return found

    old, new = days(before), days(after)
    return sum(old.get(who) != new.get(who) for who in {*old, *new})


class Board:
    """A plan in the making: who is where, kept both by office and by delegate."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.terms = problem.terms
        self.stops = {stop.key: stop for stop in sorted(problem.stops, key=lambda s: s.key)}
        self.walkers = {walker.key: walker for walker in sorted(problem.walkers, key=lambda w: w.key)}
        self.leads = [walker for walker in self.walkers.values() if walker.can_lead]
        self.locals = {k: [w for w in self.walkers.values() if is_local(w, s)] for k, s in self.stops.items()}
        self.visits: dict[str, Visit] = {}
        self.diary: dict[str, dict[str, int]] = {key: {} for key in self.walkers}
        self.before: Mapping[str, Visit] = {}
        self.attempts = 0

    # ---- the state

    def put(self, stop: Stop, start: int, lead: str, team: Iterable[str]) -> None:
        self.visits[stop.key] = Visit(start, lead, tuple(sorted({lead, *team} - {""})))
        for who in self.visits[stop.key].team:
            self.diary.setdefault(who, {})[stop.key] = start

    def lift(self, stop: Stop) -> Visit:
        visit = self.visits.pop(stop.key)
        for who in visit.team:
            self.diary[who].pop(stop.key, None)
        return visit

    def clashes(self, walker: Walker, stop: Stop, start: int) -> list[str]:
        """Visits that keep a delegate from being there then."""
        return [
            key
            for key, other in self.diary[walker.key].items()
            if key != stop.key and overlap(stop, start, self.stops[key], other, self.terms)
        ]

    def fits(self, walker: Walker, stop: Stop, start: int) -> bool:
        taken = self.diary[walker.key]
        full = len(taken) - (stop.key in taken) >= self.terms.max_meetings
        return not full and is_there(walker, stop, start) and not self.clashes(walker, stop, start)

    def load(self, walker: Walker) -> int:
        return len(self.diary[walker.key])

    def starts(self, stop: Stop) -> Iterator[int]:
        """The times to try: the grid of the day within the times of the office, and where those begin and end."""
        if stop.fixed_start is not None:
            yield stop.fixed_start
            return
        last = stop.latest - stop.minutes
        first, step = self.terms.first_minute, self.terms.step
        grid = range(first + max(0, -(-(stop.earliest - first) // step)) * step, last + 1, step)
        yield from sorted({*grid, *(t for t in (stop.earliest, last) if stop.earliest <= t <= last)})

    def waiting(self) -> list[Stop]:
        """Offices without a time: by priority, those with somebody of the district and the least choice first."""
        rest = [stop for stop in self.stops.values() if stop.key not in self.visits]
        return sorted(rest, key=self._urgency)

    def _urgency(self, stop: Stop) -> tuple[int, int, int, int, str]:
        known = len(self.locals[stop.key]) or len(self.walkers) + 1
        return (stop.fixed_start is None, stop.priority, known, stop.latest - stop.earliest, stop.key)

    def without_local(self) -> list[Stop]:
        found = [
            s for s in self.stops.values() if s.key in self.visits and self.locals[s.key] and not self.has_local(s)
        ]
        return sorted(found, key=self._urgency)

    def has_local(self, stop: Stop) -> bool:
        team = self.visits[stop.key].team
        return any(walker.key in team for walker in self.locals[stop.key])

    def quality(self) -> Quality:
        """The smaller the better: offices left out per priority, offices without their own people, delegates
        who go alone or nowhere."""
        left = [stop.priority for stop in self.stops.values() if stop.key not in self.visits]
        levels = sorted({stop.priority for stop in self.stops.values()})
        alone = sum(len(visit.team) == 1 for visit in self.visits.values())
        idle = sum(not taken for taken in self.diary.values())
        return tuple(left.count(level) for level in levels), len(self.without_local()), idle + alone
