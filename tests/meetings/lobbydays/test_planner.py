import random
from dataclasses import replace

import pytest

from meetings.lobbydays.enums import Broken, Unserved
from meetings.lobbydays.planner import make_plan
from meetings.lobbydays.rules import Plan, Problem, Stop, Terms, Visit, Walker, broken_rules, locals_met, moves_between
from tests.meetings.lobbydays.checker import faults
from tests.meetings.lobbydays.days import big_day

NINE, NOON = 9 * 60, 12 * 60
LEAD = Walker("ada", NINE, NOON, can_lead=True)


def stop(key: str, **fields: object) -> Stop:
    values: dict[str, object] = {"earliest": NINE, "latest": NOON, "minutes": 20, "building": "A"}
    return Stop(key, **(values | fields))  # type: ignore[arg-type]


def plan(*stops: Stop, walkers: tuple[Walker, ...] = (LEAD,), **terms: int) -> Plan:
    return make_plan(Problem(stops, walkers, Terms(**terms)))  # type: ignore[arg-type]


def test_plan_gives_each_office_a_time_with_buffer_and_walk() -> None:
    found = plan(stop("o1"), stop("o2", building="B"))

    assert found.visits == {"o1": Visit(540, "ada", ("ada",)), "o2": Visit(590, "ada", ("ada",))}
    assert found.unserved == {}


def test_plan_stays_within_one_building_without_a_walk() -> None:
    found = plan(stop("o1"), stop("o2"))

    assert {key: visit.start for key, visit in found.visits.items()} == {"o1": 540, "o2": 565}


def test_plan_brings_somebody_of_the_district_with_a_lead() -> None:
    kim = Walker("kim", NINE, NOON, districts=frozenset({"d1"}))

    found = plan(stop("o1", district="d1"), walkers=(LEAD, kim))

    assert found.visits == {"o1": Visit(540, "ada", ("ada", "kim"))}


def test_plan_waits_for_somebody_of_the_district() -> None:
    kim = Walker("kim", NOON - 60, NOON, can_lead=True, districts=frozenset({"d1"}))

    found = plan(stop("o1", district="d1"), walkers=(LEAD, kim))

    assert found.visits["o1"].lead == "kim"
    assert found.visits["o1"].start >= NOON - 60


def test_plan_serves_the_more_important_office_first() -> None:
    narrow = {"earliest": NINE, "latest": NINE + 20}

    found = plan(stop("o1", priority=3, **narrow), stop("o2", priority=1, **narrow))

    assert list(found.visits) == ["o2"]
    assert found.unserved == {"o1": Unserved.BUSY}


def test_plan_moves_a_visit_that_is_in_the_way() -> None:
    wide, narrow = stop("a", priority=1), stop("b", earliest=NINE, latest=NINE + 20, priority=2)

    found = plan(wide, narrow)

    assert found.unserved == {}
    assert found.visits["b"].start == NINE


@pytest.mark.parametrize(
    ("walkers", "fields", "why"),
    [
        ((Walker("kim", NINE, NOON),), {}, Unserved.NO_LEADS),
        ((LEAD,), {"latest": NINE + 10}, Unserved.WINDOW),
        ((Walker("ada", NOON, NOON + 60, can_lead=True),), {}, Unserved.AWAY),
    ],
)
def test_plan_says_why_an_office_is_left_out(
    walkers: tuple[Walker, ...], fields: dict[str, object], why: Unserved
) -> None:
    found = plan(stop("o1", **fields), walkers=walkers)

    assert found.visits == {}
    assert found.unserved == {"o1": why}


def test_plan_says_when_everybody_has_enough_meetings() -> None:
    found = plan(stop("o1", priority=1), stop("o2"), max_meetings=1)

    assert found.unserved == {"o2": Unserved.FULL}


def test_plan_leaves_nobody_behind_and_nobody_alone() -> None:
    kim, lou = Walker("kim", NINE, NOON), Walker("lou", NINE, NOON)

    found = plan(stop("o1"), walkers=(LEAD, kim, lou), team_size=3)

    assert found.visits["o1"].team == ("ada", "kim", "lou")


def test_plan_keeps_confirmed_meetings_and_says_when_they_clash() -> None:
    first = stop("o1", fixed_start=NINE, fixed_team=("ada",), fixed_lead="ada")
    second = stop("o2", fixed_start=NINE + 10, fixed_team=("ada",), fixed_lead="ada")

    found = plan(first, second)

    assert {key: visit.start for key, visit in found.visits.items()} == {"o1": NINE, "o2": NINE + 10}
    assert found.conflicts == ((Broken.DOUBLE, ("o1", "o2", "ada")),)


def test_plan_finds_a_new_lead_for_a_confirmed_meeting() -> None:
    met = stop("o1", fixed_start=NINE, fixed_team=("gone", "kim"), fixed_lead="gone")
    kim = Walker("kim", NINE, NOON)

    found = plan(met, walkers=(LEAD, kim))

    assert found.visits == {"o1": Visit(NINE, "ada", ("ada", "kim"))}


