from collections import Counter

import pytest
from icalendar import Calendar

from crm.access.enums import Role
from crm.access.rules import STAFF_ROLES
from crm.activity.models import ActivityEntry
from crm.base.errors import StaleVersionError
from crm.messaging.models import Message
from crm.people.enums import Visibility
from meetings.holds.actions import hold_times, release_holds, withdraw_hold
from meetings.holds.models import HoldAttendee, HoldSend
from meetings.scheduling.actions import close_request, confirm_meeting
from meetings.scheduling.enums import MeetingFormat, RequestState
from meetings.scheduling.models import MeetingRequest, OfferedTime
from tests.factories.access import user as make_user
from tests.factories.holds import hold
from tests.factories.meetings import meeting_request, offered_time
from tests.factories.people import person
from tests.meetings.holds.conftest import ADA, AT, HOUR, SAM, times

pytestmark = pytest.mark.django_db


def planned() -> Counter:
    """How many mails of which method, number and fate were planned."""
    return Counter(HoldSend.objects.values_list("method", "sequence", "message__status"))


def event_of(send: HoldSend):
    return Calendar.from_ical(send.message.calendar).events[0]


def close(row: MeetingRequest) -> MeetingRequest:
    row.refresh_from_db()
    return close_request(row, state=RequestState.DECLINED, version=row.version, by=row.owner, at=AT + HOUR)


def test_every_time_stands_in_every_calendar_once(offer, team) -> None:
    row = offer()
    again = hold_times(row, people=team, by=team[0], at=AT + HOUR)

    events = [event_of(send) for send in HoldSend.objects.all()]
    assert (again, planned()) == (0, Counter({("REQUEST", 0, "queued"): 6}))
    assert len({str(each["UID"]) for each in events}) == 6
    assert {(str(each["STATUS"]), str(each["TRANSP"]), str(each["SUMMARY"])) for each in events} == {
        ("TENTATIVE", "TRANSPARENT", "HOLD: Robin Holder, Vote for clean air")
    }
    assert {each["ATTENDEE"].params["RSVP"] for each in events} == {"FALSE"}
    assert sorted(set(Message.objects.values_list("to_email", flat=True))) == [ADA, SAM]
    assert list(ActivityEntry.objects.order_by("id").values_list("verb", flat=True)) == [
        "meeting_request.offered",
        "hold.placed",
    ]


def test_confirming_one_time_releases_every_hold_once(offer, deliver) -> None:
    row = offer()
    deliver()
    chosen = OfferedTime.objects.filter(request=row)[1]
    meeting = confirm_meeting(
        row,
        title="Clean air",
        format=MeetingFormat.ONLINE,
        join_url="https://meet.example/1",
        offered_time=chosen,
        version=row.version,
        by=row.owner,
        at=AT + HOUR,
    )

    second = release_holds(row, by=row.owner, at=AT + 2 * HOUR)

    assert planned() == Counter({("REQUEST", 0, "accepted"): 6, ("CANCEL", 1, "queued"): 6})
    assert (second, HoldAttendee.objects.filter(is_held=True).count()) == (0, 0)
    assert meeting.uid not in {each.uid for each in HoldAttendee.objects.all()}
    cancel = HoldSend.objects.filter(method="CANCEL")[0]
    assert (str(event_of(cancel)["STATUS"]), cancel.dtstamp > cancel.attendee.sends.first().dtstamp) == (
        "CANCELLED",
        True,
    )
    assert ActivityEntry.objects.filter(verb="hold.released").count() == 1


@pytest.mark.parametrize("state", [RequestState.DECLINED, RequestState.WITHDRAWN])
def test_the_end_of_a_request_releases_its_holds(state, offer, deliver) -> None:
    row = offer()
    deliver()

    close_request(row, state=state, version=row.version, by=row.owner, at=AT + HOUR)

    assert planned() == Counter({("REQUEST", 0, "accepted"): 6, ("CANCEL", 1, "queued"): 6})


