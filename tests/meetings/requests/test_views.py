from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from crm.access.enums import Role
from crm.access.models import User
from crm.activity.models import ActivityEntry
from crm.activity.queries import timeline_of
from crm.messaging.models import Message
from crm.people.models import ContactDetail, Person
from crm.people.queries import schedulers_of
from meetings.requests.rules import COOLING_OFF_DAYS
from meetings.scheduling.models import Attendee, Meeting, MeetingRequest, OfferedTime, Venue
from tests.factories.access import user as make_user
from tests.factories.issues import ask as make_ask
from tests.factories.meetings import STARTS_AT, meeting, meeting_request, offered_time, venue
from tests.factories.people import contact_detail, legislator, office_scheduler, person

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def client_of(client):
    def sign_in(user: User):
        client.force_login(user)
        return client

    return sign_in


def ask_url(someone: Person) -> str:
    return reverse("ask_for_meeting", args=[someone.public_id])


def step_url(name: str, row: MeetingRequest) -> str:
    return reverse(name, args=[row.public_id])


def test_asking_by_mail_makes_the_request_and_the_letter(coordinator, client_of) -> None:
    robin = legislator(name="Robin Holder")
    dana = office_scheduler(robin, name="Dana Ruiz")
    what = make_ask(title="Vote for clean air")
    values = {"ask": what.pk, "channel": "email", "scheduler": dana.public_id}

    response = client_of(coordinator).post(ask_url(robin), values)

    row = MeetingRequest.objects.get()
    letter = Message.objects.get()
    assert (response.status_code, response.url) == (302, step_url("request_page", row))
    assert (row.person, row.ask, row.scheduler, row.owner, row.state) == (robin, what, dana, coordinator, "requested")
    assert letter.to_email == ContactDetail.objects.get(person=dana).value
    assert "Vote for clean air" in letter.subject
    assert [entry.verb for entry in timeline_of(robin)] == ["meeting_request.requested"]


def test_preview_shows_the_mail_and_sends_nothing(coordinator, client_of) -> None:
    robin = legislator(name="Robin Holder")
    dana = office_scheduler(robin, name="Dana Ruiz")
    values = {"ask": make_ask(title="Vote for clean air").pk, "channel": "email", "scheduler": dana.public_id}

    response = client_of(coordinator).post(ask_url(robin), values | {"preview": "1"})

    text = response.content.decode()
    assert response.status_code == 200
    assert ("Dear Dana Ruiz," in text, "Request for a meeting with Robin Holder: Vote for clean air" in text) == (
        True,
        True,
    )
    assert (MeetingRequest.objects.count(), Message.objects.count()) == (0, 0)


def test_a_new_scheduler_is_added_to_the_office_while_asking(coordinator, client_of) -> None:
    robin = legislator()
    values = {"ask": make_ask().pk, "channel": "email", "scheduler": "new", "new_name": "Dana Ruiz"}

    client_of(coordinator).post(ask_url(robin), values | {"new_email": "dana@office.example"})

    row = MeetingRequest.objects.get()
    assert [each.name for each in schedulers_of(robin, NOW.date())] == ["Dana Ruiz"]
    assert (row.scheduler.name, Message.objects.get().to_email) == ("Dana Ruiz", "dana@office.example")


def test_asking_without_words_keeps_the_input_and_says_what_is_missing(coordinator, client_of) -> None:
    robin = legislator()
    values = {"ask": "", "channel": "phone", "scheduler": "new", "new_name": "Dana", "reference": ""}

    response = client_of(coordinator).post(ask_url(robin), values)

    text = response.content.decode()
    assert response.status_code == 422
    assert '<a href="#id_ask">Choose what we ask for.</a>' in text
    assert '<a href="#id_reference">Write down how you asked' in text
    assert 'value="Dana"' in text
    assert (MeetingRequest.objects.count(), Person.objects.count()) == (0, 1)


def test_asking_again_names_the_open_request_and_makes_none(coordinator, client_of) -> None:
    robin = legislator()
    first = meeting_request(person=robin, ask=make_ask(title="Vote for clean air"))
    values = {"ask": first.ask.pk, "channel": "phone", "scheduler": "new", "reference": "Call with Dana"}
    client = client_of(coordinator)

    shown = client.get(ask_url(robin)).content.decode()
    response = client.post(ask_url(robin), values)

    assert step_url("request_page", first) in shown
    assert response.status_code == 422
    assert "This office has already been asked for the same thing." in response.content.decode()
    assert MeetingRequest.objects.count() == 1


@pytest.mark.parametrize(("days", "is_warned"), [(COOLING_OFF_DAYS - 1, True), (COOLING_OFF_DAYS + 1, False)])
def test_asking_soon_after_a_meeting_warns(days: int, is_warned: bool, coordinator, client_of) -> None:
    robin = legislator()
    start = NOW - timedelta(days=days)
    meeting(person=robin, title="Spring talk", state="held", starts_at=start, ends_at=start + timedelta(hours=1))

    with time_machine.travel(NOW, tick=False):
        text = client_of(coordinator).get(ask_url(robin)).content.decode()

    assert ("Not so long since the last meeting" in text) is is_warned


