import pytest

from crm.activity.queries import timeline_of
from crm.issues.enums import Position
from crm.issues.models import Stance
from meetings.debriefs.actions import MOST, Told, set_aside, take_over, tell_visit
from meetings.debriefs.errors import DebriefDecidedError, NothingToldError, TooManyDebriefsError
from meetings.debriefs.models import Debrief
from meetings.outcomes.errors import OutcomeTooEarlyError
from meetings.outcomes.models import Outcome
from tests.meetings.debriefs.conftest import AFTER, STARTS

TOLD = Told("Ada \u202e Lead", ["policymaker"], Position.SUPPORT, story="<b>She</b> asked\x00 twice")


def test_what_is_told_is_kept_and_nothing_follows(office) -> None:
    debrief = tell_visit(office, TOLD, form_key="k", at=AFTER)

    assert (debrief.from_name, debrief.story, debrief.state) == ("Ada Lead", "<b>She</b> asked twice", "new")
    assert not Outcome.objects.exists()
    assert not Stance.objects.exists()
    entry = timeline_of(office.meeting).get()
    assert (entry.verb, entry.actor_kind, entry.actor) == ("debrief.received", "public", None)


def test_the_same_form_again_is_the_same_row(office) -> None:
    first = tell_visit(office, TOLD, form_key="k", at=AFTER)

    again = tell_visit(office, Told("Eve", story="other"), form_key="k", at=AFTER)

    assert (again, again.from_name, Debrief.objects.count()) == (first, "Ada Lead", 1)
    assert timeline_of(office.meeting).count() == 1


def test_an_empty_form_and_too_many_are_refused(office) -> None:
    with pytest.raises(NothingToldError):
        tell_visit(office, Told("Ada"), form_key="k", at=AFTER)
    for number in range(MOST):
        tell_visit(office, TOLD, form_key=str(number), at=AFTER)
    with pytest.raises(TooManyDebriefsError):
        tell_visit(office, TOLD, form_key="one more", at=AFTER)
    assert Debrief.objects.count() == MOST


def test_take_over_records_the_outcome_once(office, coordinator) -> None:
    debrief = tell_visit(office, TOLD, form_key="k", at=AFTER)
    came = list(office.meeting.attendees.values_list("pk", flat=True))
    given = {"came": came, "position": Position.SUPPORT, "summary": "She asked twice"}

    outcome = take_over(debrief, office.meeting, by=coordinator, at=AFTER, **given)

    assert (outcome.summary, Stance.objects.get().position) == ("She asked twice", "support")
    assert (debrief.state, debrief.decided_by, debrief.decided_at) == ("taken_over", coordinator, AFTER)
    with pytest.raises(DebriefDecidedError):
        take_over(debrief, office.meeting, by=coordinator, at=AFTER, **given)
    assert Outcome.objects.count() == 1


def test_a_refused_outcome_leaves_the_debrief_new(office, coordinator) -> None:
    debrief = tell_visit(office, TOLD, form_key="k", at=STARTS)
    early = STARTS.replace(hour=1)

    with pytest.raises(OutcomeTooEarlyError):
        take_over(debrief, office.meeting, came=[], by=coordinator, at=early)

    debrief.refresh_from_db()
    assert debrief.state == "new"


def test_set_aside_changes_nothing_else(office, coordinator) -> None:
    debrief = tell_visit(office, TOLD, form_key="k", at=AFTER)

    set_aside(debrief, by=coordinator, at=AFTER)

    assert (debrief.state, Outcome.objects.count()) == ("set_aside", 0)
    with pytest.raises(DebriefDecidedError):
        set_aside(debrief, by=coordinator, at=AFTER)
