"""One role's walk through everything it can reach, looking for planted words in every answer."""

import html
import io
import re
import zipfile
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urljoin, urlsplit

from django.db import transaction
from django.test import Client
from django.urls import Resolver404, resolve
from wagtail.models import APIToken

from crm.access.enums import Role
from tests.canaries.addresses import hidden_addresses, visible_addresses
from tests.canaries.plant import World
from tests.canaries.words import HIDDEN, ORIGIN, PRIVATE, PROBE, SUPPORTER, words_in

LINK = re.compile(r"""(?:href|action|src|data-[\w-]*url|data-suggest|formaction)="(/[^"#]*)""")
FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
SELECT = re.compile(r"<select\b([^>]*)>(.*?)</select>", re.DOTALL)
OPTION = re.compile(r"<option\b([^>]*)>", re.DOTALL)
INPUT = re.compile(r"<input\b([^>]*)>", re.DOTALL)
TEXTAREA = re.compile(r"<textarea\b([^>]*)>(.*?)</textarea>", re.DOTALL)
ATTRIBUTE = re.compile(r"""([\w-]+)(?:="([^"]*)")?""")
NOT_FOLLOWED = ("/static/", "/media/", "/admin/logout", "/admin/sprite", "/admin/jsi18n", "/dev/")
WORKERS = {Role.COORDINATOR, Role.DIRECTOR, Role.AUDITOR}
PER_ROUTE, PER_SELECT = 10, 4


def stems_for(role: Role | None) -> tuple[str, ...]:
    """The kinds of words this role must never read."""
    if role == Role.DIRECTOR:
        return (PRIVATE,)
    return (HIDDEN, PRIVATE) if role in WORKERS else (HIDDEN, PRIVATE, SUPPORTER)


def attributes(tag: str) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in ATTRIBUTE.findall(tag)}


