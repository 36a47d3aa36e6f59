"""How long a lobby day takes to plan and how good it is: `python -m tests.bench.bench_lobbyday [SEEDS]`.

Beside it stands the plain way for the same day: offices in order of priority, each at the first free time of the
first lead who is free, without looking at districts, at the order or back.
"""

import sys
import time
from collections.abc import Mapping
from dataclasses import replace

from meetings.lobbydays.planner import make_plan
from meetings.lobbydays.rules import Board, Problem, Visit, locals_met, moves_between
from tests.meetings.lobbydays.checker import faults
from tests.meetings.lobbydays.days import big_day


def plain(problem: Problem) -> dict[str, Visit]:
    board = Board(problem)
    for stop in sorted(problem.stops, key=lambda s: (s.priority, s.key)):
        places = ((start, lead) for start in board.starts(stop) for lead in board.leads)
        found = next(((start, lead) for start, lead in places if board.fits(lead, stop, start)), None)
        if found is not None:
            board.put(stop, found[0], found[1].key, [])
    return board.visits


def line(name: str, seconds: float, problem: Problem, visits: Mapping[str, Visit]) -> str:
    met, possible = locals_met(problem, visits)
    busy = [sum(who.key in visit.team for visit in visits.values()) for who in problem.walkers]
    return (
        f"{name:10} {seconds:7.3f} s   {len(visits):3}/{len(problem.stops)} offices   "
        f"{met:2}/{possible} with somebody of the district   "
        f"{busy.count(0):2} of {len(busy)} without a meeting, at most {max(busy)}   "
        f"rules broken: {len(faults(problem, visits))}"
    )


def changed(problem: Problem, visits: Mapping[str, Visit]) -> Problem:
    """Every fourth visit is confirmed; then five of the others drop out and three offices change their times."""
    keys = sorted(visits)[::4]
    busy = {who for key in keys for who in visits[key].team}
    gone = [walker.key for walker in problem.walkers if walker.key not in busy][:5]
    gone += [walker.key for walker in problem.walkers if walker.key in busy][: 5 - len(gone)]
    others = [stop.key for stop in problem.stops if stop.key not in keys][:3]
    stops = []
    for stop in problem.stops:
        if stop.key in keys:
            visit = visits[stop.key]
            team = tuple(who for who in visit.team if who not in gone)
            lead = visit.lead if visit.lead in team else ""
            stop = replace(stop, fixed_start=visit.start, fixed_team=team, fixed_lead=lead)
        elif stop.key in others:
            stop = replace(stop, earliest=stop.latest - 45)
        stops.append(stop)
    return replace(problem, stops=tuple(stops), walkers=tuple(w for w in problem.walkers if w.key not in gone))


def main(seeds: int) -> None:
    for seed in range(7, 7 + seeds):
        problem = big_day(seed)
        print(f"day {seed}: {len(problem.walkers)} delegates, {len(problem.stops)} offices")
        started = time.perf_counter()
        first = plain(problem)
        print(line("plain", time.perf_counter() - started, problem, first))
        started = time.perf_counter()
        plan = make_plan(problem)
        print(line("planner", time.perf_counter() - started, problem, plan.visits))
        again = changed(problem, plan.visits)
        started = time.perf_counter()
        after = make_plan(again, plan.visits)
        print(line("re-plan", time.perf_counter() - started, again, after.visits))
        fixed = [stop for stop in again.stops if stop.fixed_start is not None]
        moved = sum(after.visits[stop.key].start != stop.fixed_start for stop in fixed)
        days = moves_between(plan.visits, after.visits)
        fresh = moves_between(plan.visits, make_plan(again).visits)
        print(f"           confirmed meetings moved: {moved} of {len(fixed)}; delegates whose day changed: {days}, ")
        print(f"           {fresh} when planned from nothing")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
