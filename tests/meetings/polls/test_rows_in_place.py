"""With a script, more times appear in the form without leaving it."""

import os
from typing import Any

import pytest
from django.urls import reverse

from meetings.polls.models import Poll
from tests.meetings.polls.test_viewsets import typed

CHROMIUM = "/usr/bin/chromium"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not os.path.exists(CHROMIUM), reason="Install chromium to run this."),  # noqa: PTH110
]


def test_more_times_appear_in_place_and_are_kept(
    live_server: Any, owner: Any, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync_api = pytest.importorskip("playwright.sync_api")
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    client.force_login(owner)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context()
        context.add_cookies([cookie])
        page = context.new_page()
        page.goto(live_server.url + reverse("poll_new"))
        asked = []
        page.on("request", lambda request: asked.append(request.method))
        page.fill("[name=time5-date]", "2026-10-30")
        page.fill("[name=time5-start]", "10:00")
        page.fill("[name=time5-end]", "10:30")
        page.get_by_role("button", name="Add more times").click()
        rows, focus = page.locator("[data-more-rows=time] > fieldset"), page.evaluate("document.activeElement.name")
        legends, copied = rows.locator("legend").all_inner_texts(), page.input_value("[name=time6-date]")
        labels = page.locator("label[for=id_time8-date]").count()
        for name, value in (
            typed() | {"time8-date": "2026-10-31", "time8-start": "11:00", "time8-end": "11:30"}
        ).items():
            field = page.locator(f"[name='{name}']")
            _choose(field, value)
        posted_before = list(asked)
        page.get_by_role("button", name="Start the poll and mail everybody").last.click()
        page.wait_for_url("**/meetings/poll/*/")
        browser.close()

    assert (len(legends), legends[-1], focus, copied, labels) == (9, "Time 9", "time6-date", "", 1)
    assert "POST" not in posted_before
    assert [f"{each.starts_at:%d %H:%M}" for each in Poll.objects.get().options.all()] == [
        "28 19:00",
        "29 13:00",
        "30 14:00",
        "31 15:00",
    ]


def _choose(field: Any, value: str) -> None:
    if field.evaluate("each => each.tagName") == "SELECT":
        field.select_option(value)
    else:
        field.fill(value)
