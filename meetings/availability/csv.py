"""The days of an institution as a table: start, and end (the day after, as calendars have it) or last_day; kind, title.

A day is written 2026-10-28, a time 2026-10-28 14:00.
"""

import csv
import io
import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from meetings.availability.enums import Note
from meetings.availability.errors import CalendarFileError, CalendarTableError, CalendarTooLargeError
from meetings.availability.ics import MAX_BYTES, MAX_EVENTS, Reading
from meetings.availability.stamps import Span, Stamp

STARTS = ("start", "starts", "start_date", "starts_on", "first_day", "date", "day", "from")
ENDS = ("end", "ends", "end_date", "ends_on")
LASTS = ("last_day", "last", "to", "until")
KINDS = ("kind", "type", "category")
TITLES = ("title", "summary", "name", "subject", "event")


def is_table(raw: bytes) -> bool:
    """Whether a file looks like a table rather than a calendar."""
    return b"BEGIN:" not in raw[:200_000].replace(b"\x00", b"").upper()


def read_table(raw: bytes, *, zone: ZoneInfo, first: datetime, last: datetime) -> Reading:
    """As `ics.read_calendar`. Raises CalendarTooLargeError, CalendarTableError; CalendarFileError for an empty one."""
    if len(raw) > MAX_BYTES:
        raise CalendarTooLargeError
    text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", errors="replace")
    if not text.strip():
        raise CalendarFileError
    head = text.strip().split("\n", 1)[0]
    delimiter = max((",", ";", "\t"), key=head.count)
    reading = Reading()
    try:
        rows = csv.reader(io.StringIO(text.replace("\x00", "")), delimiter=delimiter)
        names = [re.sub(r"[^a-z]+", "_", name.strip().lower()).strip("_") for name in next(rows)]
        columns = {key: _column(names, words) for key, words in _WANTED.items()}
        if columns["start"] < 0:
            raise CalendarFileError if len(names) < 2 else CalendarTableError
        for row in rows:
            _read(row, columns, zone, first, last, reading)
    except (csv.Error, StopIteration) as error:
        raise CalendarTableError from error
    if not reading.events:
        reading.notes[Note.EMPTY] = 1
    reading.spans.sort(key=lambda span: (span.starts_at, span.ends_at, span.title))
    return reading


_WANTED = {"start": STARTS, "end": ENDS, "last": LASTS, "kind": KINDS, "title": TITLES}


def _column(names: list[str], words: tuple[str, ...]) -> int:
    return next((names.index(word) for word in words if word in names), -1)


def _read(
    row: list[str], columns: dict[str, int], zone: ZoneInfo, first: datetime, last: datetime, reading: Reading
) -> None:
    told = {key: row[at].strip() if 0 <= at < len(row) else "" for key, at in columns.items()}
    if not any(told.values()):
        return
    if reading.events >= MAX_EVENTS:
        reading.notes[Note.TOO_MANY] += 1
        return
    reading.events += 1
    try:
        span = _span(told, zone)
    except (ValueError, ArithmeticError):
        reading.notes[Note.BROKEN] += 1
        return
    if span.ends_at > first and span.starts_at < last:
        reading.spans.append(span)


def _span(told: dict[str, str], zone: ZoneInfo) -> Span:
    start, whole = _moment(told["start"])
    if told["last"]:
        last, last_whole = _moment(told["last"])
        end = last + timedelta(days=1) if last_whole else last
    else:
        end, _whole = _moment(told["end"]) if told["end"] else (start + timedelta(days=1 if whole else 0), whole)
    starts_at, ends_at = (Stamp(local, zone).moment for local in (start, end))
    if ends_at <= starts_at:
        raise ValueError(told["end"])
    return Span(starts_at, ends_at, whole, title=told["title"][:200], words=told["kind"][:200])


def _moment(text: str) -> tuple[datetime, bool]:
    """A local time, and whether only a day was given."""
    if not re.fullmatch(r"(19|2[01])\d\d-\d\d-\d\d([ T]\d\d:\d\d(:\d\d)?)?", text):
        raise ValueError(text)
    return datetime.fromisoformat(text), len(text) == 10
