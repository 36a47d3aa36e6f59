from datetime import date, timedelta

import pytest

from crm.activity.models import ActivityEntry
from crm.activity.queries import timeline_of
from crm.base.errors import StaleVersionError
from crm.followups.enums import CommitmentDirection
from crm.followups.models import Commitment, Task
from crm.issues.enums import Position
from crm.issues.models import Stance
from crm.messaging.enums import MessageStatus
from crm.messaging.models import Enrolment, Message, SequenceStep
from meetings.outcomes.actions import CommitmentInput, record_outcome
from meetings.outcomes.errors import MeetingCancelledError, NotAtMeetingError, OutcomeTooEarlyError
from meetings.outcomes.models import Outcome
from meetings.scheduling.actions import cancel_meeting
from meetings.scheduling.models import Attendee
from tests.factories.meetings import attendee
from tests.meetings.conftest import AT, LEAD, SCHEDULER, Delegation

pytestmark = pytest.mark.django_db

THEIRS = CommitmentInput(CommitmentDirection.THEIRS, "She will cosponsor the bill.", date(2026, 12, 15))
OURS = CommitmentInput(CommitmentDirection.OURS, "We send the district numbers.", date(2026, 11, 2))


def after(delegation: Delegation):
    return delegation.meeting.ends_at + timedelta(hours=1)


def outcome_of(delegation: Delegation, **fields) -> Outcome:
    values = {
        "came": [delegation.attendee(LEAD).pk, delegation.attendee(SCHEDULER).pk],
        "position": Position.LEAN_SUPPORT,
        "summary": "A warm talk.",
        "questions": "- How many schools?\n\nWhat does it cost?",
        "next_step": "Send the one-pager",
        "commitments": [THEIRS, OURS],
    } | fields
    return record_outcome(delegation.meeting, by=delegation.coordinator, at=after(delegation), **values)


def test_outcome_makes_everything_under_one_entry(delegation) -> None:
    before = ActivityEntry.objects.count()

    outcome = outcome_of(delegation)

    delegation.meeting.refresh_from_db()
    came = set(Attendee.objects.filter(came=True).values_list("email", flat=True))
    stance = Stance.objects.get()
    assert (delegation.meeting.state, outcome.version, came) == ("held", 1, {LEAD, SCHEDULER})
    assert (stance.position, stance.ask, stance.observed_on) == (
        Position.LEAN_SUPPORT,
        delegation.meeting.ask,
        date(2026, 10, 28),
    )
    assert set(Commitment.objects.values_list("words", "direction", "due_on", "made_on")) == {
        (THEIRS.words, "theirs", THEIRS.due_on, date(2026, 10, 28)),
        (OURS.words, "ours", OURS.due_on, date(2026, 10, 28)),
    }
    titles = set(Task.objects.filter(origin_key__startswith="outcome:").values_list("title", flat=True))
    assert titles == {"Answer: How many schools?", "Answer: What does it cost?", "Send the one-pager"}
    assert Task.objects.count() == 5
    # The default sequence is made at its first use, unless the set-up made it.
    assert ActivityEntry.objects.exclude(verb="sequence.created").count() == before + 1
    assert timeline_of(delegation.policymaker).first().verb == "meeting.outcome_recorded"


def test_outcome_drafts_thanks_and_starts_the_sequence(delegation) -> None:
    outcome_of(delegation)

    draft, enrolment = Message.objects.get(template_key="meeting-thanks"), Enrolment.objects.get()
    assert (draft.status, draft.to_email, draft.person) == (MessageStatus.DRAFT, SCHEDULER, delegation.scheduler)
    assert "She will cosponsor the bill." in draft.text
    assert "We send the district numbers." in draft.text
    assert (enrolment.person, enrolment.anchor_at) == (delegation.scheduler, delegation.meeting.ends_at)
    steps = SequenceStep.objects.filter(sequence=enrolment.sequence)
    assert list(steps.values_list("template_key", "anchor", "offset_minutes")) == [
        ("after-meeting-thanks", "start", 1440),
        ("after-meeting-materials", "start", 4320),
        ("commitment-check", "commitment_due", -10080),
    ]


def test_second_call_with_the_version_edits_and_doubles_nothing(delegation) -> None:
    outcome_of(delegation)

    outcome = outcome_of(delegation, version=1, summary="A very warm talk.")

    assert (Outcome.objects.count(), outcome.version, outcome.summary) == (1, 2, "A very warm talk.")
    assert (Stance.objects.count(), Commitment.objects.count(), Task.objects.count()) == (1, 2, 5)
    assert (Message.objects.filter(template_key="meeting-thanks").count(), Enrolment.objects.count()) == (1, 1)
    verbs = [entry.verb for entry in timeline_of(delegation.meeting)]
    assert verbs == ["meeting.outcome_edited", "meeting.outcome_recorded", "meeting.confirmed"]


@pytest.mark.parametrize("version", [None, 7])
def test_second_call_without_the_right_version_is_stale(delegation, version) -> None:
    outcome_of(delegation)
    before = ActivityEntry.objects.count()

    with pytest.raises(StaleVersionError) as caught:
        outcome_of(delegation, version=version, summary="Another")

    assert caught.value.current.summary == "A warm talk."
    assert ActivityEntry.objects.count() == before


def test_a_question_taken_out_drops_its_task_and_a_new_one_is_added(delegation) -> None:
    outcome_of(delegation)

    outcome_of(delegation, version=1, questions="What does it cost?\nWho pays?")

    tasks = Task.objects.filter(origin_key__contains=":question:").order_by("id")
    assert list(tasks.values_list("title", "state")) == [
        ("Answer: How many schools?", "dropped"),
        ("Answer: What does it cost?", "open"),
        ("Answer: Who pays?", "open"),
    ]


def test_another_position_is_a_new_row(delegation) -> None:
    outcome_of(delegation)

    outcome_of(delegation, version=1, position=Position.SUPPORT)

    assert list(Stance.objects.order_by("id").values_list("position", flat=True)) == ["lean_support", "support"]


def test_nobody_came_thanks_nobody(delegation) -> None:
    outcome_of(delegation, came=[], position=None, commitments=[], questions="", next_step="Ask again")

    delegation.meeting.refresh_from_db()
    assert (delegation.meeting.state, Stance.objects.count(), Enrolment.objects.count()) == ("no_show", 0, 0)
    assert Message.objects.filter(template_key="meeting-thanks").count() == 0
    assert [task.title for task in Task.objects.all()] == ["Ask again"]


def test_outcome_before_the_meeting_of_strangers_or_of_a_cancelled_one_is_refused(delegation) -> None:
    values = {"by": delegation.coordinator, "at": after(delegation)}

    with pytest.raises(OutcomeTooEarlyError):
        record_outcome(delegation.meeting, came=[], by=delegation.coordinator, at=AT)
    with pytest.raises(NotAtMeetingError):
        record_outcome(delegation.meeting, came=[attendee().pk], **values)
    cancel_meeting(delegation.meeting, version=1, by=delegation.coordinator, at=AT)
    with pytest.raises(MeetingCancelledError):
        record_outcome(delegation.meeting, came=[], **values)

    assert Outcome.objects.count() == 0
