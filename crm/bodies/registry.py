"""What other slices add to the page of a body, so that bodies imports none of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from crm.access.models import User
from crm.people.models import Organization

PanelProvider = Callable[[Organization, User], Mapping[str, Any] | None]
Allowed = Callable[[User, Organization], bool]


@dataclass(frozen=True)
class BodyAction:
    """A button on the page of a body; `url_name` is reversed with the body's public id."""

    label: Any
    url_name: str
    allowed: Allowed
    order: int


_panels: dict[str, tuple[int, PanelProvider]] = {}
_actions: dict[str, BodyAction] = {}


def register_body_panel(key: str, order: int, provider: PanelProvider) -> None:
    """Add a section: the provider returns title, rows and template (or None to show nothing), perhaps `aside`.

    A second call with the same key replaces the first.
    """
    _panels[key] = (order, provider)


def register_body_action(label: Any, url_name: str, allowed: Allowed, *, order: int = 100) -> None:
    """Add a button for whom `allowed(user, body)` lets. A second call with the same URL replaces it."""
    _actions[url_name] = BodyAction(label, url_name, allowed, order)


def body_panels(user: User, body: Organization) -> list[dict[str, Any]]:
    """The sections this user sees, in order, each with its key."""
    ordered = sorted(_panels.items(), key=lambda item: (item[1][0], item[0]))
    found = ((key, provider(body, user)) for key, (_order, provider) in ordered)
    return [{"key": key, **panel} for key, panel in found if panel is not None]


def body_actions(user: User, body: Organization) -> list[BodyAction]:
    """The buttons this user sees, in order."""
    shown = [action for action in _actions.values() if action.allowed(user, body)]
    return sorted(shown, key=lambda action: (action.order, action.url_name))
