"""Who wants to know when a meeting changes. Called inside the transaction of the change."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

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
