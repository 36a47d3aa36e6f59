"""The whole job in a real browser on the real Congress, as the four kinds of people do it.

Pictures of every screen are left in var/journey.
"""

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from cms.models import PetitionPage
from crm.activity.models import ActivityEntry
from crm.briefings.actions import create_talking_point
from crm.messaging.models import Message
from crm.people import models as registry
from crm.people.queries import district_of
from crm.places.actions import set_postcode_areas
from meetings.scheduling.models import Meeting
from tests.journeys.browser import DESK, PASSWORD, PHONE, Person, Windows
from tests.journeys.walk import BEGIN, DANA, LEAD, World, build_world, deliver, run

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
STATE, COMMITTEE, POSTCODE = "California", "House Committee on Agriculture", "00002"
COMMS, DIRECTOR = "ines@alliance.example", "vera@alliance.example"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed, so nobody walked the whole job in a browser.")
    sync_playwright = pytest.importorskip("playwright.sync_api").sync_playwright
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread, which Django would take for an async view.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        opened = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def world(chromium: Any, live_server: Any, first_rows: None, shared_data: Path, settings: Any) -> Iterator[World]:
    settings.PUBLIC_URL = live_server.url
    with time_machine.travel(BEGIN, tick=True) as clock:
        run("import_people", str(shared_data / "policymakers" / "us-congress"), profile="us-congress")
        yield build_world(Client(), clock, password=PASSWORD, port=urlsplit(live_server.url).port or 80)


@pytest.fixture
def windows(chromium: Any, live_server: Any) -> Iterator[Windows]:
    """Opens windows, and closes them at the end."""
    opened = Windows(chromium, live_server.url)
    yield opened
    opened.close()


def test_whole_job_in_the_browser(world: World, windows: Windows) -> None:
    olu, comms, director = (windows.open(**DESK) for _somebody in range(3))
    phone = windows.open(**PHONE)
    url = comms_publishes(world, comms)
    coordinator_finds(world, olu)
    know_the_district(world)
    public_reads_and_signs(windows.open(java_script_enabled=False, **PHONE), windows.open(**PHONE), url)
    advocate_confirms(world, windows.open(**DESK))
    coordinator_asks_and_offers(world, olu)
    coordinator_confirms(world, olu)
    office_answers_by_link(windows.open(**PHONE), olu)
    director_approves(world, director)
    coordinator_takes_the_briefing(world, olu)
    outcome_on_the_phone(world, phone)
    my_day_shows_the_tasks(olu, phone)

    the_other_screens(world, olu)

    assert "\n".join(windows.wrong()) == ""
    assert steps_on_the_timeline() == STEPS


def comms_publishes(world: World, comms: Person) -> str:
    """The petition gets its page, the campaign page leads to it."""
    comms.sign_in(COMMS)
    comms.go(reverse("wagtailadmin_pages:add", args=["cms", "petitionpage", world.hub.pk]))
    page = comms.page
    page.locator("#id_title").fill("Two drains, one clean harbour")
    page.locator("#id_petition").select_option(label="Two drains")
    page.locator("#id_intro").fill("Ask Congress to separate storm water from waste water.")
    comms.look("01-comms-writes")
    publish(page)
    url = str(PetitionPage.objects.get(live=True).url)

    comms.go(reverse("wagtailadmin_pages:edit", args=[world.hub.pk]))
    page.locator("#id_intro").fill("One bill would end the overflow. It needs nine more votes.")
    publish(page)
    return url


def publish(page: Any) -> None:
    page.locator("footer .w-dropdown__toggle").click()
    page.get_by_role("button", name="Publish").click()
    page.wait_for_url(re.compile(r"/admin/pages/\d+/$"))


def coordinator_finds(world: World, olu: Person) -> None:
    """A real member by state and committee, with the keyboard only."""
    olu.sign_in(LEAD)
    olu.look("02-my-day-before")
    olu.go("/admin/people/")
    choose(olu, "state", STATE)
    choose(olu, "committee", COMMITTEE)
    olu.page.keyboard.press("Escape")
    olu.look("03-people-filtered")
    olu.tab_to("td.title a")
    olu.page.keyboard.press("Enter")
    olu.page.wait_for_url(re.compile(r"/admin/people/[\w-]{22}/\?list="))
    olu.look("04-person")
    public_id = urlsplit(olu.page.url).path.rstrip("/").rpartition("/")[2]
    world.policymaker = registry.Person.objects.get(public_id=public_id)
    seats = [str(each.organization) for each in world.policymaker.memberships.all()]
    assert COMMITTEE in seats
    assert COMMITTEE in olu.page.content()


