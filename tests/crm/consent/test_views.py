from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from crm.base.errors import ParleyError
from crm.base.links import make_token
from crm.consent import registry
from crm.consent.registry import Button, LinkHandler, LinkPage, LinkState, register_link

PUBLIC_ID = "a" * 22
pytestmark = pytest.mark.django_db


class Door:
    """A handler that remembers what was pressed; letter `z` is nobody else's."""

    def __init__(self) -> None:
        self.pressed: list[tuple[str, dict[str, str]]] = []

    def describe(self, public_id: str, at: datetime) -> LinkPage | None:
        if public_id != PUBLIC_ID:
            return None
        buttons = (Button("yes", "Sí"), Button("no", "No", is_primary=False))
        return LinkPage(
            LinkState.ASK, "¿Viene?", ("Una frase.", "Otra."), (("Día", "lunes"),), buttons, language="es",
            asks_comment=True,
        )  # fmt: skip

    def act(self, public_id: str, answer: str, data: Mapping[str, str], at: datetime) -> LinkPage | None:
        if answer == "late":
            raise ParleyError("The day is over. Ask the office for another one.")
        self.pressed.append((answer, dict(data)))
        return LinkPage(LinkState.DONE, "Gracias", ("Hecho.",), language="es")


@pytest.fixture
def door() -> Iterator[Door]:
    door = Door()
    register_link("z", LinkHandler(door.describe, door.act, one_click=True))
    yield door
    registry._handlers.pop("z")


def url(public_id: str = PUBLIC_ID) -> str:
    return f"/l/{make_token('z', public_id)}/"


def strict() -> Client:
    return Client(enforce_csrf_checks=True)


def headers_of(response: HttpResponse) -> dict[str, str]:
    return {name: response.headers[name] for name in ("Cache-Control", "Referrer-Policy", "X-Robots-Tag")}


PRIVATE = {"Cache-Control": "private, no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


def test_opening_a_link_describes_it_in_the_language_of_its_row(door: Door, client: Client) -> None:
    response = client.get(url(), headers={"accept-language": "en"})
    page = response.content.decode()

    assert (response.status_code, door.pressed) == (200, [])
    assert '<html lang="es"' in page
    assert [words in page for words in ("¿Viene?", "Una frase.", "Otra.", "lunes", 'value="yes"', "textarea")] == [
        True
    ] * 6
    assert headers_of(response) == PRIVATE
    # Under `no-referrer` alone a browser posts `Origin: null`, which Django refuses.
    assert '<meta name="referrer" content="same-origin">' in page


def test_pressing_needs_the_token_of_the_form(door: Door) -> None:
    visitor = strict()
    bare = visitor.post(url(), {"answer": "yes"})
    visitor.get(url())

    allowed = visitor.post(
        url(), {"answer": "yes", "comment": "Hola", "csrfmiddlewaretoken": visitor.cookies["csrftoken"].value}
    )

    assert (bare.status_code, allowed.status_code) == (403, 200)
    assert [(answer, data["comment"]) for answer, data in door.pressed] == [("yes", "Hola")]
    assert "Hecho." in allowed.content.decode()
    assert headers_of(allowed) == PRIVATE


def test_a_mail_program_unsubscribes_without_cookie_or_token(door: Door) -> None:
    response = strict().post(url(), "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")

    assert (response.status_code, response.content, door.pressed) == (200, b"", [("", {})])
    assert response.cookies == {}
    assert headers_of(response) == PRIVATE


def test_only_links_for_mail_programs_go_without_the_token(door: Door) -> None:
    register_link("z", LinkHandler(door.describe, door.act))

    response = strict().post(url(), {"List-Unsubscribe": "One-Click"})

    assert (response.status_code, door.pressed) == (403, [])


@pytest.mark.parametrize("agent", ["Mozilla/5.0", "Barracuda", "Proofpoint", "Google-Safety", "curl/8", ""])
@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_a_scanner_changes_nothing(door: Door, client: Client, method: str, agent: str) -> None:
    response = getattr(client, method)(url(), headers={"user-agent": agent})

    assert (response.status_code, door.pressed) == (200, [])
    assert headers_of(response) == PRIVATE


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused(door: Door, client: Client, method: str) -> None:
    response = getattr(client, method)(url())

    assert (response.status_code, door.pressed) == (405, [])


def test_a_row_that_is_gone_is_told_like_an_unknown_link(door: Door, client: Client) -> None:
    response = client.get(url("b" * 22))

    assert response.status_code == 404
    assert "This link does not work" in response.content.decode()


def test_a_refusal_is_told_in_its_sentence(door: Door, client: Client) -> None:
    response = client.post(url(), {"answer": "late"})

    assert (response.status_code, door.pressed) == (409, [])
    assert "The day is over. Ask the office for another one." in response.content.decode()


def test_a_comment_that_is_too_long_is_not_acted_on(door: Door, client: Client) -> None:
    response = client.post(url(), {"answer": "yes", "comment": "x" * 1001})

    assert (response.status_code, door.pressed) == (422, [])


def forgeries() -> list[str]:
    good = make_token("z", PUBLIC_ID)
    swapped = [good[:n] + ("A" if good[n] != "A" else "B") + good[n + 1 :] for n in range(1, len(good))]
    letters = [letter + good[1:] for letter in "abcdefghijklmnopqrstuvwxy0Z"]
    moved = [make_token(letter, PUBLIC_ID)[1:] for letter in "cnrup"]
    other = [f"z{make_token(letter, PUBLIC_ID)[1:]}" for letter in "abcdefghijklmnopqrstuvwxy"]
    guesses = [f"z{n:022d}{n:022d}" for n in range(200)]
    return [*swapped, *letters, *moved, *other, *guesses, good[:-1], good + "A", "z", "zz", "1", "%00", "z" * 400]


@pytest.mark.slow
def test_three_hundred_forged_tokens_open_nothing(door: Door, client: Client) -> None:
    tokens = forgeries()

    answers = {
        (response.status_code, "This link does not work" in response.content.decode())
        for token in tokens
        for response in (client.get(f"/l/{token}/"), client.post(f"/l/{token}/", {"answer": "yes"}))
    }

    assert len(tokens) >= 300
    assert (answers, door.pressed) == ({(404, True)}, [])


def test_an_unknown_link_says_what_to_do(client: Client) -> None:
    response = client.get("/l/nonsense/")

    assert response.status_code == 404
    assert "Copy the whole address from the mail and try again." in response.content.decode()
    assert headers_of(response) == PRIVATE


def test_the_page_asks_the_database_for_nothing(door: Door, client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        client.get(url())
