"""Invented lobby days for the planner: the same number gives the same day."""

import random

from meetings.lobbydays.rules import Problem, Stop, Terms, Walker

NINE, FIVE = 9 * 60, 17 * 60
BUILDINGS = ("Cannon", "Longworth", "Rayburn", "Hart", "Dirksen", "Russell")


def big_day(seed: int = 7, *, delegates: int = 60, offices: int = 120, districts: int = 45) -> Problem:
    """Delegates of 45 districts, a third of whom can lead; offices in six buildings, most with narrow times."""
    dice = random.Random(seed)
    walks = {(a, b): 4 + 3 * abs(m - n) for m, a in enumerate(BUILDINGS) for n, b in enumerate(BUILDINGS) if a != b}
    return Problem(
        tuple(_office(dice, number, districts) for number in range(offices)),
        tuple(_delegate(dice, number, districts) for number in range(delegates)),
        Terms(walks=walks),
    )


def _office(dice: random.Random, number: int, districts: int) -> Stop:
    begin = dice.choice([NINE, NINE, NINE + 60, NINE + 180])
    end = min(FIVE, begin + dice.choice([90, 180, 300, 480]))
    where, place = dice.choice(BUILDINGS), f"d{dice.randrange(districts * 2)}"
    return Stop(f"o{number:03}", begin, end, 20, where, place, priority=dice.choice([1, 2, 2, 3]))


def _delegate(dice: random.Random, number: int, districts: int) -> Walker:
    begin, end = dice.choice([(NINE, FIVE), (NINE, FIVE), (NINE, 13 * 60), (12 * 60, FIVE)])
    home = f"d{dice.randrange(districts)}"
    return Walker(f"p{number:03}", begin, end, dice.random() < 0.4, frozenset({home, "state"}))
