"""Free time as bits: one bit is five minutes, a person's busy time or working hours are one whole number."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from meetings.availability.enums import InstitutionKind, Missing

CELL, STEP = 5, 15
"""Minutes of one bit, and between two starts that are proposed."""
MAX_DAYS, MAX_MINUTES, MAX_PEOPLE = 60, 720, 500
PAD = 24 * 60
DEFAULT_HOURS = tuple((weekday, time(9), time(17)) for weekday in range(5))
"""Of somebody who set none."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Hours = tuple[tuple[int, time, time], ...]


def minute_of(moment: datetime) -> int:
    """Whole minutes since 1970, rounded down."""
    return int((moment - EPOCH) // timedelta(minutes=1))


def moment_of(minute: int) -> datetime:
    return EPOCH + timedelta(minutes=minute)


def end_minute_of(moment: datetime) -> int:
    """The same rounded up."""
    return -int((EPOCH - moment) // timedelta(minutes=1))


@dataclass(frozen=True)
class Grid:
    """From `base`, in minutes since 1970, so many bits."""

    base: int
    cells: int

    def busy(self, spans: Iterable[tuple[int, int]], mask: int = 0) -> int:
        """The bits that any of these minutes touches, added to `mask`."""
        base, cells = self.base, self.cells
        for first, end in spans:
            low, high = (first - base) // CELL, -((base - end) // CELL)
            if low < 0:
                low = 0
            if high > cells:
                high = cells
            if high > low:
                mask |= ((1 << (high - low)) - 1) << low
        return mask

    def within(self, spans: Iterable[tuple[int, int]], mask: int = 0) -> int:
        """The bits that lie wholly within one of these spans of minutes, added to `mask`."""
        for first, end in spans:
            low, high = -((self.base - first) // CELL), (end - self.base) // CELL
            low, high = max(low, 0), min(high, self.cells)
            if high > low:
                mask |= ((1 << (high - low)) - 1) << low
        return mask

    def minute(self, cell: int) -> int:
        return self.base + cell * CELL


def grid_for(first: date, last: date, zone: ZoneInfo) -> Grid:
    """Both days, by the clocks of the place, and a day more on each side for buffers and travel."""
    start = minute_of(datetime.combine(first, time(), zone)) - PAD
    end = minute_of(datetime.combine(last + timedelta(days=1), time(), zone)) + PAD
    base = start - start % STEP
    return Grid(base, (end - base) // CELL + 1)


def days_between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def local_minutes(days: Iterable[date], starts: time, ends: time, zone: ZoneInfo) -> Iterator[tuple[int, int]]:
    """From one clock time to another on each day; `ends` at midnight means the end of the day."""
    for day in days:
        last = day + timedelta(days=1) if ends == time() else day
        first = minute_of(datetime.combine(day, starts, zone))
        yield first, minute_of(datetime.combine(last, ends, zone))


def hours_minutes(hours: Hours, days: Sequence[date], zone: ZoneInfo) -> list[tuple[int, int]]:
    """Working hours on these days, by the clocks of the person: an hour more or less where the clocks change."""
    found: list[tuple[int, int]] = []
    for weekday, starts, ends in hours:
        found += local_minutes((day for day in days if day.weekday() == weekday), starts, ends, zone)
    return found


def whole_days(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> tuple[int, int]:
    """The minutes of every day there that a time touches."""
    first = starts_at.astimezone(zone).date()
    last = (ends_at - timedelta(minutes=1)).astimezone(zone).date() + timedelta(days=1)
    return minute_of(datetime.combine(first, time(), zone)), minute_of(datetime.combine(last, time(), zone))


@dataclass(frozen=True)
class Diary:
    """When one person works and when they are busy."""

    key: int
    hours: int
    busy: int


@dataclass(frozen=True)
class Wish:
    """What the meeting needs, in bits: `allowed` where it may lie, `blocked` for everybody."""

    length: int
    before: int = 0
    after: int = 0
    allowed: int = 0
    blocked: int = 0
    outside_hours: bool = False
    limit: int = 40
    per_day: int = 4


@dataclass(frozen=True)
class Found:
    """One start that fits; who of the optional people cannot, and whose hours it does not respect."""

    cell: int
    free: int
    missing: tuple[tuple[int, Missing], ...] = ()
    outside: tuple[int, ...] = ()


def runs(bits: int, length: int) -> int:
    """Where `length` bits in a row begin."""
    have = 1
    while have < length:
        step = min(have, length - have)
        bits &= bits >> step
        have += step
    return bits


def free_starts(busy: int, wish: Wish, full: int) -> int:
    """Starts with nothing in the meeting nor its buffers; the grid's padding keeps buffers inside it."""
    return (runs(~busy & full, wish.before + wish.length + wish.after) << wish.before) & full


def find_starts(
    required: Sequence[Diary], optional: Sequence[Diary], wish: Wish, grid: Grid, zone: ZoneInfo
) -> list[Found]:
    """Starts at which everybody required can, best first: within all hours, most optional people, earliest.

    At most `per_day` on each day of the place. The same input gives the same answer.
    """
    full = (1 << grid.cells) - 1
    busy, hours = wish.blocked, full
    for diary in required:
        busy |= diary.busy
        hours &= diary.hours
    fits = free_starts(busy, wish, full) & runs(wish.allowed, wish.length) & _steps(grid)
    inside = fits & runs(hours, wish.length)
    masks = [free_starts(each.busy, wish, full) & runs(each.hours, wish.length) for each in optional]
    tiers = [(True, inside)] + ([(False, fits & ~inside)] if wish.outside_hours else [])
    chosen = _pick(tiers, masks, wish, grid, zone)
    bits = [mask.to_bytes(grid.cells // 8 + 1, "little") for mask in masks]
    return [_described(cell, count, required, optional, bits, wish) for cell, count in chosen]


def _steps(grid: Grid) -> int:
    """One bit each quarter of an hour; the grid begins at one."""
    mask, width = 1, STEP // CELL
    while width < grid.cells:
        mask |= mask << width
        width *= 2
    return mask & ((1 << grid.cells) - 1)


def _counters(masks: Sequence[int]) -> list[int]:
    """Bit by bit how many of the masks are set, as binary digits: number n holds the digit worth 2**n."""
    planes: list[int] = []
    for carry in masks:
        for number, plane in enumerate(planes):
            planes[number], carry = plane ^ carry, plane & carry
            if not carry:
                break
        if carry:
            planes.append(carry)
    return planes


def _pick(
    tiers: Sequence[tuple[bool, int]], masks: Sequence[int], wish: Wish, grid: Grid, zone: ZoneInfo
) -> list[tuple[int, int]]:
    planes = [f"{plane:b}"[::-1] for plane in _counters(masks)]
    chosen: list[tuple[int, int]] = []
    per_day: dict[int, int] = {}
    midnights = _midnights(grid, zone)
    for _inside, starts in tiers:
        ranked = []
        for cell in _cells(starts):
            count = sum(1 << number for number, plane in enumerate(planes) if plane[cell : cell + 1] == "1")
            ranked.append((-count, cell))
        for negative, cell in sorted(ranked):
            day = bisect_right(midnights, cell)
            if len(chosen) == wish.limit:
                break
            if per_day.get(day, 0) < wish.per_day:
                per_day[day] = per_day.get(day, 0) + 1
                chosen.append((cell, -negative))
    return chosen


def _midnights(grid: Grid, zone: ZoneInfo) -> list[int]:
    """The first bit of each day there."""
    first, last = (moment_of(grid.minute(cell)).astimezone(zone).date() for cell in (0, grid.cells))
    starts = (minute_of(datetime.combine(day, time(), zone)) for day in days_between(first, last))
    return [-((grid.base - start) // CELL) for start in starts]


def _cells(bits: int) -> Iterator[int]:
    text = f"{bits:b}"[::-1]
    at = text.find("1")
    while at >= 0:
        yield at
        at = text.find("1", at + 1)


def _described(
    cell: int, count: int, required: Sequence[Diary], optional: Sequence[Diary], masks: Sequence[bytes], wish: Wish
) -> Found:
    meeting = ((1 << wish.length) - 1) << cell
    outside = tuple(each.key for each in required if each.hours & meeting != meeting)
    missing = []
    for diary, mask in zip(optional, masks, strict=True):
        if not mask[cell >> 3] >> (cell & 7) & 1:
            at_work = diary.hours & meeting == meeting
            missing.append((diary.key, Missing.BUSY if at_work else Missing.HOURS))
    return Found(cell, count, tuple(missing), outside)


def extra_travel(minutes: int, buffer: int) -> int:
    """How far a meeting elsewhere reaches beyond the buffer there already is."""
    return max(0, minutes - buffer)


def merged(spans: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """The same times without overlaps, in order."""
    found: list[tuple[datetime, datetime]] = []
    for starts_at, ends_at in sorted(spans):
        if found and starts_at <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends_at))
        else:
            found.append((starts_at, ends_at))
    return found


WORDS: Mapping[InstitutionKind, tuple[str, ...]] = {
    InstitutionKind.RECESS: (
        "recess",
        "district work",
        "district week",
        "district day",
        "constituency",
        "state work",
        "break",
        "holiday",
        "no votes",
        "adjourn",
    ),
    InstitutionKind.COMMITTEE: ("committee", "hearing", "markup", "mark-up", "subcommittee"),
}


def kind_from_words(text: str) -> InstitutionKind:
    """What an entry is by its title and categories; a sitting where nothing says otherwise."""
    said = text.lower()
    for kind, words in WORDS.items():
        if any(word in said for word in words):
            return kind
    return InstitutionKind.SESSION


@dataclass
class Preview:
    """What a file for an institution holds."""

    counts: dict[str, int] = field(default_factory=dict)
    first_on: date | None = None
    last_on: date | None = None
    problem: str = ""

    @property
    def total(self) -> int:
        return sum(self.counts.values())
