"""What makes an agenda sound: pure decisions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crm.base.text import one_line
from meetings.agendas.errors import AgendaDocumentError, AgendaItemError, AgendaMinutesError, AgendaPartError
from meetings.agendas.models import AgendaItem
from meetings.scheduling.models import Attendee, Meeting


@dataclass(frozen=True)
class DocumentInput:
    title: str
    url: str


@dataclass(frozen=True)
class AgendaItemInput:
    """One point of the agenda, as everybody invited reads it; with `is_part` a part of the last point before it.

    `pk` says which point of this meeting it was, so that it keeps what hangs on it.
    """

    title: str
    duration_minutes: int = 5
    speaker: str = ""
    is_part: bool = False
    presenter: Attendee | None = None
    documents: tuple[DocumentInput, ...] = ()
    pk: int | None = None


def cleaned(given: AgendaItemInput) -> AgendaItemInput:
    """The same point in one spelling. Raises AgendaItemError."""
    if not (title := one_line(given.title, limit=200)):
        raise AgendaItemError
    speaker = "" if given.presenter else one_line(given.speaker, limit=200)
    minutes, documents = given.duration_minutes, tuple(given.documents)
    return AgendaItemInput(title, minutes, speaker, given.is_part, given.presenter, documents, given.pk)


def check_parts(items: Sequence[AgendaItemInput]) -> None:
    """Raises AgendaPartError for a part without a point, AgendaMinutesError for parts longer than theirs."""
    left: int | None = None
    for item in items:
        if not item.is_part:
            left = item.duration_minutes
        elif left is None:
            raise AgendaPartError
        else:
            left -= item.duration_minutes
            if left < 0:
                raise AgendaMinutesError


def minutes_over(meeting: Meeting, items: Iterable[AgendaItem]) -> int:
    """By how many minutes the points together exceed the meeting; their parts are within them."""
    total = sum(each.duration_minutes for each in items if each.parent_id is None)
    return max(0, total - int((meeting.ends_at - meeting.starts_at).total_seconds()) // 60)


def read_documents(text: str) -> tuple[DocumentInput, ...]:
    """One document per line: title, then address. Raises AgendaDocumentError."""
    found = []
    for line in filter(None, (one_line(each, limit=720) for each in text.splitlines())):
        title, _space, url = line.rpartition(" ")
        address = url.removeprefix("https://")
        if address == url or not address or len(url) > 500 or any(sign in url for sign in '<>"\\^`{|}'):
            raise AgendaDocumentError
        found.append(DocumentInput((title.strip() or address)[:200], url))
    return tuple(found)


def moved(order: Sequence[bool], number: int, up: bool) -> list[int]:
    """The new order of rows, by their numbers, when one is moved by a place; `order` says which rows are parts.

    A point takes its parts along and passes the whole point before or after it; a part passes its neighbour.
    """
    rows = list(range(len(order)))
    if not 0 <= number < len(rows):
        return rows
    if order[number]:
        other = number - 1 if up else number + 1
        if 0 <= other < len(rows):
            rows[number], rows[other] = rows[other], rows[number]
        return rows
    starts = [n for n in rows if not order[n] or n == 0]
    blocks = [rows[a:b] for a, b in zip(starts, [*starts[1:], len(rows)], strict=True)]
    at = next(n for n, block in enumerate(blocks) if number in block)
    other = at - 1 if up else at + 1
    if 0 <= other < len(blocks):
        blocks[at], blocks[other] = blocks[other], blocks[at]
    return [row for block in blocks for row in block]
