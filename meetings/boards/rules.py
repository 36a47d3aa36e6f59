"""Where a card may go, and which step leads there: pure decisions."""

from meetings.boards.enums import Stage
from meetings.scheduling.enums import MeetingState, RequestState

STAGES_OF_REQUESTS = {
    RequestState.CONFIRMED: Stage.CONFIRMED,
    RequestState.DECLINED: Stage.ENDED,
    RequestState.WITHDRAWN: Stage.ENDED,
}
STAGES_OF_MEETINGS = {
    MeetingState.HELD: Stage.DONE,
    MeetingState.NO_SHOW: Stage.NO_SHOW,
    MeetingState.CANCELLED: Stage.ENDED,
}
_ASKED = (Stage.FOLLOWED_UP, Stage.OFFERED, Stage.HELD, Stage.TO_STAFF, Stage.CONFIRMED, Stage.ENDED)
MOVES: dict[Stage, tuple[Stage, ...]] = {
    Stage.DRAFTED: (Stage.REQUESTED, Stage.ENDED),
    Stage.REQUESTED: _ASKED,
    Stage.FOLLOWED_UP: _ASKED,
    Stage.OFFERED: _ASKED,
    Stage.HELD: _ASKED,
    Stage.TO_STAFF: _ASKED,
    Stage.CONFIRMED: (Stage.TO_STAFF, Stage.DONE, Stage.NO_SHOW, Stage.ENDED),
    Stage.DONE: (),
    Stage.NO_SHOW: (),
    Stage.ENDED: (),
}
"""Every move asks for something, so each opens a step and none is made by the board itself."""

_STAFF_COME = (Stage.CONFIRMED, Stage.DONE, Stage.NO_SHOW, Stage.ENDED)

STEPS = {
    Stage.REQUESTED: "request_send",
    Stage.FOLLOWED_UP: "request_follow_up",
    Stage.OFFERED: "request_offer",
    Stage.HELD: "request_hold",
    Stage.TO_STAFF: "request_staff",
    Stage.CONFIRMED: "request_confirm",
    Stage.ENDED: "request_close",
}
MEETING_STEPS = {
    Stage.TO_STAFF: "meeting_staff",
    Stage.CONFIRMED: "meeting_staff_back",
    Stage.DONE: "meeting_outcome",
    Stage.NO_SHOW: "meeting_outcome",
    Stage.ENDED: "meeting_cancel",
}


def stage_of(state: str, meeting_state: str | None, *, is_moved: bool = False) -> Stage:
    """The column of a request in `state`, whose meeting (if there is one) is in `meeting_state`.

    `is_moved`: staff come to that meeting instead of the policymaker.
    """
    known = RequestState(state)
    if known == RequestState.CONFIRMED and meeting_state:
        coming = Stage.TO_STAFF if is_moved else Stage.CONFIRMED
        return STAGES_OF_MEETINGS.get(MeetingState(meeting_state), coming)
    return STAGES_OF_REQUESTS.get(known) or Stage(known.value)


def moves_of(now: Stage, *, has_meeting: bool) -> tuple[Stage, ...]:
    """Where a card may go. Staff may come to a meeting that is confirmed, or be asked before it is."""
    return _STAFF_COME if now == Stage.TO_STAFF and has_meeting else MOVES[now]


def step_to(now: Stage, wanted: Stage, *, has_meeting: bool = False) -> str:
    """The name of the step that takes a card there; empty when it cannot go there."""
    if wanted not in moves_of(now, has_meeting=has_meeting):
        return ""
    return (MEETING_STEPS if now == Stage.CONFIRMED or has_meeting else STEPS)[wanted]
