import pytest

from meetings.boards.enums import Stage
from meetings.boards.rules import MEETING_STEPS, MOVES, STEPS, stage_of, step_to
from meetings.scheduling.enums import MeetingState, RequestState


@pytest.mark.parametrize(
    ("state", "meeting", "stage"),
    [
        ("drafted", None, Stage.DRAFTED),
        ("followed_up", None, Stage.FOLLOWED_UP),
        ("held", None, Stage.HELD),
        ("to_staff", None, Stage.TO_STAFF),
        ("confirmed", None, Stage.CONFIRMED),
        ("confirmed", "confirmed", Stage.CONFIRMED),
        ("confirmed", "held", Stage.DONE),
        ("confirmed", "no_show", Stage.NO_SHOW),
        ("confirmed", "cancelled", Stage.ENDED),
        ("declined", None, Stage.ENDED),
        ("withdrawn", None, Stage.ENDED),
    ],
)
def test_the_column_follows_the_request_and_its_meeting(state: str, meeting: str | None, stage: Stage) -> None:
    assert stage_of(state, meeting) == stage


def test_every_state_has_a_column_and_every_move_a_step() -> None:
    assert {stage_of(state, None) for state in RequestState} | {
        stage_of("confirmed", state) for state in MeetingState
    } == set(Stage)
    assert [step_to(now, to) for now in Stage for to in MOVES[now] if not step_to(now, to)] == []
    assert step_to(Stage.DONE, Stage.DRAFTED) == ""
    assert (step_to(Stage.CONFIRMED, Stage.ENDED), step_to(Stage.OFFERED, Stage.ENDED)) == (
        MEETING_STEPS[Stage.ENDED],
        STEPS[Stage.ENDED],
    )
