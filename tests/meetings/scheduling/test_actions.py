from datetime import UTC, datetime, timedelta

import pytest

from crm.activity.models import ActivityEntry
from crm.activity.queries import timeline_of
from crm.base.errors import StaleVersionError
from crm.followups.models import Task
from meetings.scheduling.actions import (
    AttendeeInput,
    add_attendee,
    cancel_meeting,
    confirm_meeting,
    create_venue,
    edit_meeting,
    move_meeting,
    record_answer,
    remove_attendee,
)
from meetings.scheduling.enums import AnswerSource, AttendeeRole, MeetingFormat, OfferState, PartStat
from meetings.scheduling.errors import (
    AttendeeAddressError,
    AttendeeTwiceError,
    MeetingOverError,
    NoTimeError,
    TitleMissingError,
    WrongStateError,
)
from meetings.scheduling.models import Attendee, AttendeeAnswer, Meeting, Venue
from meetings.scheduling.queries import office_answer
from tests.factories.meetings import meeting_request, offered_time, venue
from tests.factories.people import contact_detail
from tests.meetings.conftest import AT, CONSTITUENT, LEAD, SCHEDULER

LATER = AT + timedelta(hours=1)
pytestmark = pytest.mark.django_db


def verbs(obj) -> list[str]:
    return [entry.verb for entry in timeline_of(obj)]


def test_confirm_chooses_one_time_and_frees_the_others(coordinator) -> None:
    request = meeting_request(owner=coordinator)
    chosen = offered_time(request=request)
    other = offered_time(
        request=request,
        starts_at=datetime(2026, 10, 29, 19, tzinfo=UTC),
        ends_at=datetime(2026, 10, 29, 20, tzinfo=UTC),
    )

    meeting = confirm_meeting(
        request,
        offered_time=chosen,
        title=" Clean\nair ",
        format=MeetingFormat.ONLINE,
        join_url="https://meet.example/room",
        version=1,
        by=coordinator,
        at=AT,
    )

    states = dict(request.offered_times.values_list("pk", "state"))
    assert states == {chosen.pk: OfferState.CHOSEN, other.pk: OfferState.RELEASED}
    assert (meeting.starts_at, meeting.ends_at, meeting.time_zone) == (
        chosen.starts_at,
        chosen.ends_at,
        chosen.time_zone,
    )
    assert (meeting.title, meeting.sequence, meeting.organizer_email) == ("Clean air", 0, "meetings@parley.example")
    assert (request.state, verbs(meeting), verbs(request)) == (
        "confirmed",
        ["meeting.confirmed"],
        ["meeting.confirmed"],
    )


def test_confirm_twice_makes_one_meeting(delegation) -> None:
    request = delegation.meeting.request
    values = {"title": "Again", "format": MeetingFormat.ONLINE, "join_url": "https://meet.example/", "at": LATER}

    with pytest.raises(WrongStateError):
        confirm_meeting(request, version=request.version, by=delegation.coordinator, **values)

    assert (Meeting.objects.count(), ActivityEntry.objects.filter(verb="meeting.confirmed").count()) == (1, 1)


def test_confirm_with_an_old_version_is_stale(coordinator) -> None:
    request = meeting_request(owner=coordinator)
    offer = offered_time(request=request)

    with pytest.raises(StaleVersionError):
        confirm_meeting(
            request,
            offered_time=offer,
            title="Air",
            format=MeetingFormat.IN_PERSON,
            venue=venue(),
            version=7,
            by=coordinator,
            at=AT,
        )

    assert (Meeting.objects.count(), ActivityEntry.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("fields", "error"),
    [({"title": " "}, TitleMissingError), ({"starts_at": None}, NoTimeError)],
)
def test_confirm_says_what_is_missing(coordinator, fields, error) -> None:
    request = meeting_request(owner=coordinator)
    values = {
        "title": "Air",
        "starts_at": datetime(2026, 10, 28, 19, tzinfo=UTC),
        "ends_at": datetime(2026, 10, 28, 20, tzinfo=UTC),
        "time_zone": "America/New_York",
        "format": MeetingFormat.IN_PERSON,
        "venue": venue(),
    } | fields

    with pytest.raises(error):
        confirm_meeting(request, version=1, by=coordinator, at=AT, **values)


