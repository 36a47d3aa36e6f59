"""The board and the calendar at a real browser: cards and meetings are dragged, and moved without dragging."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.access.enums import Role
from meetings.scheduling.models import MeetingRequest
from tests.factories.access import user as make_user
from tests.factories.issues import ask
from tests.factories.meetings import meeting, meeting_request, offered_time
from tests.factories.people import legislator
from tests.journeys import test_browser
from tests.journeys.browser import DESK, PASSWORD, PHONE, Person, Windows

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

chromium = test_browser.chromium


@pytest.fixture
def windows(chromium: Any, live_server: Any, first_rows: None) -> Iterator[Windows]:
    opened = Windows(chromium, live_server.url)
    yield opened
    opened.close()


def planned() -> MeetingRequest:
    """A request that was made and is overdue, one with a held time, and a meeting in the middle of this month."""
    owner = make_user(username="olu", first_name="Olu", role=Role.COORDINATOR, time_zone="Europe/London")
    owner.set_password(PASSWORD)
    owner.save()
    now = timezone.now()
    late = meeting_request(
        person=legislator(name="Robin Holder"),
        ask=ask(title="Vote for clean air"),
        owner=owner,
        next_action_on=now.date() - timedelta(days=2),
    )
    held = meeting_request(person=legislator(name="Celeste Umber"), owner=owner, state="held")
    day = now.replace(day=15, hour=15, minute=0, second=0, microsecond=0)
    offered_time(request=held, starts_at=day, ends_at=day + timedelta(hours=1), state="held")
    meeting(title="Clean air in schools", owner=owner, starts_at=day, ends_at=day + timedelta(hours=1))
    return late


def drag(window: Person, what: str, where: str) -> None:
    with window.page.expect_navigation():
        window.page.locator(what).first.drag_to(window.page.locator(where).first)


def test_cards_and_meetings_move_with_and_without_the_mouse(windows: Windows) -> None:
    late = planned()
    olu = windows.open(**DESK)
    olu.sign_in("olu")

    olu.go(reverse("requests_board"))
    olu.look("board")
    drag(olu, f"#r-{late.public_id}", '[data-board-column="followed_up"]')
    assert olu.page.url.endswith(reverse("request_follow_up", args=[late.public_id]))
    olu.page.get_by_label("phone").check()
    olu.press("Note it")
    olu.look("request-followed-up")
    olu.go(reverse("ask_for_meeting", args=[late.person.public_id]))
    olu.look("ask-with-contacts")

    for shape in ("week", "agenda", "month"):
        olu.go(f"{reverse('meetings_calendar')}?shape={shape}&day={timezone.now():%Y-%m}-15")
        olu.look(f"calendar-{shape}")
    drag(olu, "[data-calendar-entry]", f'[data-calendar-day="{timezone.now():%Y-%m}-17"]')
    assert "/move/?starts_at=" in olu.page.url
    assert olu.page.locator("[name=time-date]").input_value().endswith("-17")

    olu.go(f"{reverse('meetings_calendar')}?day={timezone.now():%Y-%m}-15")
    olu.tab_to("[data-calendar-entry] summary")
    olu.page.keyboard.press("Enter")
    olu.page.locator("[data-calendar-entry] input[type=date]").fill(f"{timezone.now():%Y-%m}-18")
    with olu.page.expect_navigation():
        olu.page.keyboard.press("Enter")
    assert re.search(r"starts_at=\d{4}-\d\d-18", olu.page.url)

    phone = windows.open(**PHONE)
    phone.sign_in("olu")
    for name in ("requests_board", "meetings_calendar"):
        phone.go(reverse(name))
        phone.look(f"{name}-phone")
    late.refresh_from_db()
    assert (late.state, windows.wrong()) == ("followed_up", [])