def choose(olu: Person, name: str, label: str) -> None:
    """One filter of the list, without a mouse."""
    if olu.page.locator("[aria-label='Show filters']").get_attribute("aria-expanded") != "true":
        olu.tab_to("[aria-label='Show filters']")
        olu.page.keyboard.press("Enter")
    else:
        olu.page.keyboard.press("Enter")
    olu.tab_to(f"[aria-controls='drilldown-id_{name}']")
    olu.page.keyboard.press("Enter")
    olu.tab_to(f"#id_{name}")
    with olu.page.expect_response(lambda response: f"{name}=" in response.url):
        olu.page.keyboard.type(label)
        olu.page.keyboard.press("Tab")
    olu.page.keyboard.press("Escape")


def know_the_district(world: World) -> None:
    district = district_of(world.policymaker, world.now.date())
    assert district is not None
    set_postcode_areas(POSTCODE, district, by=world.coordinator, at=world.now)


def public_reads_and_signs(plain: Person, phone: Person, url: str) -> None:
    """On a phone; the one who signs has no JavaScript."""
    for number, path in enumerate(("/en/", "/en/clean-harbours/", url)):
        phone.go(path)
        phone.look(f"05-public-{number}")
    plain.go(url)
    for name, value in {
        "given_name": "Zoë",
        "family_name": "Quist",
        "email": "zoe@people.example",
        "postcode": POSTCODE,
    }.items():
        plain.page.locator(f"#id_{name}").fill(value)
    plain.page.locator("#id_signature_consent").check()
    plain.page.locator("#sign button[type=submit]").click()
    assert plain.page.url.endswith("/thank-you/")
    phone.go(url + "thank-you/")
    phone.look("06-public-thanks")


def advocate_confirms(world: World, advocate: Person) -> None:
    """She opens the mail as it arrives and presses the button behind its link."""
    open_mail(advocate, "zoe@people.example", "Please confirm your signature", "07-mail-confirm")
    follow(advocate, r"/l/c")
    advocate.look("08-confirm")
    world.petition.refresh_from_db()
    assert world.petition.signature_count == 0
    advocate.press("Confirm my signature")
    advocate.look("09-confirmed")
    world.petition.refresh_from_db()
    assert world.petition.signature_count == 1


def open_mail(reader: Person, email: str, subject: str, picture: str) -> None:
    deliver()
    reader.go(f"/dev/outbox/?recipient={email}")
    reader.look(f"{picture}-list")
    reader.open(subject)
    reader.look(picture)


def follow(reader: Person, start: str) -> None:
    """The address of a mailed link, as it stands in the text of the mail."""
    found = re.search(rf"{start}[\w-]{{44}}/", reader.page.content())
    assert found
    reader.go(found[0])


def coordinator_asks_and_offers(world: World, olu: Person) -> None:
    olu.go(reverse("people:page", args=[world.policymaker.public_id]))
    olu.open("Ask for a meeting")
    page = olu.page
    page.locator("[name=ask]").select_option(label=world.ask.title)
    page.locator("[name=new_name]").fill("Dana Ruiz")
    page.locator("[name=new_email]").fill(DANA)
    olu.press("Show the mail first")
    olu.look("10-ask-preview")
    olu.press("Ask for the meeting")
    olu.look("11-request")
    deliver()
    olu.open("Offer times")
    fill_time(page, "time0", "2026-10-06", "14:00", "14:30")
    page.locator("[name=time0-zone]").select_option(value="America/New_York")
    olu.look("12-offer")
    olu.press("Offer these times")
    olu.look("13-offered")
    deliver()


def fill_time(page: Any, prefix: str, day: str, start: str, end: str) -> None:
    for name, value in {"date": day, "start": start, "end": end}.items():
        page.locator(f"[name={prefix}-{name}]").fill(value)


def coordinator_confirms(world: World, olu: Person) -> None:
    page = olu.page
    olu.open("They said yes: confirm")
    page.locator("[name=when]").first.check()
    page.locator("[name=place-venue_name]").fill("Rayburn House Office Building")
    page.locator("[name=place-venue_room]").fill("Room 2445")
    for row in page.get_by_text("One more person").all()[:2]:
        row.click()
    for number, (role, user) in enumerate((("lead", world.coordinator), ("note_taker", world.volunteer))):
        page.locator(f"[name=guest{number}-role]").select_option(value=role)
        page.locator(f"[name=guest{number}-user]").select_option(value=str(user.pk))
    page.locator("[name=guest2-role]").select_option(value="constituent")
    page.locator("[name=guest2-name]").fill("Kim Vale")
    page.locator("[name=guest2-email]").fill("kim@home.example")
    olu.look("14-confirm")
    olu.press("Confirm and send the invitations")
    olu.look("15-meeting")
    world.meeting = Meeting.objects.get()


