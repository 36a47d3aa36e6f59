"""Calendars of up to a megabyte that are made to hurt: each repeats one trick until the file is full."""

from collections.abc import Callable, Iterable, Iterator

from meetings.availability.ics import MAX_BYTES

HEAD, TAIL = "BEGIN:VCALENDAR\r\n", "END:VCALENDAR\r\n"
WEEK = "MO,TU,WE,TH,FR,SA,SU"
Make = Callable[[int], str]


def entry(*lines: str, kind: str = "VEVENT") -> str:
    return "".join(f"{line}\r\n" for line in (f"BEGIN:{kind}", *lines, f"END:{kind}"))


def series(rule: str, start: str = ":19010101T000000Z") -> str:
    return entry(f"DTSTART{start}", "DURATION:PT1H", f"RRULE:{rule}")


def days(count: int, *, offset: int = 0) -> str:
    each = range(offset, offset + count)
    return ",".join(f"{1970 + n // 336 % 200}{n % 12 + 1:02}{n // 12 % 28 + 1:02}T{n % 24:02}0000" for n in each)


def zone(key: str, parts: int = 1, *extra: str) -> str:
    rules = []
    for number in range(parts):
        year = 1970 + number % 50
        for kind, month, which, before, after in (
            ("STANDARD", 11, "1SU", "-0400", "-0500"),
            ("DAYLIGHT", 3, "2SU", "-0500", "-0400"),
        ):
            rule = f"RRULE:FREQ=YEARLY;BYMONTH={month};BYDAY={which}"
            onset = f"DTSTART:{year}{month:02}01T020000"
            rules += [f"BEGIN:{kind}", onset, f"TZOFFSETFROM:{before}", f"TZOFFSETTO:{after}", rule, f"END:{kind}"]
    return entry(f"TZID:{key}", *rules, *extra, kind="VTIMEZONE")


def part(*lines: str) -> tuple[str, ...]:
    return (
        "BEGIN:STANDARD",
        "DTSTART:19000101T000000",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0200",
        *lines,
        "END:STANDARD",
    )


def moved(number: int) -> str:
    at = f"2026{number % 12 + 1:02}{number % 28 + 1:02}T{number % 24:02}{number // 7 % 60:02}{number % 60:02}Z"
    return entry("UID:s", f"RECURRENCE-ID:{at}", "DTSTART:20200101T000000Z")


def filled(make: Make, head: str = "") -> bytes:
    """As many as fit."""

    def parts() -> Iterator[str]:
        size, number = len(HEAD + head + TAIL), 0
        while (size := size + len(text := make(number))) <= MAX_BYTES:
            yield text
            number += 1

    return (HEAD + head + "".join(parts()) + TAIL).encode()