def test_confirm_adds_the_policymaker_and_the_scheduler_in_her_own_right(delegation) -> None:
    rows = Attendee.objects.filter(meeting=delegation.meeting)

    robin, dana = rows.get(role=AttendeeRole.POLICYMAKER), rows.get(role=AttendeeRole.SCHEDULER)
    assert (robin.person, robin.email, dana.email, dana.answers_for) == (delegation.policymaker, "", SCHEDULER, robin)
    assert [each.name for each in rows] == ["Robin Holder", "Dana Ruiz", "Ada Mensah", "Sam Ito", "Kim Vale"]
    assert verbs(delegation.policymaker) == ["meeting.confirmed"]


def test_policymaker_with_an_address_is_invited_herself(confirm) -> None:
    delegation = confirm()
    contact_detail(person=delegation.policymaker, value="robin@office.example")
    request = meeting_request(person=delegation.policymaker, owner=delegation.coordinator)

    meeting = confirm_meeting(
        request,
        offered_time=offered_time(request=request),
        title="Air",
        format=MeetingFormat.IN_PERSON,
        venue=venue(),
        version=1,
        by=delegation.coordinator,
        at=AT,
    )

    assert [each.email for each in meeting.attendees.all()] == ["robin@office.example"]


def test_same_address_twice_is_refused(confirm) -> None:
    twice = [AttendeeInput("A", "Ada@Alliance.example", AttendeeRole.LEAD)] * 2

    with pytest.raises(AttendeeTwiceError):
        confirm(attendees=twice)
    with pytest.raises(AttendeeAddressError):
        confirm(attendees=[AttendeeInput("A", "ada@", AttendeeRole.LEAD)])

    assert Meeting.objects.count() == 0


def test_edit_keeps_sequence_and_answers(delegation) -> None:
    record_answer(
        delegation.attendee(LEAD),
        partstat=PartStat.ACCEPTED,
        source=AnswerSource.PHONE,
        at=AT,
        by=delegation.coordinator,
    )

    meeting = edit_meeting(
        delegation.meeting, version=1, by=delegation.coordinator, at=LATER, description="Bring the one-pager."
    )

    assert (meeting.sequence, meeting.version, delegation.attendee(LEAD).partstat) == (0, 2, PartStat.ACCEPTED)
    assert verbs(meeting)[0] == "meeting.edited"


def test_edit_that_changes_nothing_records_nothing(delegation) -> None:
    before = ActivityEntry.objects.count()

    meeting = edit_meeting(
        delegation.meeting, version=1, by=delegation.coordinator, at=LATER, title=" Clean air in schools "
    )

    assert (meeting.version, ActivityEntry.objects.count()) == (1, before)


def test_second_edit_with_the_same_version_is_stale(delegation) -> None:
    edit_meeting(delegation.meeting, version=1, by=delegation.coordinator, at=LATER, title="One")

    with pytest.raises(StaleVersionError) as caught:
        edit_meeting(delegation.meeting, version=1, by=delegation.coordinator, at=LATER, title="Two")

    assert (caught.value.current.title, verbs(delegation.meeting).count("meeting.edited")) == ("One", 1)


def test_move_raises_sequence_and_asks_everybody_again(delegation) -> None:
    for email in (LEAD, SCHEDULER):
        record_answer(delegation.attendee(email), partstat=PartStat.ACCEPTED, source=AnswerSource.PHONE, at=AT, by=None)
    hour = timedelta(hours=1)
    start, end = delegation.meeting.starts_at + hour, delegation.meeting.ends_at + hour

    meeting = move_meeting(
        delegation.meeting, version=1, by=delegation.coordinator, at=LATER, starts_at=start, ends_at=end
    )

    assert (meeting.starts_at, meeting.sequence, verbs(meeting)[0]) == (start, 1, "meeting.moved")
    assert set(meeting.attendees.values_list("partstat", "answered_at")) == {(PartStat.NEEDS_ACTION, None)}
    assert AttendeeAnswer.objects.count() == 2