def office_answers_by_link(dana: Person, olu: Person) -> None:
    """The invitation in the outbox has its calendar part; the answer shows on the meeting page."""
    open_mail(dana, DANA, "Meeting: ", "16-invitation")
    assert "METHOD" in dana.page.content()
    follow(dana, r"/l/r")
    dana.look("17-answer")
    dana.press("I will come")
    dana.look("18-answered")
    olu.page.reload()
    olu.look("19-meeting-answered")
    assert "Dana Ruiz" in olu.page.locator("#who").inner_text()


def director_approves(world: World, director: Person) -> None:
    """What a coordinator wrote is said only when somebody else approved it."""
    point = create_talking_point(
        ask=world.ask,
        text="Nine of ten beaches were closed last year.",
        source="Harbour office",
        sourced_on=BEGIN.date(),
        by=world.coordinator,
        at=world.now,
    )
    director.sign_in(DIRECTOR)
    director.go("/admin/talking-points/")
    director.look("20-talking-points")
    director.open("Nine of ten")
    director.look("21-talking-point")
    director.press("Approve")
    point.refresh_from_db()
    assert (point.state, point.approved_by) == ("approved", world.director)


def coordinator_takes_the_briefing(world: World, olu: Person) -> None:
    olu.press("Make a briefing")
    olu.look("22-briefing")
    text = olu.page.locator("main").inner_text()
    for words in (world.policymaker.name, "Nine of ten beaches", "All petitions", "Rayburn"):
        assert words in text
    with olu.page.expect_download() as waited:
        olu.page.get_by_role("link", name="Download as PDF").click()
    assert Path(waited.value.path()).read_bytes()[:5] == b"%PDF-"


def outcome_on_the_phone(world: World, phone: Person) -> None:
    """In the corridor, right after the talk."""
    world.clock.move_to(datetime(2026, 10, 6, 18, 40, tzinfo=UTC), tick=True)
    phone.sign_in(LEAD)
    phone.go(reverse("meeting_page", args=[world.meeting.public_id]))
    phone.look("23-phone-meeting")
    phone.open("Record the outcome")
    page = phone.page
    for name in ("Olu Marsh", "Dana Ruiz"):
        page.get_by_label(re.compile(name)).check()
    page.locator("[name=position][value=lean_support]").check()
    page.locator("[name=promise0-words]").fill("I will co-sponsor the bill.")
    page.locator("[name=promise0-due_on]").fill("2026-10-09")
    page.locator("[name=questions]").fill("What does it cost?")
    phone.look("24-phone-outcome")
    phone.press("Record it")
    phone.look("25-phone-done")
    assert "Thank-you mail, a draft" in page.content()


def my_day_shows_the_tasks(olu: Person, phone: Person) -> None:
    phone.go("/admin/")
    phone.look("26-phone-my-day")
    olu.sign_in(LEAD)
    olu.look("27-my-day-after")
    text = olu.page.locator("#my-day").inner_text()
    assert "I will co-sponsor the bill." in text


def the_other_screens(world: World, olu: Person) -> None:
    """What the walk did not pass, with something on it."""
    ids, draft = [world.meeting.public_id], Message.objects.get(status="draft")
    screens = {
        "person-after": reverse("people:page", args=[world.policymaker.public_id]),
        "meetings": reverse("meetings:index"),
        "requests": reverse("meeting_requests:index"),
        "answers": reverse("answers_to_look_at"),
        "tasks": reverse("tasks:index"),
        "mails": reverse("mails:index"),
        "mail-draft": reverse("crm_mail", args=[draft.public_id]),
        "briefings": reverse("briefing_list", args=[world.policymaker.public_id]),
        "agenda": reverse("meeting_agenda", args=ids),
        "outcome-again": reverse("meeting_outcome", args=ids),
    }
    for number, (name, path) in enumerate(screens.items(), start=28):
        olu.go(path)
        olu.look(f"{number}-{name}")


def steps_on_the_timeline() -> list[str]:
    """What the walk left after the world was built, first to last."""
    built = ActivityEntry.objects.filter(verb="page.published").order_by("pk").values_list("pk", flat=True)[1]
    return list(ActivityEntry.objects.filter(pk__gt=built).order_by("pk").values_list("verb", flat=True))


STEPS = [
    "page.published",
    "postcode.set",
    "signature.submitted",
    "petition.signed",
    "meeting_request.requested",
    "meeting_request.offered",
    "meeting.confirmed",
    "attendee.answered",
    "talking_point.created",
    "talking_point.approved",
    "briefing.created",
    "meeting.outcome_recorded",
]
