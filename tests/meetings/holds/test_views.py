"""Choosing who keeps the times free, and what the page of the request says of it; no JavaScript anywhere."""

from html import unescape

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from crm.access.enums import Role
from meetings.holds.models import HoldAttendee, HoldSend
from meetings.scheduling.models import OfferedTime
from tests.factories.holds import hold
from tests.factories.meetings import offered_time
from tests.meetings.holds.conftest import ADA, AT, DAY, SAM, STARTS_AT, times

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def staff(request_row, client: Client) -> Client:
    client.force_login(request_row.owner)
    return client


def page_of(client: Client, row) -> str:
    return unescape(client.get(reverse("request_page", args=[row.public_id])).content.decode())


def test_offering_a_time_puts_it_into_the_calendars_of_those_ticked(staff, request_row, team) -> None:
    url = reverse("request_offer", args=[request_row.public_id])
    data = {
        "version": request_row.version,
        "time0-date": "2026-10-28",
        "time0-start": "15:00",
        "time0-end": "16:00",
        "time0-zone": "America/New_York",
        "holders": [each.pk for each in team],
    }

    shown = staff.get(url)
    sent, twice = (staff.post(url, data) for _click in range(2))

    assert b"Who of us keeps these times free" in shown.content
    assert (sent.status_code, twice.status_code) == (302, 409)
    assert sorted(HoldSend.objects.values_list("attendee__email", "method")) == [(ADA, "REQUEST"), (SAM, "REQUEST")]
    shown = page_of(staff, request_row)
    assert ("Ada Mensah" in shown, "Sam Ito" in shown) == (True, True)


@pytest.mark.parametrize("holders", ["x", "0", "99999999999999999999"])
def test_somebody_who_is_not_one_of_us_cannot_be_ticked(holders: str, staff, request_row) -> None:
    data = {"version": request_row.version, "holders": holders}

    answer = staff.post(reverse("request_offer", args=[request_row.public_id]), data)

    assert (answer.status_code, HoldAttendee.objects.count()) == (422, 0)


def test_a_request_whose_times_are_over_says_so(staff, request_row, offer) -> None:
    offer(times(2))
    before = page_of(staff, request_row)
    with time_machine.travel(STARTS_AT + DAY, tick=False):
        staff.force_login(request_row.owner)  # the session ended months ago
        after = page_of(staff, request_row)

    assert ["all times have passed" in text for text in (before, after)] == [False, True]


def test_the_page_takes_as_many_queries_for_three_holds_as_for_one(
    staff, request_row, django_assert_max_num_queries
) -> None:
    hold(offered_time=offered_time(request=request_row))
    page_of(staff, request_row)
    with django_assert_max_num_queries(60) as one:
        page_of(staff, request_row)
    for number in (1, 2):
        hold(
            offered_time=offered_time(
                request=request_row, starts_at=STARTS_AT + number * DAY, ends_at=STARTS_AT + 9 * DAY
            )
        )

    with django_assert_max_num_queries(len(one)):
        page_of(staff, request_row)


def test_the_hold_of_one_person_is_taken_back_with_a_button_that_names_her(staff, request_row, offer, deliver) -> None:
    offer(times(2))
    deliver()
    hers = HoldAttendee.objects.filter(email=SAM).earliest("id")
    url = reverse("hold_withdraw", args=[request_row.public_id, hers.public_id])

    before, asked = page_of(staff, request_row), unescape(staff.get(url).content.decode())
    done, twice = (staff.post(url, {"version": hers.round}) for _click in range(2))
    after = page_of(staff, request_row)

    assert (url in before, "Take the hold back<span" in before, ": Sam Ito, Wednesday 28 October 2026" in before) == (
        True,
        True,
        True,
    )
    assert "Sam Ito gets a mail that takes Wednesday 28 October 2026" in asked
    assert (done.status_code, twice.status_code, url in after) == (302, 409, False)
    assert HoldAttendee.objects.filter(is_held=True).count() == 3


def test_who_may_not_change_the_request_takes_no_hold_back(request_row, offer, sign_in) -> None:
    offer(times(1))
    hers = HoldAttendee.objects.earliest("id")
    url = reverse("hold_withdraw", args=[request_row.public_id, hers.public_id])
    elsewhere = reverse("hold_withdraw", args=[request_row.public_id, hold().public_id])

    answers = [sign_in(role).post(url, {"version": hers.round}).status_code for role in (Role.VOLUNTEER, Role.AUDITOR)]
    strange = sign_in(Role.COORDINATOR).post(elsewhere, {"version": 1}).status_code

    assert (answers, strange) == ([404, 403], 404)
    assert HoldAttendee.objects.filter(is_held=False).count() == 0


def test_a_volunteer_sees_no_hold(request_row, offer, sign_in) -> None:
    offer()
    answer = sign_in(Role.VOLUNTEER).get(reverse("request_page", args=[request_row.public_id]))

    assert (answer.status_code, OfferedTime.objects.count()) == (404, 3)
