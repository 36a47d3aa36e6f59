from datetime import date

from crm.prospects.enums import Stage
from crm.prospects.models import Prospect

PATH = [Stage.IDENTIFIED, Stage.APPROACHED, Stage.ENGAGED, Stage.PARTNER, Stage.CHAMPION]
MOVES: dict[Stage, list[Stage]] = {
    stage: [*PATH[place + 1 : place + 2], *PATH[max(place - 1, 0) : place], Stage.DECLINED]
    for place, stage in enumerate(PATH)
} | {Stage.DECLINED: [Stage.APPROACHED]}
"""Where a prospect may go from each stage; the next step first."""

DONE = frozenset({Stage.CHAMPION, Stage.DECLINED})
"""Stages with no next step to be late for."""


def can_move(stage: str, to: str) -> bool:
    """Whether one step leads from a stage to another."""
    return Stage(to) in MOVES[Stage(stage)]


def is_late(prospect: Prospect, on: date) -> bool:
    """The day of the next step has passed; on the day itself it is still in time."""
    return prospect.next_step_on is not None and prospect.next_step_on < on and prospect.stage not in DONE
