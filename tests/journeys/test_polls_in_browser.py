"""Staff start a poll, an office answers it on a phone without JavaScript, staff choose; in a real browser."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.base.links import link_url
from meetings.holds.models import HoldSend
from meetings.polls.models import Poll, PollAnswer, PollLink
from meetings.polls.rules import LINK
from meetings.scheduling.models import Meeting, MeetingRequest
from tests.factories.access import user as make_user
from tests.factories.issues import ask
from tests.factories.meetings import meeting_request
from tests.factories.people import legislator
from tests.journeys.browser import DESK, PASSWORD, PHONE, Person, Windows
from tests.journeys.test_browser import chromium, windows

__all__ = ["chromium", "windows"]
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def request_row(live_server: Any, first_rows: None, settings: Any) -> Iterator[MeetingRequest]:
    settings.PUBLIC_URL = live_server.url
    olu = make_user(username="olu@alliance.example", email="olu@alliance.example", first_name="Olu", last_name="Marsh")
    olu.set_password(PASSWORD)
    olu.save()
    robin = legislator(name="Robin Holder")
    yield meeting_request(person=robin, ask=ask(title="Vote for clean air"), owner=olu, channel="phone", reference="x")


def day(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def test_poll_from_the_request_to_the_confirm_step(request_row: MeetingRequest, windows: Windows) -> None:
    olu = windows.open(**DESK)
    olu.sign_in("olu@alliance.example")
    starts_the_poll(olu, request_row)
    answers_on_the_phone(windows.open(java_script_enabled=False, **PHONE), windows.open(**PHONE))
    chooses_the_time(olu)
    offers_with_holds(olu, request_row)

    assert [each for each in windows.wrong() if "422" not in each] == []
    assert (PollAnswer.objects.count(), Meeting.objects.count(), HoldSend.objects.count()) == (2, 0, 2)


def starts_the_poll(olu: Person, row: MeetingRequest) -> None:
    olu.go(reverse("request_page", args=[row.public_id]))
    olu.open("Ask which time suits")
    page = olu.page
    page.locator("#id_title").fill("Clean air in schools")
    page.locator("#id_deadline").fill(day(7))
    for number in range(2):
        page.locator(f"#id_time{number}-date").fill(day(20 + number))
        page.locator(f"#id_time{number}-start").fill("15:00")
        page.locator(f"#id_time{number}-end").fill("15:30")
    page.locator("#id_time0-zone").select_option("America/New_York")
    for number, name in enumerate(("Dana Ruiz", "Noor Haddad")):
        page.locator(f"#id_guest{number}-name").fill(name)
        page.locator(f"#id_guest{number}-email").fill(f"guest{number}@office.example")
    olu.look("polls-1-new")
    olu.press("Start the poll and mail everybody")
    olu.look("polls-2-waiting")


def answers_on_the_phone(plain: Person, phone: Person) -> None:
    links = [link_url(LINK, each.key) for each in PollLink.objects.order_by("id")]
    plain.go(links[0])
    plain.page.locator("#id_zone").select_option("Asia/Tokyo")
    plain.press("Show the times")
    assert "Asia/Tokyo, UTC+09:00" in plain.page.content()
    plain.page.get_by_label("yes").first.check()
    plain.page.get_by_label("if need be").nth(1).check()
    plain.page.locator("#id_answered_by").fill("Sam Ito")
    plain.press("Send my answer")
    assert "Your answer is noted." in plain.page.content()
    phone.go(f"{links[1]}?zone=Asia/Tokyo")
    phone.look("polls-3-phone")
    phone.press("Send my answer")
    phone.look("polls-4-phone-refused")


def chooses_the_time(olu: Person) -> None:
    poll = Poll.objects.get()
    olu.go(reverse("poll_page", args=[poll.public_id]))
    olu.look("polls-5-grid")
    olu.open("Choose a time")
    olu.page.get_by_role("radio").first.check()
    olu.look("polls-6-decide")
    olu.press("Close the poll and tell everybody")
    assert olu.page.locator("[name=when]:checked").count() == 1
    olu.look("polls-7-confirm")
    olu.go(reverse("polls:index"))
    olu.look("polls-8-list")


def offers_with_holds(olu: Person, row: MeetingRequest) -> None:
    olu.go(reverse("request_offer", args=[row.public_id]))
    page = olu.page
    page.locator("#id_time0-date").fill(day(30))
    page.locator("#id_time0-start").fill("09:00")
    page.locator("#id_time0-end").fill("09:30")
    page.locator("#id_time0-zone").select_option("America/New_York")
    page.get_by_label("Olu Marsh").check()
    olu.look("polls-9-offer")
    olu.press("Offer these times")
    olu.look("polls-10-request")