def text_of(response: Any) -> str:
    """What a reader could make of an answer: entities, percent signs and zip containers undone."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            content = b"\n".join(packed.read(name) for name in packed.namelist())
    text = content.decode(errors="replace")
    text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
    return unquote(html.unescape(html.unescape(text))) + " " + str(dict(response.headers))


@dataclass
class Form:
    """A form of a page: where it goes and what a browser would send."""

    page: str
    url: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    picks: set[str] = field(default_factory=set)
    """Fields that propose people or bodies."""


def forms_of(page: str, text: str) -> Iterator[Form]:
    for tag, inside in FORM.findall(text):
        told = attributes(tag)
        form = Form(page, urljoin(page, told.get("action") or page), told.get("method", "get").lower())
        for each, options in SELECT.findall(inside):
            name = attributes(each).get("name", "")
            found = [attributes(option) for option in OPTION.findall(options)]
            form.choices[name] = [option.get("value", "") for option in found]
            form.fields[name] = [option.get("value", "") for option in found if "selected" in option]
        for each in INPUT.findall(inside):
            told = attributes(each)
            name, kind = told.get("name", ""), told.get("type", "text")
            if kind in {"checkbox", "radio"}:
                form.choices.setdefault(name, []).append(told.get("value", "on"))
                form.fields.setdefault(name, [])
                if "checked" not in told and name != "ids":
                    continue
            if "data-suggest" in told:
                form.picks.add(name)
            if name and kind not in {"submit", "button", "file", "image"}:
                form.fields.setdefault(name, []).append(told.get("value", ""))
        for each, value in TEXTAREA.findall(inside):
            form.fields[attributes(each).get("name", "")] = [html.unescape(value).strip()]
        yield form


class Crawler:
    """`leaks` are (address, words), `broken` are (address, status); `asked` counts the answers searched."""

    def __init__(self, world: World, role: Role | None, *, cap: int = 600, per_route: int = PER_ROUTE) -> None:
        self.world, self.role, self.cap, self.per_route = world, role, cap, per_route
        self.client = Client(raise_request_exception=False)
        self.headers: dict[str, Any] = {}
        if role is not None:
            self.client.force_login(world.users[role])
            self.headers["HTTP_AUTHORIZATION"] = "Bearer " + APIToken.create_token(user=world.users[role], name="k")[1]
        self.stems = stems_for(role)
        self.asked = 0
        self.leaks: list[tuple[str, list[str]]] = []
        self.broken: list[tuple[str, int]] = []
        self.pages: dict[str, str] = {}
        self.routes: Counter[str] = Counter()
        self.forms: dict[tuple[str, ...], Form] = {}

    def look(self, response: Any, address: str, allowed: Iterable[str] = ()) -> str:
        """Search one answer; words the request itself named may be repeated, but only those."""
        self.asked += 1
        text = text_of(response)
        said = words_in(unquote(address))
        found = {each for each in words_in(text) - said - set(allowed) if each.startswith(self.stems)}
        if found:
            self.leaks.append((address, sorted(f"{each} {ORIGIN.get(each)}" for each in found)))
        if response.status_code >= 500:
            self.broken.append((address, response.status_code))
        return text

    def get(self, url: str) -> tuple[Any, str]:
        headers = self.headers if url.startswith("/api/") else {}
        response = self.client.get(url, **headers)
        return response, self.look(response, url)

    def walk(self) -> None:
        """Breadth first from every route of ours with visible rows, then every link the pages hold."""
        waiting = deque(url for url in visible_addresses(self.world.seen) if not url.startswith(NOT_FOLLOWED))
        known = set(waiting)
        while waiting and len(self.pages) < self.cap:
            url = waiting.popleft()
            if not self._still_new(url):
                continue
            response, text = self.get(url)
            self.pages[url] = text if response.status_code == 200 else ""
            found = [response["Location"]] if "Location" in response else LINK.findall(text)
            links = {self._same_site(urljoin(url, link)) for link in found} - known - {""}
            known |= links
            waiting.extend(sorted(links))
            raw = b"" if response.streaming else response.content
            for form in forms_of(url, raw.decode(errors="replace")) if self.pages[url] else ():
                self.forms.setdefault((form.method, self._route(form.url), *sorted(form.fields)), form)

    def _same_site(self, url: str) -> str:
        parts = urlsplit(html.unescape(url))
        here = parts.netloc in {"", "testserver", "localhost"}
        plain = parts.path + (f"?{parts.query}" if parts.query else "")
        return "" if not here or plain.startswith(NOT_FOLLOWED) or words_in(unquote(plain)) else plain

    def _route(self, url: str) -> str:
        try:
            return resolve(urlsplit(url).path).route
        except Resolver404:
            return url

    def _still_new(self, url: str) -> bool:
        names = sorted(name for name, _value in parse_qsl(urlsplit(url).query))
        self.routes[key := f"{self._route(url)}?{'&'.join(names)}"] += 1
        return self.routes[key] <= self.per_route

    def ask_lists(self) -> None:
        """Every search, filter, order and export of every list, and every suggestion, with the words."""
        who = self.world.hidden["person"]
        words = [PROBE, HIDDEN, *who.name.lower().split()[:1], who.public_id]
        for form in [form for form in self.forms.values() if form.method == "get"]:
            for query in self._questions(form, words):
                self.get(f"{urlsplit(form.url).path}?{urlencode(query)}")
        for url in [
            url for url in self.pages if re.search(r"suggest|similar|palette|/results/|api/v3/(crm|meet)", url)
        ]:
            for text in words:
                for name in ("q", "name", "email", "search"):
                    self.get(f"{urlsplit(url).path}?{urlencode({name: text})}")
        for url in {urlsplit(url).path for url, text in self.pages.items() if 'name="q"' in text or "/results/" in url}:
            for query in ("export=csv", "export=xlsx", "ordering=-name", "p=2", "p=99999999999999999999", "q=%00"):
                self.get(f"{url}?{query}")

    def _questions(self, form: Form, words: list[str]) -> Iterator[dict[str, str]]:
        who, body = self.world.hidden["person"], self.world.hidden["office"]
        refs = [str(who.pk), f"x #{who.public_id}", f"x #{body.public_id}"]
        for name in form.fields:
            offered = [value for value in form.choices.get(name, []) if value][:PER_SELECT]
            for value in [*words, *refs, *offered] if not offered else [*offered, str(who.pk), body.public_id]:
                yield {name: value}

    def knock(self) -> list[tuple[str, int, int]]:
        """GET and POST every hidden row's own address; gives those that answer as if it were there."""
        private = hidden_addresses(self.world.seen, self.world.hidden, private=True)
        hidden = (
            [] if self.role == Role.DIRECTOR else hidden_addresses(self.world.seen, self.world.hidden, private=False)
        )
        told = []
        for url in [*hidden, *private]:
            absent = self._absent(url)
            for method in ("get", "post"):
                with transaction.atomic():
                    headers = self.headers if url.startswith("/api/") else {}
                    response = getattr(self.client, method)(url, **headers)
                    nobody = getattr(self.client, method)(absent, **headers)
                    transaction.set_rollback(True)
                self.look(response, url)
                if response.status_code != nobody.status_code or response.status_code in {200, 204}:
                    told.append((f"{method} {url}", response.status_code, nobody.status_code))
        return told

    def _absent(self, url: str) -> str:
        """The same address with keys nobody has."""
        for row in sorted(self.world.hidden.values(), key=lambda row: -row.pk):
            if hasattr(row, "public_id"):
                url = url.replace(row.public_id, "nobody-has-this-id-1234")
        keys = {str(row.pk) for row in self.world.hidden.values()}
        return "/".join("99999999" if part in keys else part for part in url.split("/"))
