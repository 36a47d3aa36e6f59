"""The outcome of a meeting on a phone: one column at 360 px, targets for a thumb, everything by keyboard."""

import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.followups.models import Commitment
from meetings.outcomes.models import Outcome
from meetings.scheduling.models import Meeting
from tests.meetings.conftest import LEAD

CHROMIUM = "/usr/bin/chromium"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not os.path.exists(CHROMIUM), reason="Install chromium to run this."),  # noqa: PTH110
]
TARGETS = """() => [...document.querySelectorAll(`.p-step button, .p-step a.button, .p-step summary, .p-form select,
  .p-form textarea, .p-form input:not([type=hidden], [type=checkbox], [type=radio]), .p-form label:has(input)`)]
  .filter(e => e.checkVisibility()).map(e => [e.tagName, e.getBoundingClientRect()])
  .filter(([tag, box]) => box.height < 44 || box.right > 360).map(([tag, box]) => `${tag} ${box.height}`)"""


@pytest.fixture
def phone(live_server: Any, delegation: Any, client: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api")
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    start = timezone.now() - timedelta(hours=1)
    Meeting.objects.update(starts_at=start, ends_at=start + timedelta(minutes=30))
    client.force_login(delegation.coordinator)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 360, "height": 780}, has_touch=True, java_script_enabled=True)
        context.add_cookies([cookie])
        page = context.new_page()
        page.goto(live_server.url + reverse("meeting_outcome", args=[delegation.meeting.public_id]))
        yield page
        browser.close()


def test_outcome_fits_a_thumb_and_is_done_in_few_taps(phone: Any, delegation: Any) -> None:
    fields = phone.locator(".p-form :is(input:not([type=hidden]), select, textarea):visible").count()
    too_small, width = phone.evaluate(TARGETS), phone.evaluate("document.documentElement.scrollWidth")

    phone.get_by_text("Ada Mensah").tap()
    phone.get_by_text("supports", exact=True).tap()
    phone.fill("[name=promise0-words]", "I will co-sponsor the bill.")
    phone.fill("[name=next_step]", "Call the chief of staff")
    phone.get_by_role("button", name="Record it").tap()

    phone.wait_for_url("**/outcome/done/")
    assert (too_small, width, fields) == ([], 360, 22)
    assert (Outcome.objects.get().position, Commitment.objects.count()) == ("support", 1)
    assert delegation.attendee(LEAD).came is True


def test_a_refused_outcome_puts_the_focus_on_what_is_wrong(phone: Any) -> None:
    phone.get_by_role("button", name="Record it").focus()
    phone.keyboard.press("Enter")

    phone.wait_for_selector("#problems")
    assert phone.evaluate("document.activeElement.id") == "problems"
    assert phone.title().startswith("Error: Record the outcome")
    assert Outcome.objects.count() == 0
