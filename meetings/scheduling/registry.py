"""Who wants to know when a meeting changes, and what later slices add to its page.

Listeners are called inside the transaction of the change.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from crm.access.models import User
from meetings.scheduling.models import Attendee, Meeting, MeetingRequest


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


@dataclass(frozen=True)
class Held:
    """What calendars outside hold of a meeting.

    `sequence` is the highest SEQUENCE one of them may have, `is_same` whether all show the time and place of now (None
    from whoever cannot tell), `numbers` the SEQUENCE each attendee would answer to, by key, where it is another.
    """

    sequence: int
    is_same: bool | None = None
    numbers: Mapping[int, int] = field(default_factory=dict)


Witness = Callable[[Meeting], Held | None]
_witnesses: dict[str, Witness] = {}


def register_witness(name: str, witness: Witness) -> None:
    """Say what calendars got from a slice, so that a number nobody saw is used again. A second call replaces."""
    _witnesses[name] = witness


def held_outside(meeting: Meeting) -> Held | None:
    """What anybody outside knows of a meeting; None when no mail left. What still waits is locked until the commit."""
    found = [held for _name, witness in sorted(_witnesses.items()) if (held := witness(meeting)) is not None]
    told = [each for each in found if each.is_same is not None]
    if not told:
        return None
    numbers = {pk: number for each in told for pk, number in each.numbers.items()}
    return Held(max(each.sequence for each in found), all(each.is_same for each in told), numbers)


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


RequestPanelProvider = Callable[[MeetingRequest, User], Mapping[str, Any] | None]
_request_panels: dict[str, tuple[int, RequestPanelProvider]] = {}


def register_request_panel(key: str, order: int, provider: RequestPanelProvider) -> None:
    """Add a section to the page of a request, as `register_meeting_panel` does to that of a meeting."""
    _request_panels[key] = (order, provider)


def request_panels(request: MeetingRequest, user: User) -> list[dict[str, Any]]:
    """The sections this user sees, in order, each with its key."""
    ordered = sorted(_request_panels.items(), key=lambda item: (item[1][0], item[0]))
    found = ((key, provider(request, user)) for key, (_order, provider) in ordered)
    return [{"key": key, **panel} for key, panel in found if panel is not None]


class OfferEvent(StrEnum):
    OFFERED = "offered"
    """Times are on offer. `people` are those of ours in whose calendars they are to stand."""
    RELEASED = "released"
    """The request holds no time any more: one was taken, or it ended."""


@dataclass(frozen=True)
class OfferChange:
    """What happened to the times a request offers."""

    kind: OfferEvent
    request: MeetingRequest
    by: User
    at: datetime
    people: tuple[User, ...] = ()


OfferListener = Callable[[OfferChange], None]
_offer_listeners: dict[str, OfferListener] = {}


def register_offer_listener(name: str, listener: OfferListener) -> None:
    """Hear of offered times, inside the transaction of the change. A second call replaces the first."""
    _offer_listeners[name] = listener


def announce_offers(change: OfferChange) -> None:
    """Tell everybody, in the order of their names."""
    for _name, listener in sorted(_offer_listeners.items()):
        listener(change)


MarkProvider = Callable[[Sequence[Attendee]], Mapping[int, tuple[str, str]]]
_marks: dict[str, MarkProvider] = {}


def register_attendee_mark(key: str, provider: MarkProvider) -> None:
    """Add a word and its kind of badge to people on the meeting page. A second call replaces the first."""
    _marks[key] = provider


def attendee_marks(attendees: Sequence[Attendee]) -> dict[int, list[tuple[str, str]]]:
    """(words, badge) of each attendee by key, in the order of the providers' keys."""
    found: dict[int, list[tuple[str, str]]] = {each.pk: [] for each in attendees}
    for _key, provider in sorted(_marks.items()):
        for pk, mark in provider(attendees).items():
            found[pk].append(mark)
    return found