def test_request_page_shows_state_next_action_and_steps(coordinator, client_of) -> None:
    row = meeting_request(person=legislator(name="Robin Holder"), next_action_on=NOW.date() - timedelta(days=1))

    with time_machine.travel(NOW, tick=False):
        text = client_of(coordinator).get(step_url("request_page", row)).content.decode()

    assert [word in text for word in ("Robin Holder", "overdue", "asked", "Follow up by")] == [True] * 4
    assert [step_url(f"request_{name}", row) in text for name in ("confirm", "offer", "close")] == [True] * 3


def times(number: int = 0, **fields: str) -> dict[str, str]:
    values = {"date": "2026-10-28", "start": "15:00", "end": "15:30", "zone": "America/New_York"} | fields
    return {f"time{number}-{name}": value for name, value in values.items()}


def test_offering_times_keeps_them_in_the_zone_of_the_place(coordinator, client_of) -> None:
    row = meeting_request(channel="phone", reference="Dana")
    values = {"version": "1"} | times() | times(1, date="2026-10-29", zone="") | times(2, date="", start="", end="")

    response = client_of(coordinator).post(step_url("request_offer", row), values | {"time2-zone": ""})

    found = [(each.starts_at, each.time_zone) for each in OfferedTime.objects.all()]
    assert (response.status_code, response.url) == (302, step_url("request_page", row))
    assert found == [(STARTS_AT, "America/New_York"), (STARTS_AT + timedelta(days=1), "America/New_York")]


def test_a_time_the_clocks_pass_twice_is_asked_back_and_then_taken(coordinator, client_of) -> None:
    row = meeting_request(channel="phone", reference="Dana")
    values = {"version": "1"} | times(date="2026-11-01", start="01:30", end="03:00")
    client = client_of(coordinator)

    asked = client.post(step_url("request_offer", row), values)
    client.post(step_url("request_offer", row), values | {"time0-start_clock": "1"})

    text = asked.content.decode()
    assert asked.status_code == 422
    assert "The clocks go back that night and pass 01:30 twice." in text
    assert ("01:30 (UTC-04:00)" in text, "01:30 (UTC-05:00)" in text) == (True, True)
    assert [each.starts_at for each in OfferedTime.objects.all()] == [datetime(2026, 11, 1, 6, 30, tzinfo=UTC)]


def test_a_time_the_clocks_skip_is_refused_with_two_choices(coordinator, client_of) -> None:
    row = meeting_request(channel="phone", reference="Dana")
    values = {"version": "1"} | times(date="2026-03-08", start="02:30", end="04:00")

    response = client_of(coordinator).post(step_url("request_offer", row), values)

    assert response.status_code == 422
    assert "The clocks go forward that night, so there is no 02:30." in response.content.decode()
    assert OfferedTime.objects.count() == 0


def test_offering_nothing_is_refused_with_a_sentence(coordinator, client_of) -> None:
    row = meeting_request(channel="phone", reference="Dana")

    response = client_of(coordinator).post(step_url("request_offer", row), {"version": "1"})

    assert response.status_code == 422
    assert "Offer at least one time and at most six." in response.content.decode()


def test_noting_a_no_closes_the_request(coordinator, client_of) -> None:
    row = meeting_request()

    client_of(coordinator).post(step_url("request_close", row), {"version": "1", "state": "declined"})

    row.refresh_from_db()
    assert (row.state, row.next_action_on) == ("declined", None)
    assert [entry.verb for entry in ActivityEntry.objects.all()] == ["meeting_request.declined"]


def confirmed(**fields: str) -> dict[str, str]:
    return {
        "version": "1",
        "when": "other",
        "title": "Clean air in schools",
        "description": "We bring one page.",
        "place-format": "in_person",
        "place-venue": "",
        "place-venue_name": "Longworth Building",
        "place-venue_room": "Room 4",
        "place-venue_address": "15 Independence Avenue",
        "place-join_url": "",
        "time-date": "2026-10-28",
        "time-start": "15:00",
        "time-end": "15:30",
        "time-zone": "America/New_York",
    } | fields


