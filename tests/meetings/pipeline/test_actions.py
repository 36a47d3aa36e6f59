from datetime import UTC, date, datetime

import pytest

from crm.activity.queries import timeline_of
from crm.base.errors import StaleVersionError
from crm.followups.models import Task
from crm.people.enums import MembershipRole
from crm.people.models import Membership
from meetings.pipeline.actions import follow_up_request, hold_times, move_to_staff, plan_next_action
from meetings.requests.actions import NewScheduler
from meetings.requests.errors import NoOfferChosenError, NotOfTheOfficeError
from meetings.scheduling.actions import close_request, confirm_meeting, record_answer
from meetings.scheduling.enums import AnswerSource, MeetingFormat, PartStat, RequestChannel, RequestState
from meetings.scheduling.errors import WrongStateError
from meetings.scheduling.models import Attendee
from meetings.scheduling.queries import office_answer
from tests.factories.meetings import meeting_request, offered_time
from tests.factories.offices import office_led_by
from tests.factories.people import legislator, membership, office_scheduler, person

pytestmark = pytest.mark.django_db
AT = datetime(2026, 6, 1, 12, tzinfo=UTC)


def verbs(obj) -> list[str]:
    return [entry.verb for entry in timeline_of(obj)]


def test_a_follow_up_is_noted_and_the_next_one_gets_its_day(coordinator) -> None:
    request = meeting_request(next_action="Ask Dana", next_action_on=AT.date())

    follow_up_request(request, channel=RequestChannel.PHONE, words="Call next week", version=1, by=coordinator, at=AT)

    note = request.notes.get()
    assert (request.state, request.next_action, request.next_action_on) == ("followed_up", "", date(2026, 6, 8))
    assert (note.kind, note.channel, note.words, note.noted_at) == ("follow_up", "phone", "Call next week", AT)
    assert [(each.verb, each.data) for each in timeline_of(request)] == [
        ("meeting_request.followed_up", {"channel": "phone"})
    ]


def test_a_second_follow_up_with_the_old_version_is_stale_and_with_the_new_one_counts(coordinator) -> None:
    request = meeting_request(state=RequestState.OFFERED)
    values = {"channel": RequestChannel.EMAIL, "by": coordinator, "at": AT}
    follow_up_request(request, version=1, **values)

    with pytest.raises(StaleVersionError):
        follow_up_request(request, version=1, **values)
    follow_up_request(request, version=2, **values)

    assert (request.state, request.notes.count(), len(verbs(request))) == ("offered", 2, 2)


@pytest.mark.parametrize("state", [RequestState.DRAFTED, RequestState.CONFIRMED, RequestState.DECLINED])
def test_what_was_not_asked_or_is_settled_is_not_followed_up(state, coordinator) -> None:
    request = meeting_request(state=state)

    with pytest.raises(WrongStateError):
        follow_up_request(request, channel=RequestChannel.PHONE, version=1, by=coordinator, at=AT)

    assert (request.notes.count(), verbs(request)) == (0, [])


def test_held_times_wait_for_the_confirmation_and_free_the_others(coordinator) -> None:
    request = meeting_request()
    first, second = offered_time(request=request), offered_time(request=request, starts_at=AT)

    hold_times(request, offers=[first], version=1, by=coordinator, at=AT)
    with pytest.raises(StaleVersionError):
        hold_times(request, offers=[first], version=1, by=coordinator, at=AT)

    states = dict(request.offered_times.values_list("pk", "state"))
    assert (request.state, request.next_action_on) == ("held", date(2026, 6, 4))
    assert (states[first.pk], states[second.pk]) == ("held", "offered")
    assert verbs(request) == ["meeting_request.held"]

    first.refresh_from_db()
    online = {"format": MeetingFormat.ONLINE, "join_url": "https://meet.example/1"}
    confirm_meeting(request, offered_time=first, title="Air", **online, version=2, by=coordinator, at=AT)

    states = dict(request.offered_times.values_list("pk", "state"))
    assert (request.state, states[first.pk], states[second.pk]) == ("confirmed", "chosen", "released")


def test_only_what_is_on_offer_can_be_held(coordinator) -> None:
    request = meeting_request()
    gone, strange = offered_time(request=request, state="released"), offered_time()

    for offers in ([], [gone], [strange]):
        with pytest.raises(NoOfferChosenError):
            hold_times(request, offers=offers, version=1, by=coordinator, at=AT)

    request.refresh_from_db()
    assert (request.state, verbs(request)) == ("requested", [])


