"""Teams and times for a lobby day: the same input gives the same plan, and no hard rule is ever broken.

Greedy, then repair by moving one visit that is in the way. What counts, in order: offices by priority are all
served and somebody of the district is there, few days change against the previous plan, the load is even.
"""

from collections.abc import Mapping

from meetings.lobbydays.enums import Unserved
from meetings.lobbydays.rules import Board, Plan, Problem, Stop, Visit, Walker, broken_rules, is_local, is_there

ROUNDS = 8
ATTEMPTS = 600
"""How many times repair may look for another place for a visit: a bound in steps, so that no clock decides."""


def make_plan(problem: Problem, previous: Mapping[str, Visit] | None = None) -> Plan:
    """The plan nearest to `previous` that nothing makes better. Planning its own result again gives that result."""
    best = _Planner(problem)
    best.keep(previous or {})
    for _round in range(ROUNDS):
        again = _Planner(problem)
        again.solve(best.visits)
        if again.quality() >= best.quality():
            break
        best = again
    return best.plan()


class _Planner(Board):
    """A board that can be filled."""

    def solve(self, previous: Mapping[str, Visit]) -> None:
        self.keep(previous)
        for stop in self.waiting():
            self.place(stop)
        for stop in self.waiting():
            self.make_room(stop)
        for stop in self.without_local():
            self.bring_local(stop)
        self.fill_up()

    # ---- what was there before

    def keep(self, previous: Mapping[str, Visit]) -> None:
        """Confirmed meetings exactly; then what was set by hand; then the rest, as far as no rule is broken."""
        self.before = previous
        fixed = [stop for stop in self.stops.values() if stop.fixed_start is not None]
        for stop in fixed:
            team = [who for who in stop.fixed_team if who in self.walkers]
            if team:
                self.put(stop, stop.fixed_start or 0, stop.fixed_lead if stop.fixed_lead in team else "", team)
        for stop in fixed:
            if stop.key in self.visits and not self.visits[stop.key].lead:
                self._find_lead(stop)
        rest = [stop for stop in self.stops.values() if stop.fixed_start is None and stop.key in previous]
        for stop in sorted(rest, key=lambda s: (not s.is_by_hand, *self._urgency(s))):
            self._keep_one(stop, previous[stop.key])

    def _keep_one(self, stop: Stop, visit: Visit) -> None:
        if not stop.earliest <= visit.start <= stop.latest - stop.minutes:
            return
        here = [self.walkers[who] for who in visit.team if who in self.walkers]
        team = [walker for walker in here if self.fits(walker, stop, visit.start)]
        lead = self._lead_for(stop, visit.start, team, visit.lead)
        if lead is not None:
            rest = [walker.key for walker in team if walker.key != lead.key][: self.terms.team_size - 1]
            self.put(stop, visit.start, lead.key, rest)

    def _lead_for(self, stop: Stop, start: int, team: list[Walker], wanted: str) -> Walker | None:
        """The lead there was, else one of the team, else anybody who can."""
        able = sorted((w for w in team if w.can_lead), key=lambda w: (w.key != wanted, self.load(w), w.key))
        return able[0] if able else self._free_lead(stop, start)

    def _free_lead(self, stop: Stop, start: int) -> Walker | None:
        free = [walker for walker in self.leads if self.fits(walker, stop, start)]
        return min(free, key=lambda w: self._cost(w, stop, start), default=None)

    def _find_lead(self, stop: Stop) -> None:
        """A confirmed team lost its lead: one of the team, else one more as far as there is room."""
        visit = self.visits[stop.key]
        able = [who for who in visit.team if self.walkers[who].can_lead]
        free = self._free_lead(stop, visit.start) if len(visit.team) < self.terms.team_size else None
        lead = able[0] if able else (free.key if free else "")
        self.put(stop, visit.start, lead, visit.team)

    # ---- finding a place

    def _cost(self, walker: Walker, stop: Stop, start: int) -> tuple[int, int, int, int, str]:
        """Her own district first, then whoever led before, then an even load, then a short way."""
        before = self.before.get(stop.key)
        was = before is not None and before.lead == walker.key
        way = min((self._way(stop, start, key, at) for key, at in self.diary[walker.key].items()), default=0)
        return (not is_local(walker, stop), not was, self.load(walker), way, walker.key)

    def _way(self, stop: Stop, start: int, key: str, at: int) -> int:
        return abs(at - start) + self.terms.gap(self.stops[key].building, stop.building)

    def place(self, stop: Stop) -> bool:
        """Give an office its best time and team; False when there is none."""
        before = self.before.get(stop.key)
        best: tuple[tuple[int, ...], int, Walker, list[str]] | None = None
        for start in self.starts(stop):
            lead = self._free_lead(stop, start)
            if lead is None:
                continue
            extra = [] if is_local(lead, stop) else self._one_local(stop, start, lead)
            missing = bool(self.locals[stop.key]) and not extra and not is_local(lead, stop)
            cost = (int(missing), int(before is None or before.start != start), self.load(lead), start)
            if best is None or cost < best[0]:
                best = (cost, start, lead, extra)
        if best is None:
            return False
        _cost, start, lead, extra = best
        self.put(stop, start, lead.key, extra)
        return True

    def _one_local(self, stop: Stop, start: int, lead: Walker) -> list[str]:
        if self.terms.team_size < 2:
            return []
        free = [w for w in self.locals[stop.key] if w.key != lead.key and self.fits(w, stop, start)]
        return [min(free, key=lambda w: (self.load(w), w.key)).key] if free else []

    # ---- repair

    def make_room(self, stop: Stop) -> bool:
        """Move the one visit that keeps a lead from this office, if it finds another place."""
        for start in list(self.starts(stop)):
            for lead in self.leads:
                key = self._only_obstacle(lead, stop, start)
                if key is not None and self._swap(stop, start, lead, self.stops[key]):
                    return True
        return False

    def bring_local(self, stop: Stop) -> bool:
        """Let somebody of the district come: at this time, at another, or by moving her one other visit."""
        if stop.fixed_start is not None or stop.is_by_hand:
            return False
        if self._join(stop):
            return True
        visit = self.lift(stop)
        self.place(stop)
        if stop.key in self.visits and self.has_local(stop):
            return True
        if stop.key in self.visits:
            self.lift(stop)
        for start in list(self.starts(stop)):
            for lead in (walker for walker in self.locals[stop.key] if walker.can_lead):
                key = self._only_obstacle(lead, stop, start)
                if key is not None and self._swap(stop, start, lead, self.stops[key]):
                    return True
        self.put(stop, visit.start, visit.lead, visit.team)
        return False

    def _join(self, stop: Stop) -> bool:
        visit = self.visits[stop.key]
        free = [walker for walker in self.locals[stop.key] if self.fits(walker, stop, visit.start)]
        others = [who for who in visit.team if who != visit.lead]
        if not free or self.terms.team_size < 2:
            return False
        newcomer = min(free, key=lambda w: (self.load(w), w.key)).key
        self.lift(stop)
        self.put(stop, visit.start, visit.lead, [newcomer, *others[: self.terms.team_size - 2]])
        return True

    def _only_obstacle(self, lead: Walker, stop: Stop, start: int) -> str | None:
        """The one visit in the way that may be moved."""
        if not is_there(lead, stop, start):
            return None
        found = self.clashes(lead, stop, start)
        if not found and self.load(lead) >= self.terms.max_meetings:
            return None
        movable = [k for k in found if self.stops[k].fixed_start is None and not self.stops[k].is_by_hand]
        return found[0] if len(found) == 1 and movable else None

    def _swap(self, stop: Stop, start: int, lead: Walker, other: Stop) -> bool:
        """Put `stop` where `other` is in the way and find `other` a new place as good; else leave all as it was."""
        self.attempts += 1
        if self.attempts > ATTEMPTS:
            return False
        had_local = self.has_local(other)
        visit = self.lift(other)
        if self.fits(lead, stop, start):
            extra = [] if is_local(lead, stop) else self._one_local(stop, start, lead)
            self.put(stop, start, lead.key, extra)
            if self.place(other) and self.has_local(other) >= had_local:
                return True
            if other.key in self.visits:
                self.lift(other)
            self.lift(stop)
        self.put(other, visit.start, visit.lead, visit.team)
        return False

    # ---- the rest of the delegation

    def fill_up(self) -> None:
        """Nobody goes alone, and nobody stays behind, as far as there is room. Confirmed teams stay as they are."""
        free = [s for s in self.stops.values() if s.key in self.visits and s.fixed_start is None and not s.is_by_hand]
        for stop in sorted(free, key=self._urgency):
            if len(self.visits[stop.key].team) == 1:
                self._add(stop, list(self.walkers.values()))
        for walker in self.walkers.values():
            if not self.load(walker):
                for stop in sorted(free, key=lambda s: (not is_local(walker, s), len(self.visits[s.key].team), s.key)):
                    if self._add(stop, [walker]):
                        break

    def _add(self, stop: Stop, walkers: list[Walker]) -> bool:
        visit = self.visits[stop.key]
        able = [w for w in walkers if w.key not in visit.team and self.fits(w, stop, visit.start)]
        if not able or len(visit.team) >= self.terms.team_size:
            return False
        chosen = min(able, key=lambda w: (not is_local(w, stop), self.load(w), w.can_lead, w.key))
        self.put(stop, visit.start, visit.lead, [*visit.team, chosen.key])
        return True

    # ---- the answer

    def plan(self) -> Plan:
        unserved = {stop.key: self._why(stop) for stop in self.waiting()}
        conflicts = tuple(broken_rules(self.problem, self.visits))
        return Plan(dict(sorted(self.visits.items())), unserved, conflicts)

    def _why(self, stop: Stop) -> Unserved:
        starts = list(self.starts(stop))
        if not self.leads:
            return Unserved.NO_LEADS
        if not starts:
            return Unserved.WINDOW
        there = [walker for walker in self.leads if any(is_there(walker, stop, start) for start in starts)]
        if not there:
            return Unserved.AWAY
        return Unserved.FULL if all(self.load(w) >= self.terms.max_meetings for w in there) else Unserved.BUSY