def test_confirming_makes_the_meeting_with_office_and_delegation(coordinator, client_of) -> None:
    robin = legislator(name="Robin Holder")
    dana = office_scheduler(robin, name="Dana Ruiz")
    row = meeting_request(person=robin, scheduler=dana)
    offer = offered_time(request=row)
    sam = make_user(first_name="Sam", last_name="Ito", email="sam@alliance.example")
    kim = person(name="Kim Vale", category="advocate")
    contact_detail(person=kim, value="kim@home.example")
    guests = {"guest0-role": "lead", "guest0-user": str(sam.pk), "guest1-role": "constituent"}
    guests |= {"guest1-name": "Kim", "guest1-email": "KIM@home.example", "guest2-role": "expert", "guest2-name": "Bo"}

    response = client_of(coordinator).post(step_url("request_confirm", row), confirmed(when=str(offer.pk)) | guests)

    made = Meeting.objects.get()
    assert (response.status_code, response.url) == (302, reverse("meeting_page", args=[made.public_id]))
    assert (made.starts_at, made.time_zone, str(made.venue)) == (
        STARTS_AT,
        "America/New_York",
        "Longworth Building, Room 4, 15 Independence Avenue",
    )
    assert [(each.name, each.role, each.person, each.user) for each in Attendee.objects.all()] == [
        ("Robin Holder", "policymaker", robin, None),
        ("Dana Ruiz", "scheduler", dana, None),
        ("Sam Ito", "lead", None, sam),
        ("Kim", "constituent", kim, None),
        ("Bo", "expert", None, None),
    ]
    assert Attendee.objects.get(name="Dana Ruiz").answers_for.name == "Robin Holder"
    assert [entry.verb for entry in timeline_of(robin)] == ["meeting.confirmed"]


def test_confirming_online_needs_a_safe_link(coordinator, client_of) -> None:
    row = meeting_request()
    online = confirmed(**{"place-format": "online", "place-venue_name": ""})
    client = client_of(coordinator)

    refused = client.post(step_url("request_confirm", row), online | {"place-join_url": "http://talk.example"})
    client.post(step_url("request_confirm", row), online | {"place-join_url": "https://talk.example/1"})

    assert refused.status_code == 422
    assert "Give the link to join as a whole address that starts with https://." in refused.content.decode()
    assert Meeting.objects.get().join_url == "https://talk.example/1"
    assert Venue.objects.count() == 0


def test_confirming_where_the_clocks_differ_from_the_place_is_refused(coordinator, client_of) -> None:
    row = meeting_request()
    denver = venue(name="Denver Hall", time_zone="America/Denver")

    response = client_of(coordinator).post(
        step_url("request_confirm", row), confirmed(**{"place-venue": str(denver.pk), "place-venue_name": ""})
    )

    assert response.status_code == 422
    assert "Denver Hall keeps the time of America/Denver" in response.content.decode()
    assert Meeting.objects.count() == 0


def test_a_refused_confirmation_leaves_no_place_behind(coordinator, client_of) -> None:
    row = meeting_request()
    twice = {"guest0-role": "lead", "guest0-name": "A", "guest0-email": "a@x.example"}
    twice |= {"guest1-role": "expert", "guest1-name": "B", "guest1-email": "a@x.example"}

    response = client_of(coordinator).post(step_url("request_confirm", row), confirmed() | twice)

    assert response.status_code == 422
    assert "This address is already invited." in response.content.decode()
    assert (Meeting.objects.count(), Venue.objects.count()) == (0, 0)


STALE = [
    ("request_offer", times(), "October 2026, 15:00"),
    ("request_close", {"state": "declined"}, "they said no"),
    ("request_confirm", confirmed(), "Longworth Building"),
]


@pytest.mark.parametrize(("name", "values", "typed"), STALE)
def test_a_stale_step_shows_both_versions(name: str, values: dict, typed: str, coordinator, client_of) -> None:
    row = meeting_request(version=2, state="offered", channel="phone", reference="Dana")
    offered_time(request=row)

    response = client_of(coordinator).post(step_url(name, row), values | {"version": "1"})

    text = response.content.decode()
    assert response.status_code == 409
    assert ("times offered" in text, typed in text) == (True, True)
    row.refresh_from_db()
    assert (row.state, row.version, Meeting.objects.count()) == ("offered", 2, 0)


def test_sending_a_draft_twice_sends_once(coordinator, client_of) -> None:
    row = meeting_request(state="drafted", channel="phone", reference="Dana", requested_at=None)
    client = client_of(coordinator)

    client.post(step_url("request_send", row), {"version": "1"})
    again = client.post(step_url("request_send", row), {"version": "1"})

    assert again.status_code == 422
    assert "This has moved on and the step no longer fits." in again.content.decode()
    assert [entry.verb for entry in ActivityEntry.objects.all()] == ["meeting_request.requested"]


@pytest.mark.parametrize("role", [Role.AUDITOR])
def test_whoever_only_reads_sees_no_steps_and_may_not_post(role: Role, sign_in) -> None:
    row = meeting_request()
    client = sign_in(role)

    shown = client.get(step_url("request_page", row))
    pressed = client.post(step_url("request_close", row), {"version": "1", "state": "declined"})

    assert (shown.status_code, pressed.status_code) == (200, 403)
    assert step_url("request_close", row) not in shown.content.decode()
    row.refresh_from_db()
    assert row.state == "requested"