def test_plan_keeps_what_was_set_by_hand() -> None:
    kim = Walker("kim", NINE, NOON, districts=frozenset({"d1"}))
    problem = Problem((stop("o1", district="d1", is_by_hand=True),), (LEAD, kim), Terms())

    found = make_plan(problem, {"o1": Visit(600, "ada", ("ada",))})

    assert found.visits == {"o1": Visit(600, "ada", ("ada",))}


def test_plan_of_a_big_day_breaks_no_rule_and_moves_no_confirmed_meeting() -> None:
    problem = big_day()
    before = make_plan(problem)
    confirmed = sorted(before.visits)[::4]
    fixed = tuple(
        _confirmed(each, before.visits[each.key]) if each.key in confirmed else each for each in problem.stops
    )
    loose = [each.key for each in fixed if each.fixed_start is None][:3]
    moved = tuple(replace(s, earliest=s.latest - 45) if s.key in loose else s for s in fixed)
    busy = {who for key in confirmed for who in before.visits[key].team}
    gone = [walker.key for walker in problem.walkers if walker.key not in busy][:5]
    gone += [walker.key for walker in problem.walkers if walker.key in busy][: 5 - len(gone)]
    changed = Problem(moved, tuple(w for w in problem.walkers if w.key not in gone), problem.terms)

    after = make_plan(_without(changed, set(gone)), before.visits)

    assert faults(problem, before.visits) == []
    assert faults(_without(changed, set(gone)), after.visits) == []
    assert {key: after.visits[key].start for key in confirmed} == {key: before.visits[key].start for key in confirmed}
    assert all(set(before.visits[key].team) - set(gone) <= set(after.visits[key].team) for key in confirmed)
    assert (len(before.visits), locals_met(problem, before.visits)) == (120, (36, 39))
    assert moves_between(before.visits, after.visits) < len(problem.walkers)


def _confirmed(each: Stop, visit: Visit) -> Stop:
    return replace(each, fixed_start=visit.start, fixed_team=visit.team, fixed_lead=visit.lead)


def _without(problem: Problem, gone: set[str]) -> Problem:
    """Confirmed teams as the database holds them after somebody dropped out."""
    stops = tuple(
        replace(
            each,
            fixed_team=tuple(who for who in each.fixed_team if who not in gone),
            fixed_lead="" if each.fixed_lead in gone else each.fixed_lead,
        )
        for each in problem.stops
    )
    return replace(problem, stops=stops)


def small_day(dice: random.Random) -> Problem:
    """A few offices and delegates with odd times: most such days cannot be planned without remainder."""

    def window() -> tuple[int, int]:
        begin = dice.randint(NINE, NOON)
        return begin, dice.randint(begin, NOON + 60)

    stops = tuple(
        Stop(
            f"o{number}",
            *window(),
            dice.choice([15, 20, 30]),
            dice.choice("AB"),
            dice.choice(["", "d0", "d1"]),
            dice.randint(1, 3),
        )
        for number in range(dice.randint(0, 7))
    )
    walkers = tuple(
        Walker(f"p{number}", *window(), dice.random() < 0.6, frozenset(dice.sample(["d0", "d1"], dice.randint(0, 2))))
        for number in range(dice.randint(0, 5))
    )
    return Problem(stops, walkers, Terms(team_size=dice.randint(1, 3), max_meetings=dice.randint(1, 4)))


@pytest.mark.parametrize("seed", range(8))
def test_plan_breaks_no_rule_and_is_its_own_next_plan(seed: int) -> None:
    dice = random.Random(seed)
    for _number in range(40):
        problem = small_day(dice)

        found = make_plan(problem)

        assert faults(problem, found.visits) == []
        assert broken_rules(problem, found.visits) == []
        assert {*found.visits} | {*found.unserved} == {each.key for each in problem.stops}
        assert make_plan(problem, found.visits) == found


@pytest.mark.parametrize("seed", range(8))
def test_plan_again_keeps_confirmed_meetings(seed: int) -> None:
    dice = random.Random(100 + seed)
    for _number in range(40):
        problem = small_day(dice)
        before = make_plan(problem)
        chosen = {key for key in before.visits if dice.random() < 0.4}
        fixed = tuple(_confirmed(s, before.visits[s.key]) if s.key in chosen else s for s in problem.stops)
        busy = {who for key in chosen for who in before.visits[key].team}
        walkers = tuple(w for w in problem.walkers if w.key in busy or dice.random() < 0.6)
        changed = Problem(fixed, walkers, problem.terms)

        after = make_plan(changed, before.visits)

        assert {key: after.visits[key] for key in chosen} == {key: before.visits[key] for key in chosen}
        assert faults(changed, after.visits) == []
