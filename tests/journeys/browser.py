"""A person at a real browser: what she sees, and what the browser complains about."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

PASSWORD = "a long test password"
STILL = {"reduced_motion": "reduce"}
DESK = {"viewport": {"width": 1280, "height": 900}, **STILL}
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True, **STILL}
# Wagtail 8.0 announces the number of matches of a list in <h2 role="alert">.
WAGTAILS_OWN = ("aria-allowed-role",)
AT_REST = """Promise.race([
    Promise.allSettled(document.getAnimations().map(each => each.finished)),
    new Promise(done => setTimeout(done, 1500)),
]).then(() => null)"""
PICTURES = Path(settings.BASE_DIR) / "var" / "journey"


@dataclass
class Person:
    """One browser window of one person. `wrong` collects what must not happen, with the page it happened on."""

    page: Any
    home: str
    wrong: list[str] = field(default_factory=list)
    chrome_rules: tuple[str, ...] = ()
    """Rules that Wagtail's own frame around our staff pages breaks."""

    def listen(self) -> "Person":
        self.page.on("console", self._line)
        self.page.on("pageerror", lambda error: self.wrong.append(f"{self.page.url} {error}"))
        self.page.on("request", self._request)
        return self

    def _line(self, line: Any) -> None:
        if line.type in {"error", "warning"}:
            self.wrong.append(f"{self.page.url} {line.text}")

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.home, "data:", "blob:", "about:")):
            self.wrong.append(f"{self.page.url} asked {request.url}")

    def go(self, path: str) -> None:
        self.page.goto(self.home + path if path.startswith("/") else path)

    def look(self, name: str) -> None:
        """Keep a picture, and hold the page to our rules: accessible, and no wider than the screen."""
        if self.page.locator(".messages li").count():
            self.page.wait_for_timeout(700)  # Wagtail's messages fade in by a timer of their own
        self.page.evaluate(AT_REST)
        self.picture(name)
        self.wrong += [f"{name}: {each}" for each in violations(self.page, self.chrome_rules)]
        if self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            self.wrong.append(f"{name}: wider than the screen")

    def picture(self, name: str) -> None:
        """The whole page: staff screens scroll inside the window, so the window grows for a moment."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        size = self.page.viewport_size
        tall = self.page.evaluate("Math.max(...[...document.querySelectorAll('*')].map(e => e.scrollHeight))")
        self.page.set_viewport_size({**size, "height": min(max(tall, size["height"]), 6000)})
        self.page.screenshot(path=str(PICTURES / f"{name}.png"))
        self.page.set_viewport_size(size)

    def sign_in(self, username: str) -> None:
        self.go("/admin/login/")
        self.page.locator("[name=username]").fill(username)
        self.page.locator("[name=password]").fill(PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/admin/")
        self.chrome_rules = WAGTAILS_OWN

    def tab_to(self, selector: str, limit: int = 400) -> None:
        """Press Tab until what `selector` names has the focus; a full list has some 270 stops."""
        for _press in range(limit):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("s => document.activeElement.matches(s)", selector):
                return
        raise AssertionError(f"The Tab key never reaches {selector} on {self.page.url}.")

    def press(self, name: str) -> None:
        """A button that leads to another page."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).click()

    def open(self, name: str) -> None:
        """The first link with these words."""
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=name).first.click()


class Windows:
    """The windows of everybody in one walk."""

    def __init__(self, chromium: Any, home: str) -> None:
        self.chromium, self.home = chromium, home
        self.people: list[Person] = []

    def open(self, **options: Any) -> Person:
        """A new window of somebody else: no cookie is shared."""
        person = Person(self.chromium.new_context(**options).new_page(), self.home).listen()
        self.people.append(person)
        return person

    def wrong(self) -> list[str]:
        """Everything the browsers complained about."""
        return [each for person in self.people for each in person.wrong]

    def close(self) -> None:
        for person in self.people:
            person.page.context.close()


def violations(page: Any, chrome_rules: tuple[str, ...]) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"preload": False}).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:160]}"
        for rule in found
        if rule["id"] not in chrome_rules
        for node in rule["nodes"]
    ]
