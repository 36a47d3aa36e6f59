"""Reading calendars of others (RFC 5545): only when, how it repeats, and for institutions what it is called.

A file is taken line by line, so that one broken entry costs only itself. Every walk is bounded: the size before
anything is read, the days a rule may look at, and the number of times given back.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.utils.formats import number_format

from crm.base.text import one_line
from meetings.availability.enums import Note
from meetings.availability.errors import CalendarFileError, CalendarTooLargeError
from meetings.availability.expansion import Moved, busy_periods, expand
from meetings.availability.rrule import Budget, TooManyStepsError
from meetings.availability.stamps import Span, Times
from meetings.availability.tzid import MAX_ZONE_LINES, MAX_ZONES, Zones

MAX_BYTES = 1_000_000
MAX_EVENTS = 10_000
MAX_SPANS = 15_000
MAX_STEPS = 150_000
MAX_DEPTH = 20

LINE = re.compile(r'\s*([A-Za-z0-9-]+)\s*((?:;(?:"[^"]*"|[^":;])*)*):(.*)', re.DOTALL)
PARAM = re.compile(r';\s*([A-Za-z0-9-]+)\s*=\s*("[^"]*"|[^";]*)')
TIMED = frozenset(
    "DTSTART DTEND DURATION RRULE RDATE EXDATE RECURRENCE-ID UID STATUS TRANSP X-MICROSOFT-CDO-BUSYSTATUS SUMMARY "
    "CATEGORIES FREEBUSY".split()
)
READ = frozenset({"VEVENT", "VFREEBUSY"})


@dataclass
class Reading:
    """What a file holds between two moments, and what has to be said about it."""

    spans: list[Span] = field(default_factory=list)
    notes: Counter[Note] = field(default_factory=Counter)
    unread: list[datetime] = field(default_factory=list)
    """When the entries begin whose repeats were not read."""
    events: int = 0
    steps: int = 0
    """What it took: entries, listed times, days looked at. Never more than MAX_STEPS."""

    def kept(self) -> str:
        """All of it as text, for `of`."""
        spans = [
            (int(s.starts_at.timestamp()), int(s.ends_at.timestamp()), s.is_all_day, s.is_busy, s.title, s.words)
            for s in self.spans
        ]
        unread = [start.isoformat() for start in sorted(self.unread)[:4]]
        return json.dumps({"spans": spans, "notes": self.notes, "unread": unread, "events": self.events})

    @classmethod
    def of(cls, kept: str) -> "Reading":
        """The reading that was kept. Raises CalendarFileError for other text."""
        try:
            told = json.loads(kept)
            spans = [Span(moment_at(first), moment_at(end), *rest) for first, end, *rest in told["spans"]]
            notes = Counter({Note(note): count for note, count in told["notes"].items()})
            return cls(spans, notes, [datetime.fromisoformat(each) for each in told["unread"]], told["events"])
        except (ValueError, TypeError, KeyError) as error:
            raise CalendarFileError from error

    @property
    def problem(self) -> str:
        """Plain sentences, empty when all was read."""
        starts = ", ".join(f"{start:%Y-%m-%d %H:%M}" for start in sorted(self.unread)[:3])
        words = {
            "most": number_format(MAX_EVENTS, force_grouping=True),
            "starts": f"{starts}, …" if self.unread[3:] else starts,
        }
        return " ".join(str(note.label) % {**words, "count": self.notes[note]} for note in Note if self.notes[note])


def moment_at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@dataclass
class Entry:
    """One VEVENT or VFREEBUSY as it stands."""

    kind: str
    values: dict[str, list[tuple[dict[str, str], str]]] = field(default_factory=dict)

    def first(self, name: str) -> str:
        return self.values[name][0][1].strip() if name in self.values else ""


def read_calendar(raw: bytes, *, zone: ZoneInfo, first: datetime, last: datetime) -> Reading:
    """Times that touch first–last, in order; those without a zone are taken in `zone`.

    Raises CalendarTooLargeError before reading anything, CalendarFileError for what is no calendar.
    """
    if len(raw) > MAX_BYTES:
        raise CalendarTooLargeError
    reading = Reading()
    entries, zones = _entries(_text(raw, reading), reading)
    times = Times(zone, Zones(zones, first=first, last=last), reading.notes)
    budget = Budget(MAX_STEPS)
    moved = _moved(entries, times)
    reading.events = len(entries)
    for entry in entries:
        _read(entry, times, moved, reading, budget, first, last)
    reading.unread, reading.steps = times.unread, budget.taken
    if not entries:
        reading.notes[Note.EMPTY] = 1
    reading.spans.sort(key=lambda span: (span.starts_at, span.ends_at, span.title))
    return reading


def _read(
    entry: Entry, times: Times, moved: Moved, reading: Reading, budget: Budget, first: datetime, last: datetime
) -> None:
    """Add the times of one entry; whatever is wrong with it is counted."""
    try:
        if entry.kind == "VFREEBUSY":
            found = busy_periods(entry, times, budget)
        else:
            found = expand(entry, times, moved, first=first, last=last, budget=budget)
        for span in found:
            if span.ends_at > first and span.starts_at < last:
                if len(reading.spans) >= MAX_SPANS:
                    raise TooManyStepsError
                reading.spans.append(_named(span, entry))
    except TooManyStepsError:
        reading.notes[Note.TOO_LONG] += 1
    except (ValueError, ArithmeticError):
        reading.notes[Note.BROKEN] += 1


def _named(span: Span, entry: Entry) -> Span:
    words = {name: one_line(_plain(entry.first(name)), limit=200) for name in ("SUMMARY", "CATEGORIES")}
    busy = entry.first("TRANSP").upper() != "TRANSPARENT"
    busy &= entry.first("X-MICROSOFT-CDO-BUSYSTATUS").upper() not in {"FREE", "WORKINGELSEWHERE"}
    return Span(span.starts_at, span.ends_at, span.is_all_day, busy, words["SUMMARY"], words["CATEGORIES"])


def _plain(text: str) -> str:
    return re.sub(r"\\([\\;,nN])", lambda found: " " if found[1] in "nN" else found[1], text[:2000])


def _moved(entries: list[Entry], times: Times) -> Moved:
    found = Moved()
    for entry in entries:
        if "RECURRENCE-ID" in entry.values:
            params, value = entry.values["RECURRENCE-ID"][0]
            try:
                found.add(entry.first("UID"), times.stamp(value, params))
            except (ValueError, ArithmeticError):
                continue
    return found


def _text(raw: bytes, reading: Reading) -> str:
    wide = raw[:2] in (b"\xff\xfe", b"\xfe\xff")
    text = raw.decode("utf-16" if wide else "utf-8-sig", errors="replace")
    if "\ufffd" in text and not wide:
        reading.notes[Note.ENCODING] = 1
    lines = text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    return re.sub(r"\n[ \t]", "", lines)


def _entries(text: str, reading: Reading) -> tuple[list[Entry], list[list[str]]]:
    """The entries with the lines we need, and the file's own zones as lines."""
    stack: list[str] = []
    entries: list[Entry] = []
    zones: list[list[str]] = []
    current: Entry | None = None
    for name, params, value, line in _lines(text):
        inner = stack[-1] if stack else ""
        if name == "BEGIN":
            if current is not None and value in READ:
                reading.notes[Note.BROKEN] += 1
                stack, current = stack[: stack.index(current.kind)], None
            if len(stack) >= MAX_DEPTH:
                raise CalendarFileError
            stack.append(value)
            if value in READ:
                current = Entry(value)
            elif value == "VTIMEZONE":
                zones = [*zones[: MAX_ZONES - 1], []]
        elif current is not None and name in TIMED and inner == current.kind:
            current.values.setdefault(name, []).append((params, value))
        if "VTIMEZONE" in stack and zones and len(zones[-1]) < MAX_ZONE_LINES:
            zones[-1].append(line)
        if name == "END" and value in stack:
            while stack.pop() != value:
                pass
            if current is not None and value == current.kind:
                _keep(current, entries, reading)
            if current is not None and current.kind not in stack:
                current = None
    if stack:
        reading.notes[Note.CUT_OFF] = 1
    return entries, zones


def _keep(entry: Entry, entries: list[Entry], reading: Reading) -> None:
    if len(entries) < MAX_EVENTS:
        entries.append(entry)
    else:
        reading.notes[Note.TOO_MANY] += 1


def _lines(text: str) -> Iterator[tuple[str, dict[str, str], str, str]]:
    """(name, parameters, value, the line) of every line that looks like one."""
    begun = False
    for line in text.split("\n"):
        found = LINE.fullmatch(line) if line.strip() else None
        if not found:
            continue
        name = found[1].upper()
        if name in {"BEGIN", "END"}:
            begun = True
            yield name, {}, found[3].strip().upper(), line
        elif name in TIMED:
            params = {key.upper(): value.strip('"').strip() for key, value in PARAM.findall(found[2])}
            yield name, params, found[3].strip(), line
        else:
            yield name, {}, "", line
    if not begun:
        raise CalendarFileError