def test_another_room_is_a_small_change_and_another_house_a_move(delegation) -> None:
    here = delegation.meeting.venue
    room = venue(name=here.name, address=here.address, room="Room 9")
    house = venue(name="Fairhaven Library", address="2 Harbour Row")

    meeting = move_meeting(delegation.meeting, version=1, by=delegation.coordinator, at=LATER, venue=room)
    after_room = (meeting.sequence, verbs(meeting)[0])
    meeting = move_meeting(meeting, version=2, by=delegation.coordinator, at=LATER, venue=house)

    assert (after_room, meeting.sequence, verbs(meeting)[0]) == ((0, "meeting.edited"), 1, "meeting.moved")


def test_move_to_an_online_room_needs_its_link(delegation) -> None:
    meeting = move_meeting(
        delegation.meeting,
        version=1,
        by=delegation.coordinator,
        at=LATER,
        format=MeetingFormat.ONLINE,
        venue=None,
        join_url="https://meet.example/room",
    )

    assert (meeting.sequence, meeting.format, meeting.venue) == (1, MeetingFormat.ONLINE, None)


def test_cancel_once(delegation) -> None:
    meeting = cancel_meeting(delegation.meeting, version=1, by=delegation.coordinator, at=LATER)

    with pytest.raises(MeetingOverError):
        cancel_meeting(meeting, version=2, by=delegation.coordinator, at=LATER)

    assert (meeting.state, meeting.sequence, verbs(meeting).count("meeting.cancelled")) == ("cancelled", 1, 1)


@pytest.mark.parametrize("act", [edit_meeting, move_meeting])
def test_a_cancelled_meeting_stays_as_it_is(delegation, act) -> None:
    meeting = cancel_meeting(delegation.meeting, version=1, by=delegation.coordinator, at=LATER)

    with pytest.raises(MeetingOverError):
        act(meeting, version=2, by=delegation.coordinator, at=LATER)


def test_add_and_remove_leave_one_entry_each_and_keep_the_sequence(delegation) -> None:
    expert = AttendeeInput("Lee Wu", "lee@science.example", AttendeeRole.EXPERT)

    lee = add_attendee(delegation.meeting, expert, version=1, by=delegation.coordinator, at=LATER)
    with pytest.raises(AttendeeTwiceError):
        add_attendee(delegation.meeting, expert, version=2, by=delegation.coordinator, at=LATER)
    remove_attendee(lee, version=2, by=delegation.coordinator, at=LATER)
    with pytest.raises(MeetingOverError):
        remove_attendee(lee, version=3, by=delegation.coordinator, at=LATER)

    meeting = Meeting.objects.get()
    assert (meeting.sequence, meeting.version, lee.removed_at) == (0, 3, LATER)
    assert verbs(lee) == ["attendee.removed", "attendee.added"]
    assert verbs(meeting) == ["attendee.removed", "attendee.added", "meeting.confirmed"]


def test_somebody_removed_comes_back_as_the_same_row(delegation) -> None:
    kim = remove_attendee(delegation.attendee(CONSTITUENT), version=1, by=delegation.coordinator, at=LATER)

    back = add_attendee(
        delegation.meeting,
        AttendeeInput("Kim Vale", CONSTITUENT, AttendeeRole.CONSTITUENT),
        version=delegation.meeting.version + 1,
        by=delegation.coordinator,
        at=LATER,
    )

    assert (back.pk, back.public_id, back.removed_at) == (kim.pk, kim.public_id, None)


def test_answer_is_kept_and_the_newest_counts(delegation) -> None:
    lead = delegation.attendee(LEAD)

    record_answer(lead, partstat=PartStat.TENTATIVE, source=AnswerSource.LINK, at=AT)
    record_answer(lead, partstat=PartStat.ACCEPTED, source=AnswerSource.PHONE, at=LATER, by=delegation.coordinator)

    lead.refresh_from_db()
    assert (lead.partstat, lead.answered_at, lead.answered_sequence) == (PartStat.ACCEPTED, LATER, 0)
    assert list(lead.answers.values_list("partstat", "source", "noted_by")) == [
        ("TENTATIVE", "link", None),
        ("ACCEPTED", "phone", delegation.coordinator.pk),
    ]
    assert [(entry.verb, entry.actor_kind) for entry in timeline_of(lead)] == [
        ("attendee.answered", "staff"),
        ("attendee.answered", "public"),
    ]


