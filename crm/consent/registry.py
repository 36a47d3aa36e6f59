"""What stands behind a mailed link: one handler per purpose letter.

c confirm a signature · n "this was not me" · r answer an invitation · u unsubscribe · p preferences · v vote in a poll
q no more reminders of a meeting
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.activity.registry import register_verb


class LinkState(StrEnum):
    ASK = "ask"
    DONE = "done"
    OVER = "over"


@dataclass(frozen=True)
class Button:
    """One way to answer: posted as `answer=value`."""

    value: str
    label: Any
    is_primary: bool = True


@dataclass(frozen=True)
class LinkPage:
    """What the page behind a mailed link says. `facts` are (label, value) pairs; no template logic needed."""

    state: LinkState
    title: Any
    paragraphs: tuple[Any, ...] = ()
    facts: tuple[tuple[Any, Any], ...] = ()
    buttons: tuple[Button, ...] = ()
    next_url: str = ""
    next_label: Any = ""
    language: str = ""
    asks_comment: bool = False
    carried: tuple[tuple[str, str], ...] = ()
    """(name, value) the buttons send back: which version the reader saw."""


@dataclass(frozen=True)
class LinkHandler:
    """`describe(public_id, at)` only reads; `act(public_id, answer, data, at)` does it and says so.

    Both answer None for a row that no longer exists. `act` may be called any number of times.
    """

    describe: Callable[[str, datetime], LinkPage | None]
    act: Callable[[str, str, Mapping[str, str], datetime], LinkPage | None]
    one_click: bool = False
    """True for links a mail program posts to by itself (RFC 8058): no CSRF token is asked for."""


OwnPage = Callable[[Any, str, datetime], Any]
"""(request, public id, moment) → the whole answer, for a page of more than buttons; None for a row that is gone."""

_handlers: dict[str, LinkHandler] = {}
_pages: dict[str, OwnPage] = {}


def register_link(purpose: str, handler: LinkHandler) -> None:
    """Declare what a purpose letter does. A second call replaces the first."""
    _handlers[purpose] = handler


def handler_for(purpose: str) -> LinkHandler | None:
    return _handlers.get(purpose)


def register_own_page(purpose: str, page: OwnPage) -> None:
    """Declare a purpose letter whose page draws itself; a GET must change nothing. A second call replaces the first."""
    _pages[purpose] = page


def own_page_for(purpose: str) -> OwnPage | None:
    return _pages.get(purpose)


def declare() -> None:
    """Register what the timeline says; called once when the app is ready."""
    register_verb("consent.given", _("A consent was given."))
    register_verb("consent.withdrawn", _("A consent was withdrawn."))
    register_verb("mailbox.suppressed", _("A mailbox asked not to be written to again."))