def test_a_no_frees_held_times(coordinator) -> None:
    request = meeting_request(state=RequestState.HELD)
    held = offered_time(request=request, state="held")

    close_request(request, state=RequestState.DECLINED, version=1, by=coordinator, at=AT)

    held.refresh_from_db()
    assert (request.state, held.state) == ("declined", "released")


def moved(coordinator):
    robin = legislator(name="Robin Holder")
    dana = office_scheduler(robin, name="Dana Ruiz")
    office = office_led_by(robin)
    lee = person(name="Lee Aide", category="office_staff")
    membership(person=lee, organization=office, role=MembershipRole.AIDE)
    request = meeting_request(person=robin, scheduler=dana, office=office, owner=coordinator)
    return request, lee


def test_staff_instead_keeps_the_request_with_the_policymaker(coordinator) -> None:
    request, lee = moved(coordinator)

    move_to_staff(request, staff=lee, version=1, by=coordinator, at=AT)
    with pytest.raises(StaleVersionError):
        move_to_staff(request, staff=lee, version=1, by=coordinator, at=AT)

    request.refresh_from_db()
    assert (request.state, request.staff_instead, request.person.name) == ("to_staff", lee, "Robin Holder")
    assert verbs(request) == verbs(request.person) == ["meeting_request.to_staff"]


def test_the_meeting_with_staff_counts_for_the_policymaker(coordinator) -> None:
    request, lee = moved(coordinator)
    move_to_staff(request, staff=lee, version=1, by=coordinator, at=AT)
    times = {"starts_at": AT, "ends_at": AT.replace(hour=13), "time_zone": "Europe/London"}
    online = {"format": MeetingFormat.ONLINE, "join_url": "https://meet.example/1"}

    made = confirm_meeting(request, title="Air", **online, **times, version=2, by=coordinator, at=AT)
    dana = made.attendees.get(role="scheduler")
    record_answer(dana, partstat=PartStat.ACCEPTED, source=AnswerSource.PHONE, by=coordinator, at=AT)

    assert made.person.name == "Robin Holder"
    assert [(each.name, each.role) for each in made.attendees.all()] == [
        ("Lee Aide", "office_staff"),
        ("Dana Ruiz", "scheduler"),
    ]
    assert (dana.answers_for.name, office_answer(made).attendee.name) == ("Lee Aide", "Dana Ruiz")
    assert office_answer(made).partstat == PartStat.ACCEPTED

    record_answer(
        Attendee.objects.get(name="Lee Aide"),
        partstat=PartStat.DECLINED,
        source=AnswerSource.PHONE,
        at=AT,
        by=coordinator,
    )
    assert [each.title for each in Task.objects.all()] == ["Lee Aide cannot come: find another time or another person"]


def test_somebody_new_of_the_staff_joins_the_office(coordinator) -> None:
    request, _lee = moved(coordinator)

    move_to_staff(request, staff=NewScheduler("Jo New", "jo@office.example"), version=1, by=coordinator, at=AT)

    job = Membership.objects.get(person=request.staff_instead)
    assert (job.organization, job.role, job.person.name) == (request.office, MembershipRole.AIDE, "Jo New")


def test_a_stranger_is_not_staff_of_the_office(coordinator) -> None:
    request, _lee = moved(coordinator)

    for stranger in (person(), request.person):
        with pytest.raises(NotOfTheOfficeError):
            move_to_staff(request, staff=stranger, version=1, by=coordinator, at=AT)

    request.refresh_from_db()
    assert (request.state, request.staff_instead) == ("requested", None)


def test_the_next_action_is_planned_by_hand_until_the_next_step(coordinator) -> None:
    request = meeting_request()
    plan = {"next_action": "Call  Dana", "next_action_on": date(2026, 6, 3), "by": coordinator, "at": AT}

    plan_next_action(request, version=1, **plan)
    with pytest.raises(StaleVersionError):
        plan_next_action(request, version=1, **plan | {"next_action": "Write"})
    plan_next_action(request, version=2, **plan)

    assert (request.next_action, request.next_action_on, request.version) == ("Call Dana", date(2026, 6, 3), 2)
    assert verbs(request) == ["meeting_request.planned"]