def test_same_answer_again_changes_nothing(delegation) -> None:
    lead = delegation.attendee(LEAD)
    first = record_answer(lead, partstat=PartStat.ACCEPTED, source=AnswerSource.LINK, at=AT)

    second = record_answer(lead, partstat=PartStat.ACCEPTED, source=AnswerSource.LINK, at=LATER)

    assert (first is None, second, AttendeeAnswer.objects.count(), len(verbs(lead))) == (False, None, 1, 1)


def test_refusal_of_a_required_person_makes_one_task(delegation) -> None:
    for _again in range(2):
        record_answer(delegation.attendee(SCHEDULER), partstat=PartStat.DECLINED, source=AnswerSource.LINK, at=AT)
    record_answer(delegation.attendee(CONSTITUENT), partstat=PartStat.DECLINED, source=AnswerSource.LINK, at=AT)

    task = Task.objects.get()
    assert task.title == "Dana Ruiz cannot come: find another time or another person"
    assert (task.assignee, task.person, task.due_on) == (delegation.coordinator, delegation.policymaker, AT.date())
    assert verbs(task) == ["attendee.answered"]


def test_scheduler_answers_for_the_office(delegation) -> None:
    before = office_answer(delegation.meeting)

    record_answer(delegation.attendee(SCHEDULER), partstat=PartStat.ACCEPTED, source=AnswerSource.MAIL, at=LATER)

    after = office_answer(delegation.meeting)
    assert (before.partstat, before.attendee) == (PartStat.NEEDS_ACTION, None)
    assert (after.partstat, after.attendee, after.answered_at) == (
        PartStat.ACCEPTED,
        delegation.attendee(SCHEDULER),
        LATER,
    )


def test_answers_of_our_side_are_not_the_office(delegation) -> None:
    record_answer(delegation.attendee(LEAD), partstat=PartStat.ACCEPTED, source=AnswerSource.LINK, at=LATER)

    assert office_answer(delegation.meeting).partstat == PartStat.NEEDS_ACTION


def test_answer_after_the_cancellation_is_refused(delegation) -> None:
    cancel_meeting(delegation.meeting, version=1, by=delegation.coordinator, at=LATER)

    with pytest.raises(MeetingOverError):
        record_answer(delegation.attendee(LEAD), partstat=PartStat.ACCEPTED, source=AnswerSource.LINK, at=LATER)

    assert AttendeeAnswer.objects.count() == 0


def test_venue_may_be_made_twice(coordinator) -> None:
    for _again in range(2):
        create_venue(name="Town Hall", time_zone="America/New_York", by=coordinator, at=AT)

    assert list(Venue.objects.values_list("name", flat=True)) == ["Town Hall", "Town Hall"]


def test_a_place_described_while_moving_is_part_of_the_move(delegation) -> None:
    meeting = delegation.meeting
    hall = Venue(name="Town  Hall", time_zone=meeting.time_zone)
    before = ActivityEntry.objects.count()

    move_meeting(meeting, version=1, venue=hall, by=delegation.coordinator, at=LATER)

    meeting.refresh_from_db()
    assert (meeting.venue.name, meeting.sequence) == ("Town Hall", 1)
    assert [entry.verb for entry in ActivityEntry.objects.order_by("id")[before:]] == ["meeting.moved"]


def test_a_stale_move_leaves_no_place_behind(delegation) -> None:
    places = Venue.objects.count()

    with pytest.raises(StaleVersionError):
        move_meeting(
            delegation.meeting,
            version=7,
            venue=Venue(name="Town Hall", time_zone="America/New_York"),
            by=delegation.coordinator,
            at=LATER,
        )

    assert Venue.objects.count() == places
