"""Who wants to know when a meeting changes, and what later slices add to its page.

Listeners are called inside the transaction of the change.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from crm.access.models import User
from meetings.scheduling.models import Attendee, Meeting


class Change(StrEnum):
    CONFIRMED = "confirmed"
    EDITED = "edited"
    """A minor change: SEQUENCE stays, answers stand."""
    MOVED = "moved"
    """Time or place changed: SEQUENCE raised, everybody is asked again."""
    ATTENDEE_ADDED = "attendee_added"
    ATTENDEE_REMOVED = "attendee_removed"
    ANSWERED = "answered"
    """One attendee answered: nobody gets a mail, but what waits for her must not say otherwise."""
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class MeetingChange:
    """What happened. `attendee` is set when the change is about one of them; `differences` are (label, old, new)."""

    kind: Change
    meeting: Meeting
    by: User | None
    at: datetime
    attendee: Attendee | None = None
    differences: tuple[tuple[str, str, str], ...] = ()


Listener = Callable[[MeetingChange], None]
_listeners: dict[str, Listener] = {}


def register_listener(name: str, listener: Listener) -> None:
    """Hear of every change. A second call with the same name replaces the first."""
    _listeners[name] = listener


def announce(change: MeetingChange) -> None:
    """Tell everybody, in the order of their names."""
    for _name, listener in sorted(_listeners.items()):
        listener(change)


PanelProvider = Callable[[Meeting, User], Mapping[str, Any] | None]
_panels: dict[str, tuple[int, PanelProvider]] = {}


def register_meeting_panel(key: str, order: int, provider: PanelProvider) -> None:
    """Add a section to the meeting page: title, template and what it needs, or None to show nothing.

    With `aside` it stands in the narrow column. A second call with the same key replaces the first.
    """
    _panels[key] = (order, provider)


def meeting_panels(meeting: Meeting, user: User) -> list[dict[str, Any]]:
    """The sections this user sees, in order, each with its key."""
    ordered = sorted(_panels.items(), key=lambda item: (item[1][0], item[0]))
    found = ((key, provider(meeting, user)) for key, (_order, provider) in ordered)
    return [{"key": key, **panel} for key, panel in found if panel is not None]
