"""A judge of plans that shares no code with the planner: every minute of everybody's day is looked at."""

from collections.abc import Mapping

from meetings.lobbydays.rules import Problem, Visit


def faults(problem: Problem, visits: Mapping[str, Visit]) -> list[str]:
    """Every hard rule that is broken, in words; empty for a plan that may be published."""
    stops = {stop.key: stop for stop in problem.stops}
    people = {walker.key: walker for walker in problem.walkers}
    found = []
    for key, visit in visits.items():
        stop = stops[key]
        end = visit.start + stop.minutes
        if stop.fixed_start is not None:
            if visit.start != stop.fixed_start:
                found.append(f"{key} is confirmed and moved")
            if stop.fixed_team and stop.fixed_lead and set(visit.team) != set(stop.fixed_team):
                found.append(f"{key} is confirmed and has another team")
        elif visit.start < stop.earliest or end > stop.latest:
            found.append(f"{key} is visited outside its times")
        if not 1 <= len(visit.team) <= problem.terms.team_size or len(set(visit.team)) != len(visit.team):
            found.append(f"{key} has a team of {len(visit.team)}")
        if [who for who in visit.team if who == visit.lead] != [visit.lead] or not people[visit.lead].can_lead:
            found.append(f"{key} has no lead")
        for who in visit.team:
            if visit.start < people[who].earliest or end > people[who].latest:
                found.append(f"{who} is not there at {key}")
    for who in people:
        mine = [(visit.start, stops[key]) for key, visit in visits.items() if who in visit.team]
        if len(mine) > problem.terms.max_meetings:
            found.append(f"{who} has {len(mine)} meetings")
        for number, (start, stop) in enumerate(mine):
            for other_start, other in mine[number + 1 :]:
                first, last = sorted([(start, stop), (other_start, other)], key=lambda each: each[0])
                pair = (first[1].building, last[1].building)
                walk = 0 if pair[0] == pair[1] != "" else problem.terms.walks.get(pair, problem.terms.default_walk)
                if first[0] + first[1].minutes + problem.terms.buffer + walk > last[0]:
                    found.append(f"{who} cannot be at {first[1].key} and {last[1].key}")
    return found
