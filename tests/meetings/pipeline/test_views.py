from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from crm.access.enums import Role
from crm.people.enums import Visibility
from meetings.pipeline.views import my_day_section
from meetings.scheduling.models import MeetingRequest
from tests.factories.access import user as make_user
from tests.factories.issues import ask as make_ask
from tests.factories.meetings import meeting, meeting_request, offered_time
from tests.factories.offices import office_led_by, office_rules
from tests.factories.people import legislator, office_scheduler, person

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
STEPS = ("request_follow_up", "request_next", "request_hold", "request_staff", "request_send", "request_close")


def step_url(name: str, row: MeetingRequest) -> str:
    return reverse(name, args=[row.public_id])


@pytest.fixture
def signed_in(client, coordinator):
    client.force_login(coordinator)
    with time_machine.travel(NOW, tick=False):
        yield client


def test_noting_a_follow_up_moves_its_day(signed_in) -> None:
    row = meeting_request()

    refused = signed_in.post(step_url("request_follow_up", row), {"version": "1"})
    signed_in.post(step_url("request_follow_up", row), {"version": "1", "channel": "phone", "words": "Call later"})
    page = signed_in.get(step_url("request_page", row)).content.decode()

    row.refresh_from_db()
    assert (refused.status_code, "Choose how you followed up." in refused.content.decode()) == (422, True)
    assert (row.state, row.next_action_on) == ("followed_up", date(2026, 6, 8))
    assert ("“Call later”" in page, "Write or call once more, or ask by another way." in page) == (True, True)


def test_the_next_action_is_changed_and_a_stale_change_shows_both(signed_in) -> None:
    row = meeting_request()
    url = step_url("request_next", row)

    done = signed_in.post(url, {"version": "1", "next_action": "Ask Dana", "next_action_on": "2026-06-03"})
    stale = signed_in.post(url, {"version": "1", "next_action": "Ask Lee", "next_action_on": "2026-06-04"})

    row.refresh_from_db()
    assert (done.status_code, stale.status_code) == (302, 409)
    assert (row.next_action, row.next_action_on) == ("Ask Dana", date(2026, 6, 3))


def test_a_held_time_is_chosen_from_those_on_offer(signed_in) -> None:
    row = meeting_request()
    offer = offered_time(request=row)
    url = step_url("request_hold", row)

    refused = signed_in.post(url, {"version": "1", "offers": "999"})
    signed_in.post(url, {"version": "1", "offers": str(offer.pk)})

    row.refresh_from_db()
    assert "Choose at least one time that is on offer." in refused.content.decode()
    assert (row.state, row.offered_times.get().state) == ("held", "held")


def test_staff_instead_are_people_of_the_office_one_may_see(signed_in) -> None:
    robin = legislator(name="Robin Holder")
    dana = office_scheduler(robin, name="Dana Ruiz")
    row = meeting_request(person=robin, office=office_led_by(robin))
    url = step_url("request_staff", row)

    refused = signed_in.post(url, {"version": "1", "staff": "new"})
    signed_in.post(url, {"version": "1", "staff": dana.public_id})
    page = signed_in.get(step_url("request_page", row)).content.decode()

    row.refresh_from_db()
    assert "Choose who of the office comes instead" in refused.content.decode()
    assert (row.state, row.staff_instead) == ("to_staff", dana)
    assert "Dana Ruiz meets us instead of Robin Holder." in page


def test_an_office_with_a_form_shows_its_address_and_takes_no_mail(signed_in) -> None:
    robin = legislator()
    dana = office_scheduler(robin)
    office_rules(office_led_by(robin), asked_by="form", request_url="https://house.example/form", no_attachments=True)
    row = meeting_request(person=robin, scheduler=dana, office=office_led_by(robin), state="drafted")
    mailed = {"ask": make_ask().pk, "channel": "email", "scheduler": dana.public_id}

    asked = signed_in.post(reverse("ask_for_meeting", args=[robin.public_id]), mailed)
    refused = signed_in.post(step_url("request_send", row), {"version": "1", "channel": "email"})
    missing = signed_in.post(step_url("request_send", row), {"version": "1", "channel": "form"})
    shown = signed_in.get(step_url("request_send", row)).content.decode()
    signed_in.post(step_url("request_send", row), {"version": "1", "channel": "form", "reference": "WEB-1"})

    row.refresh_from_db()
    words = "This office takes requests by its form only."
    assert [each.status_code for each in (asked, refused, missing)] == [422] * 3
    assert (words in asked.content.decode(), words in refused.content.decode()) == (True, True)
    assert "Write down how you asked" in missing.content.decode()
    assert ('href="https://house.example/form"' in shown, "No attachments:" in shown) == (True, True)
    assert (row.state, row.reference, MeetingRequest.objects.count()) == ("requested", "WEB-1", 1)


