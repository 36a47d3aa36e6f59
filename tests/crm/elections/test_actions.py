from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from crm.access.models import User
from crm.activity.models import ActivityEntry
from crm.elections.actions import finish_roll_over, hand_over, start_roll_over
from crm.elections.enums import SeatChange
from crm.elections.errors import DaysInWrongOrderError, UnknownOrphanError
from crm.elections.models import RolledSeat, RollOver
from crm.elections.queries import counts_of, leavers, successors
from crm.elections.registry import orphan_source
from crm.followups.enums import CommitmentDirection, CommitmentState
from crm.followups.models import Commitment, Task
from crm.people.models import Membership, Organization, Person
from crm.targets.models import Target
from meetings.scheduling.enums import MeetingState, RequestState
from meetings.scheduling.models import MeetingRequest
from tests.factories.followups import commitment, task
from tests.factories.meetings import meeting, meeting_request
from tests.factories.people import membership, organization, person, post
from tests.factories.targets import target

pytestmark = pytest.mark.django_db

AT = datetime(2028, 1, 5, 9, tzinfo=UTC)
LAST, FIRST = date(2028, 1, 4), date(2028, 1, 5)


@dataclass
class House:
    body: Organization
    ada: Person
    bo: Person


@pytest.fixture
def house() -> House:
    """Ada held the north seat to the end of the term, Bo holds it now."""
    body, ada, bo = organization(), person(name="Ada Quist"), person(name="Bo Lund")
    north = post(organization=body, label="North")
    membership(person=ada, organization=body, post=north, start_date="2025-01-07", end_date="2028-01-04")
    membership(person=bo, organization=body, post=north, start_date="2028-01-05")
    return House(body, ada, bo)


def started(house: House, by: User) -> RollOver:
    return start_roll_over(house.body, name="Elections", last_day=LAST, first_day=FIRST, by=by, at=AT)


def give(roll_over: RollOver, key: str, pk: int, successor: Person, by: User) -> None:
    source = orphan_source(key)
    assert source is not None
    hand_over(roll_over, source, pk, successor, by=by, at=AT)


def test_seats_are_compared_once_and_anew_after_an_import(house: House, coordinator: User) -> None:
    first = started(house, coordinator)
    Membership.objects.filter(person=house.bo).update(end_date="2028-01-04")
    second = started(house, coordinator)

    assert (first, counts_of(second)["vacated"]) == (second, 1)
    assert RolledSeat.objects.count() == 1
    assert ActivityEntry.objects.filter(verb="roll_over.started").count() == 1


def test_who_left_and_who_follows(house: House, coordinator: User) -> None:
    roll_over = started(house, coordinator)

    seat = RolledSeat.objects.get()
    assert (seat.change, seat.old_holder, seat.new_holder) == (SeatChange.NEW, house.ada, house.bo)
    assert (leavers(roll_over), successors(roll_over)) == ({house.ada.pk}, {house.ada.pk: house.bo.pk})


def test_days_in_the_wrong_order_are_refused(house: House, coordinator: User) -> None:
    with pytest.raises(DaysInWrongOrderError):
        start_roll_over(house.body, name="x", last_day=FIRST, first_day=LAST, by=coordinator, at=AT)


def test_a_task_goes_on_about_the_new_holder(house: House, coordinator: User) -> None:
    roll_over, row = started(house, coordinator), task(person=house.ada, assignee=coordinator)

    give(roll_over, "tasks", row.pk, house.bo, coordinator)
    with pytest.raises(UnknownOrphanError):
        give(roll_over, "tasks", row.pk, house.bo, coordinator)

    row.refresh_from_db()
    assert row.person == house.bo


def test_our_promise_goes_over_and_theirs_lapses(house: House, coordinator: User) -> None:
    roll_over = started(house, coordinator)
    ours = commitment(house.ada, direction=CommitmentDirection.OURS)
    theirs = commitment(house.ada, direction=CommitmentDirection.THEIRS, words="I will vote for it.")

    for row in (ours, theirs):
        give(roll_over, "commitments", row.pk, house.bo, coordinator)

    states = dict(Commitment.objects.values_list("pk", "state"))
    assert states == {ours.pk: CommitmentState.OPEN, theirs.pk: CommitmentState.LAPSED}
    assert Commitment.objects.get(pk=ours.pk).person == house.bo
    asked = Task.objects.get(person=house.bo)
    assert (asked.title, asked.due_on) == (
        "Ask Bo Lund whether they stand by: I will vote for it.",
        AT.date() + timedelta(days=14),
    )


def test_a_place_on_a_whip_board_goes_over(house: House, coordinator: User) -> None:
    roll_over, place = started(house, coordinator), target(person=house.ada)

    give(roll_over, "targets", place.pk, house.bo, coordinator)

    assert [row.person for row in Target.objects.filter(left_at=None)] == [house.bo]


def test_a_meeting_to_come_is_cancelled_and_asked_for_anew(house: House, coordinator: User) -> None:
    roll_over = started(house, coordinator)
    asked = meeting_request(person=house.ada, state=RequestState.CONFIRMED)
    times = {"starts_at": AT + timedelta(days=7), "ends_at": AT + timedelta(days=7, hours=1)}
    row = meeting(person=house.ada, request=asked, **times)

    give(roll_over, "meetings", row.pk, house.bo, coordinator)

    row.refresh_from_db()
    assert row.state == MeetingState.CANCELLED
    draft = MeetingRequest.objects.get(person=house.bo)
    assert (draft.state, draft.ask) == (RequestState.DRAFTED, asked.ask)


def test_an_open_request_is_withdrawn_and_drafted_anew(house: House, coordinator: User) -> None:
    roll_over, row = started(house, coordinator), meeting_request(person=house.ada)

    give(roll_over, "requests", row.pk, house.bo, coordinator)

    row.refresh_from_db()
    assert row.state == RequestState.WITHDRAWN
    assert MeetingRequest.objects.get(person=house.bo).state == RequestState.DRAFTED


def test_finishing_twice_changes_nothing(house: House, coordinator: User) -> None:
    roll_over = started(house, coordinator)

    for later in (AT, AT + timedelta(days=1)):
        finish_roll_over(roll_over, by=coordinator, at=later)

    roll_over.refresh_from_db()
    assert roll_over.finished_at == AT
