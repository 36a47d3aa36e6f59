"""The public site in a real browser: no violation of accessibility or CSP, nobody else is called, no script needed."""

import shutil
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from crm.petitions.models import Signature
from tests.factories.cms import AT, Website, image, spanish, website
from tests.factories.petitions import signature
from tests.factories.places import area

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    # Wagtail leaves the temporary file of a picture's rendition to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

VIEWS = {
    "light": {"color_scheme": "light", "viewport": {"width": 1280, "height": 900}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 900}},
    "phone": {"color_scheme": "light", "viewport": {"width": 360, "height": 740}},
}
PAGES = ["home", "campaign", "petition_page", "article", "toolkit"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed, so the pages were not looked at in a browser.")
    sync_playwright = pytest.importorskip("playwright.sync_api").sync_playwright
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread, which Django would take for an async view.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        opened = playwright.chromium.launch(executable_path=program)
        yield opened
        opened.close()


@pytest.fixture
def sites(browser: Any, live_server: Any, first_rows: None) -> tuple[Website, Website]:
    """The invented site with a picture and signatures, in both languages."""
    english = website(hostname="localhost", port=urlsplit(live_server.url).port or 80)
    english.campaign.image = image()
    english.campaign.save_revision().publish()
    district = area(name="Fairhaven North")
    for number in range(9):
        signature(petition=english.petition, area=district if number < 6 else None, at=AT)
    return english, spanish(english)


class Watch:
    """What a page asked for and complained about."""

    def __init__(self, page: Any, home: str) -> None:
        self.complaints: list[str] = []
        self.strangers: list[str] = []
        page.on(
            "console", lambda line: self.complaints.append(line.text) if line.type in {"error", "warning"} else None
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self._note(request.url, home))

    def _note(self, url: str, home: str) -> None:
        if not url.startswith((home, "data:")):
            self.strangers.append(url)


def violations(page: Any) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"preload": False}).response["violations"]
    return [f"{rule['id']}: {node['html'][:120]}" for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize("look", VIEWS)
def test_pages_are_accessible_strict_and_alone(
    browser: Any, live_server: Any, sites: tuple[Website, Website], look: str
) -> None:
    addresses = [getattr(site, name).url for site in sites for name in PAGES]

    seen = {url: looked_at(browser, live_server.url, url, look) for url in addresses}

    assert {url: found for url, found in seen.items() if found != CLEAN} == {}


CLEAN: dict[str, list[str]] = {"complaints": [], "strangers": [], "violations": [], "overflow": []}


def looked_at(browser: Any, home: str, url: str, look: str) -> dict[str, list[str]]:
    context = browser.new_context(**VIEWS[look])
    page = context.new_page()
    watch = Watch(page, home)
    page.goto(home + url)
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    found = {
        "complaints": list(watch.complaints),
        "strangers": list(watch.strangers),
        "violations": violations(page),
        "overflow": [url] if wide else [],
    }
    context.close()
    return found


@pytest.mark.parametrize("look", VIEWS)
def test_form_with_errors_is_accessible_and_takes_the_focus(
    browser: Any, live_server: Any, sites: tuple[Website, Website], look: str
) -> None:
    page = browser.new_context(**VIEWS[look]).new_page()
    page.goto(live_server.url + sites[0].petition_page.url)
    page.get_by_label("First name").fill("Ada")

    page.get_by_role("button", name="Sign now").click()

    assert page.title().startswith("Error: ")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    assert page.get_by_label("First name").input_value() == "Ada"
    assert violations(page) == []
    page.context.close()


def test_signing_works_without_javascript(browser: Any, live_server: Any, sites: tuple[Website, Website]) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(live_server.url + sites[1].petition_page.url)
    for field, value in {
        "given_name": "Zoë",
        "family_name": "Quist",
        "email": "zoe@people.example",
        "postcode": "00001",
    }.items():
        page.locator(f"#id_{field}").fill(value)
    page.locator("#id_signature_consent").check()

    page.locator("#sign button[type=submit]").click()

    row = Signature.objects.get(petition=sites[0].petition, state="pending")
    assert page.url == f"{live_server.url}{sites[1].petition_page.url}thank-you/"
    assert (row.given_name, row.language) == ("Zoë", "es")
    page.context.close()


def test_page_can_be_walked_with_the_keyboard(browser: Any, live_server: Any, sites: tuple[Website, Website]) -> None:
    page = browser.new_context(**VIEWS["light"]).new_page()
    page.goto(live_server.url + sites[0].petition_page.url)

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "main"
    page.context.close()


def test_print_leaves_the_form_out(browser: Any, live_server: Any, sites: tuple[Website, Website]) -> None:
    page = browser.new_context(**VIEWS["light"]).new_page()
    page.goto(live_server.url + sites[0].petition_page.url)

    page.emulate_media(media="print")

    assert page.locator("form").is_visible() is False
    assert page.get_by_role("heading", level=1).is_visible() is True
    page.context.close()