def repeated(text: str, before: str = HEAD) -> bytes:
    return (before + text * ((MAX_BYTES - len(before)) // len(text))).encode()


RULES = {
    "daily for ever": "FREQ=DAILY",
    "never true": "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "never true by the year": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "counted from long ago": "FREQ=DAILY;COUNT=999999",
    "every hour of a day": "FREQ=DAILY;BYHOUR=" + ",".join(map(str, range(24))),
    "every hour": "FREQ=HOURLY",
    "some hours": "FREQ=HOURLY;BYMINUTE=7;BYDAY=MO",
    "every second": "FREQ=SECONDLY",
    "some seconds": "FREQ=SECONDLY;BYSECOND=7",
    "counted seconds": "FREQ=SECONDLY;COUNT=999999;BYMINUTE=7",
    "no second": "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
    "every condition": f"FREQ=YEARLY;COUNT=99999;BYWEEKNO=1,-1;BYYEARDAY=1,-1;BYMONTHDAY=1,-1;BYDAY={WEEK}",
    "every week": "FREQ=YEARLY;BYWEEKNO=" + ",".join(map(str, range(1, 53))),
    "every place": f"FREQ=YEARLY;BYSETPOS={','.join(str(-n) for n in range(1, 300))};BYDAY={WEEK}",
    "every hour of a year": f"FREQ=YEARLY;BYHOUR={','.join(map(str, range(24)))};BYDAY={WEEK}",
    "every weekday by number": "FREQ=YEARLY;COUNT=999;BYDAY=" + ",".join(f"{n}MO" for n in range(1, 54)),
    "a day named without end": "FREQ=MONTHLY;BYDAY=" + ",".join(["5MO"] * 20_000),
}
OWN = ";TZID=Mine:20260101T140000"
MANY_PARTS: Iterable[str] = part("RRULE:FREQ=YEARLY;BYMONTHDAY=1,2,3,4,5,6,7,8,9,10,11,12") * 30


def hostile_files() -> dict[str, Callable[[], bytes]]:
    """By what it does; made when called."""
    files: dict[str, Callable[[], bytes]] = {
        name: lambda rule=rule: filled(lambda _n: series(rule)) for name, rule in RULES.items()
    }
    timed = entry("DTSTART:20260601T140000", "DURATION:PT1H")
    short = entry("DTSTART:20260601T140000Z", "DURATION:PT1H")
    return files | {
        "events without end": lambda: filled(lambda _n: timed),
        "begins only": lambda: repeated("BEGIN:VEVENT\r\n", ""),
        "ends only": lambda: repeated("END:X\r\n"),
        "deep": lambda: repeated("BEGIN:X\r\n", ""),
        "one line of parameters": lambda: repeated(";A=", "BEGIN:VEVENT\r\nDTSTART")[:-9] + b":20260601",
        "open quotes": lambda: repeated(';A="', "BEGIN:VEVENT\r\nDTSTART"),
        "quotes in quotes": lambda: repeated('"x"', "BEGIN:VEVENT\r\nDTSTART;A="),
        "blanks": lambda: repeated(" ", "BEGIN:VEVENT\r\nDTSTART"),
        "folds": lambda: repeated("\r\n b", "BEGIN:VEVENT\r\nSUMMARY:a"),
        "empty lines": lambda: repeated("\r\n"),
        "tiny lines": lambda: repeated("A:\r\n", HEAD + "BEGIN:VEVENT\r\n"),
        "one property without end": lambda: repeated("UID:1\r\n", HEAD + "BEGIN:VEVENT\r\n"),
        "busy periods": lambda: filled(lambda _n: entry("FREEBUSY:20260601T140000Z/PT1H", kind="VFREEBUSY")),
        "dates to add": lambda: filled(lambda n: short if n else entry("DTSTART:20260601", f"RDATE:{days(50_000)}")),
        "dates to leave out": lambda: filled(lambda _n: entry(f"DTSTART{OWN}", f"EXDATE:{days(4_000)}")),
        "moved without end": lambda: filled(
            lambda n: moved(n) if n < 5_000 else series("FREQ=YEARLY", ":20260101\r\nUID:s")
        ),
        "a zone of its own": lambda: filled(lambda _n: series("FREQ=DAILY", OWN), zone("Mine")),
        "a zone of many parts": lambda: filled(lambda _n: series("FREQ=DAILY", OWN), zone("Mine", 30)),
        "a zone that changes often": lambda: filled(lambda _n: series("FREQ=DAILY", OWN), zone("Mine", 1, *MANY_PARTS)),
        "a zone of many dates": lambda: filled(
            lambda _n: series("FREQ=DAILY", OWN), zone("Mine", 1, *part(f"RDATE:{days(30_000)}"))
        ),
        "many zones": lambda: filled(
            lambda n: series("FREQ=WEEKLY", f";TZID=Z{n % 60}:20260101T140000"),
            "".join(zone(f"Z{n}", 9) for n in range(60)),
        ),
        "zones without end": lambda: filled(lambda n: zone(f"Z{n}")),
        "names of zones": lambda: filled(lambda n: entry(f"DTSTART;TZID=Abc{n}:20260601T140000", "DURATION:PT1H")),
        "a long name of a zone": lambda: filled(lambda n: entry(f"DTSTART;TZID={'A' * 900_000}:20260601T140000")),
        "wide": lambda: filled(lambda _n: short).decode()[: MAX_BYTES // 2 - 2].encode("utf-16"),
    }