def test_one_person_is_taken_out_and_only_she_is_told(offer, team, deliver) -> None:
    row = offer(times(2))
    deliver()
    hers = HoldAttendee.objects.filter(user=team[1]).earliest("id")
    by = {"by": row.owner, "at": AT + HOUR}

    withdraw_hold(hers, round=hers.round, **by)
    with pytest.raises(StaleVersionError):
        withdraw_hold(hers, round=hers.round - 1, **by)
    with pytest.raises(StaleVersionError):
        withdraw_hold(hers, round=hers.round, **by)

    cancel = HoldSend.objects.get(method="CANCEL")
    assert planned() == Counter({("REQUEST", 0, "accepted"): 4, ("CANCEL", 1, "queued"): 1})
    assert (cancel.message.to_email, cancel.attendee.uid, str(event_of(cancel)["STATUS"])) == (
        SAM,
        hers.uid,
        "CANCELLED",
    )
    assert HoldAttendee.objects.filter(is_held=True).count() == 3
    said = ActivityEntry.objects.get(verb="hold.withdrawn")
    assert (said.data, said.actor) == ({"user": team[1].pk}, row.owner)


def test_who_was_taken_out_may_be_asked_again_and_a_release_leaves_her_alone(offer, team, deliver) -> None:
    row = offer(times(1))
    deliver()
    hers = HoldAttendee.objects.get(user=team[1])
    withdraw_hold(hers, round=hers.round, by=row.owner, at=AT + HOUR)
    deliver()

    offer(times(1), people=team[1:], at=AT + 2 * HOUR)
    deliver()
    hers.refresh_from_db()
    withdraw_hold(hers, round=hers.round, by=row.owner, at=AT + 3 * HOUR)
    close(row)

    sent = HoldSend.objects.filter(attendee=hers).values_list("method", "sequence")
    assert list(sent) == [("REQUEST", 0), ("CANCEL", 1), ("REQUEST", 2), ("CANCEL", 3)]


def test_a_hold_that_never_left_is_withdrawn_without_a_word(offer, team) -> None:
    row = offer(times(1), people=team[:1])
    hers = HoldAttendee.objects.get()

    withdraw_hold(hers, round=hers.round, by=row.owner, at=AT)

    assert planned() == Counter({("REQUEST", 0, "cancelled"): 1})


def test_a_hold_that_never_left_is_taken_back_without_a_word(offer) -> None:
    close(offer())

    assert planned() == Counter({("REQUEST", 0, "cancelled"): 6})


def test_a_hold_that_is_being_sent_is_cancelled_and_not_tried_again(offer, team) -> None:
    row = offer(times(1), people=team[:1])
    Message.objects.update(status="sending")

    close(row)

    assert planned() == Counter({("REQUEST", 0, "sending"): 1, ("CANCEL", 1, "queued"): 1})
    assert Message.objects.get(status="sending").not_after == AT + HOUR


def test_a_time_offered_again_with_another_end_moves_in_the_calendars(offer, deliver, team) -> None:
    offer(times(1), people=team[:1])
    deliver()
    (starts_at, ends_at, zone) = times(1)[0]

    offer([(starts_at, ends_at + HOUR, zone)], at=AT + HOUR, people=[])
    offer([(starts_at, ends_at + HOUR, zone)], at=AT + 2 * HOUR, people=[])

    assert planned() == Counter({("REQUEST", 0, "accepted"): 1, ("REQUEST", 1, "queued"): 1})
    assert event_of(HoldSend.objects.get(sequence=1)).end == ends_at + HOUR
    assert len(set(HoldAttendee.objects.values_list("uid", flat=True))) == 1


def test_more_times_are_held_by_those_chosen_then(offer, team) -> None:
    offer(times(1), people=team[:1])
    offer(times(2), people=team, at=AT + HOUR)

    assert planned() == Counter({("REQUEST", 0, "queued"): 4})


def test_times_that_are_over_and_people_without_an_address_are_left_out(offer, team) -> None:
    nobody = make_user(email="")

    offer([*times(1), *times(1, starts_at=AT - HOUR)], people=[team[0], nobody])

    assert planned() == Counter({("REQUEST", 0, "queued"): 1})


def test_offering_without_people_holds_nothing(offer) -> None:
    offer(people=[])

    assert (HoldAttendee.objects.count(), Message.objects.count()) == (0, 0)


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
def test_a_hold_is_as_visible_as_its_request(role: Role) -> None:
    hidden = meeting_request(person=person(visibility=Visibility.TEAM, owner=make_user()))
    hold(offered_time=offered_time(request=hidden))
    ours = hold()

    seen = list(HoldAttendee.objects.visible_to(make_user(role=role)).values_list("pk", flat=True))

    if role == Role.DIRECTOR:
        assert len(seen) == 2
    else:
        assert seen == ([ours.pk] if role in {Role.COORDINATOR, Role.AUDITOR} else [])