def test_asking_soon_after_a_meeting_takes_a_reason(signed_in) -> None:
    robin = legislator()
    start = NOW - timedelta(days=3)
    meeting(person=robin, title="Spring talk", state="held", starts_at=start, ends_at=start + timedelta(hours=1))
    url = reverse("ask_for_meeting", args=[robin.public_id])
    values = {"ask": make_ask().pk, "channel": "phone", "scheduler": "new", "reference": "Dana"}

    refused = signed_in.post(url, values)
    done = signed_in.post(url, values | {"reason": "The vote is near"})

    assert (refused.status_code, done.status_code) == (422, 302)
    assert "Wait until June 28, 2026, or say why it cannot wait." in refused.content.decode()
    assert MeetingRequest.objects.get().notes.get().words == "The vote is near"


def test_a_time_inside_the_notice_takes_a_reason(signed_in) -> None:
    robin = legislator()
    office_scheduler(robin)
    office_rules(office_led_by(robin), lead_days=14)
    row = meeting_request(person=robin, office=office_led_by(robin), channel="phone")
    url = step_url("request_offer", row)
    time = {"date": "2026-06-10", "start": "15:00", "end": "15:30", "zone": "America/New_York"}
    values = {"version": "1", **{f"time0-{name}": value for name, value in time.items()}}

    refused = signed_in.post(url, values)
    done = signed_in.post(url, values | {"reason": "Dana offered it"})

    assert (refused.status_code, done.status_code) == (422, 302)
    assert "This office wants to be asked 14 days ahead." in refused.content.decode()
    assert "Offer times from June 15, 2026 on." in refused.content.decode()


def test_the_ask_page_names_who_was_in_touch_with_the_office(signed_in) -> None:
    robin = legislator(name="Robin Holder")
    dana = office_scheduler(robin, name="Dana Ruiz")
    olu = make_user(first_name="Olu", last_name="Marsh")
    wish = make_ask(title="Vote for clean air")
    meeting_request(person=dana, office=office_led_by(robin), owner=olu, ask=wish, requested_at=NOW)
    meeting(person=robin, title="Secret", is_confidential=True, starts_at=NOW, ends_at=NOW + timedelta(hours=1))

    text = signed_in.get(reverse("ask_for_meeting", args=[robin.public_id])).content.decode()

    for words in ("Who of ours was in touch with this office", str(olu), "Vote for clean air", "Dana Ruiz"):
        assert words in text
    assert "Secret" not in text


def test_my_day_lists_my_due_requests_and_no_hidden_one(coordinator, django_assert_num_queries) -> None:
    due = meeting_request(owner=coordinator, next_action_on=NOW.date())
    late = meeting_request(owner=coordinator, next_action_on=date(2026, 5, 1), state="held")
    draft = meeting_request(owner=coordinator, next_action_on=date(2026, 5, 31), state="drafted")
    meeting_request(owner=coordinator, next_action_on=date(2026, 6, 2))
    meeting_request(owner=coordinator, next_action_on=date(2026, 5, 1), state="declined")
    meeting_request(next_action_on=NOW.date())
    meeting_request(owner=coordinator, next_action_on=NOW.date(), person=person(visibility=Visibility.TEAM))

    with django_assert_num_queries(1):
        section = my_day_section(coordinator, NOW)

    assert section is not None
    assert [(each["row"], each["late"], str(each["next"])) for each in section["rows"]] == [
        (late, True, "Get the held time confirmed."),
        (draft, True, "Send the request."),
        (due, False, "Write or call, then note here what they said."),
    ]
    assert my_day_section(make_user(role=Role.VOLUNTEER), NOW) is None


@pytest.mark.parametrize("name", STEPS)
def test_the_steps_of_a_hidden_request_do_not_exist(name: str, signed_in) -> None:
    row = meeting_request(person=person(visibility=Visibility.TEAM))

    assert signed_in.get(step_url(name, row)).status_code == 404
    assert signed_in.post(step_url(name, row), {"version": "1"}).status_code == 404


@pytest.mark.parametrize("name", STEPS)
def test_an_auditor_may_not_take_a_step(name: str, sign_in) -> None:
    row = meeting_request()

    answer = sign_in(Role.AUDITOR).post(step_url(name, row), {"version": "1"})

    row.refresh_from_db()
    assert (answer.status_code, row.version) == (403, 1)
