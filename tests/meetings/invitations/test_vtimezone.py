import re
import zoneinfo
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta

import pytest

from meetings.invitations.errors import ZoneNotExpressibleError
from meetings.invitations.itip import build_request
from meetings.invitations.vtimezone import (
    build_vtimezone,
    fits_standing,
    needs_utc,
    parse_footer,
    read_footer,
    standing_onsets,
)

HOUR = timedelta(hours=1)
ZONES = sorted(zoneinfo.available_timezones() - {"Factory", "localtime", "build/etc/localtime"})
INSTANTS = [
    datetime(2026, 10, 28, 19, tzinfo=UTC),  # Europe has left summer time, America has not
    datetime(2026, 11, 1, 9, 30, tzinfo=UTC),  # the hour the US Pacific coast has twice
    datetime(2027, 1, 1, 0, 30, tzinfo=UTC),
    datetime(2027, 3, 20, 14, tzinfo=UTC),  # America is in summer time, Europe is not
    datetime(2027, 3, 28, 1, 30, tzinfo=UTC),  # half an hour after Europe's change
    datetime(2027, 7, 15, 15, tzinfo=UTC),
]


# A reader of its own: it shares nothing with the code under test or with icalendar.


def unfolded(raw: bytes) -> list[str]:
    return raw.decode().replace("\r\n ", "").split("\r\n")


def value_of(lines: list[str], name: str) -> str:
    return next(line.split(":", 1)[1] for line in lines if re.match(rf"{name}[;:]", line))


def offset(text: str) -> timedelta:
    value = timedelta(hours=int(text[1:3]), minutes=int(text[3:5]), seconds=int(text[5:] or 0))
    return -value if text[0] == "-" else value


def wall(text: str) -> datetime:
    return datetime.strptime(text, "%Y%m%dT%H%M%S")  # noqa: DTZ007


def onsets(part: list[str], until: datetime) -> list[datetime]:
    first = wall(value_of(part, "DTSTART"))
    rules = [line for line in part if line.startswith("RRULE:")]
    if not rules:
        return [first] if first <= until else []
    rule = dict(piece.split("=") for piece in rules[0][6:].split(";"))
    assert rule.keys() == {"FREQ", "BYMONTH", "BYDAY"}
    assert rule["FREQ"] == "YEARLY"
    nth, weekday = re.fullmatch(r"(-1|[1-4])([A-Z]{2})", rule["BYDAY"]).groups()
    found = []
    for year in range(first.year, until.year + 1):
        length = monthrange(year, int(rule["BYMONTH"]))[1]
        month = [date(year, int(rule["BYMONTH"]), day) for day in range(1, length + 1)]
        days = [d for d in month if f"{d:%a}"[:2].upper() == weekday]
        day = days[int(nth) - 1 if int(nth) > 0 else -1]
        found.append(datetime.combine(day, first.time()))
    assert found[0] == first, "DTSTART is not an onset of its own RRULE"
    return [at for at in found if at <= until]


def parts_of(lines: list[str]) -> list[list[str]]:
    blocks = re.findall(r"BEGIN:(?:STANDARD|DAYLIGHT)\n(.*?)\nEND:", "\n".join(lines), re.S)
    return [block.split("\n") for block in blocks]


def as_a_client_reads(lines: list[str], name: str) -> datetime:
    event = lines[lines.index("BEGIN:VEVENT") :]
    line = next(line for line in event if re.match(rf"{name}[;:]", line))
    text = line.rsplit(":", 1)[1]
    if text.endswith("Z"):
        return wall(text[:-1]).replace(tzinfo=UTC)
    assert value_of(lines, "TZID") == re.search(r"TZID=([^:;]+)", line)[1]
    past = [(at, part) for part in parts_of(lines) for at in onsets(part, wall(text))]
    current = max(past, key=lambda pair: pair[0])[1]
    return (wall(text) - offset(value_of(current, "TZOFFSETTO"))).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "instant",
    [*INSTANTS[:2], *(pytest.param(each, marks=pytest.mark.slow) for each in INSTANTS[2:])],
    ids=str,
)
def test_every_zone_reads_back_as_the_same_instant(invite, instant):
    wrong = []

    for zone in ZONES:
        raw = build_request(invite(time_zone=zone, starts_at=instant, ends_at=instant + HOUR))
        lines = unfolded(raw)
        read = (as_a_client_reads(lines, "DTSTART"), as_a_client_reads(lines, "DTEND"))
        if read != (instant, instant + HOUR):
            wrong.append((zone, *read))

    assert wrong == []


def test_vtimezone_has_one_standard_and_one_daylight_with_the_wall_time_before_the_jump():
    start = datetime(2026, 10, 28, 19, tzinfo=UTC)

    lines = unfolded(build_vtimezone("America/New_York", start, start + HOUR).to_ical())

    assert lines == [
        "BEGIN:VTIMEZONE",
        "TZID:America/New_York",
        "BEGIN:STANDARD",
        "DTSTART:20251102T020000",
        "RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11",
        "TZNAME:EST",
        "TZOFFSETFROM:-0400",
        "TZOFFSETTO:-0500",
        "END:STANDARD",
        "BEGIN:DAYLIGHT",
        "DTSTART:20250309T020000",
        "RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3",
        "TZNAME:EDT",
        "TZOFFSETFROM:-0500",
        "TZOFFSETTO:-0400",
        "END:DAYLIGHT",
        "END:VTIMEZONE",
        "",
    ]


def test_vtimezone_without_change_overs_is_one_standard():
    start = datetime(2026, 10, 28, 19, tzinfo=UTC)

    lines = unfolded(build_vtimezone("Africa/Johannesburg", start, start + HOUR).to_ical())

    assert [line for line in lines if line.startswith(("BEGIN", "RRULE", "TZOFFSET"))] == [
        "BEGIN:VTIMEZONE",
        "BEGIN:STANDARD",
        "TZOFFSETFROM:+0200",
        "TZOFFSETTO:+0200",
    ]


def test_vtimezone_of_dublin_calls_the_higher_offset_daylight():
    start = datetime(2027, 7, 1, 9, tzinfo=UTC)

    lines = unfolded(build_vtimezone("Europe/Dublin", start, start + HOUR).to_ical())

    assert [line for line in lines if line.startswith(("BEGIN", "TZOFFSET"))] == [
        "BEGIN:VTIMEZONE",
        "BEGIN:STANDARD",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0000",
        "BEGIN:DAYLIGHT",
        "TZOFFSETFROM:+0000",
        "TZOFFSETTO:+0100",
    ]


def test_vtimezone_falls_back_to_one_offset_when_the_year_has_its_own_rules():
    """Morocco leaves its offset for Ramadan, on dates no yearly rule gives."""
    start = datetime(2027, 2, 20, 10, tzinfo=UTC)

    lines = unfolded(build_vtimezone("Africa/Casablanca", start, start + HOUR).to_ical())

    assert [value_of(part, "TZOFFSETTO") for part in parts_of(lines)] == ["+0000"]


def test_vtimezone_refuses_an_event_across_a_change_no_rule_describes():
    start, end = datetime(2027, 2, 6, 10, tzinfo=UTC), datetime(2027, 2, 8, 10, tzinfo=UTC)

    with pytest.raises(ZoneNotExpressibleError):
        build_vtimezone("Africa/Casablanca", start, end)

    assert needs_utc("Africa/Casablanca", start, end) is True


@pytest.mark.parametrize(
    ("zone", "start", "expected"),
    [
        ("America/New_York", datetime(2026, 10, 28, 19, tzinfo=UTC), False),
        ("America/New_York", datetime(2026, 11, 1, 5, 30, tzinfo=UTC), True),  # 01:30 EDT
        ("America/New_York", datetime(2026, 11, 1, 6, 30, tzinfo=UTC), True),  # 01:30 EST
        ("America/New_York", datetime(2026, 11, 1, 4, 30, tzinfo=UTC), True),  # ends 01:30 EDT
        ("Europe/Brussels", datetime(2026, 3, 29, 2, 30, tzinfo=zoneinfo.ZoneInfo("Europe/Brussels")), True),  # skipped
        ("Etc/UTC", datetime(2026, 10, 28, 19, tzinfo=UTC), True),
    ],
)
def test_needs_utc_for_hours_readers_disagree_about(zone, start, expected):
    assert needs_utc(zone, start, start + HOUR) is expected


@pytest.mark.parametrize(
    ("footer", "year", "starts", "ends"),
    [
        ("EST5EDT,M3.2.0,M11.1.0", 2027, "2027-03-14T02:00", "2027-11-07T02:00"),
        ("IST-1GMT0,M10.5.0,M3.5.0/1", 2027, "2027-10-31T02:00", "2027-03-28T01:00"),
        ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 2027, "2027-03-27T23:00", "2027-10-31T00:00"),
        ("EET-2EEST,M3.4.4/50,M10.4.4/50", 2027, "2027-03-27T02:00", "2027-10-30T02:00"),
        ("<+0330>-3:30<+0430>,J79/24,J263/24", 2028, "2028-03-21T00:00", "2028-09-21T00:00"),
        ("AAA3BBB,59/0,J60/0", 2028, "2028-02-29T00:00", "2028-03-01T00:00"),
    ],
)
def test_parse_footer_knows_every_form_of_rule(footer, year, starts, ends):
    zone = parse_footer(footer)

    falls_on = [rule.falls_on(year).isoformat(timespec="minutes") for rule in (zone.dst_starts, zone.dst_ends)]
    assert falls_on == [starts, ends]


def test_parse_footer_reads_offsets_east_of_greenwich():
    zone = parse_footer("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0")

    assert (zone.std_name, zone.std_offset) == ("+1030", timedelta(hours=10, minutes=30))
    assert (zone.dst_name, zone.dst_offset) == ("+11", timedelta(hours=11))


@pytest.mark.parametrize("footer", ["", "nonsense,", "EST5EDT", "EST5EDT,M3.2.0"])
def test_parse_footer_answers_none_for_what_it_cannot_use(footer):
    assert parse_footer(footer) is None


def test_read_footer_refuses_a_path():
    with pytest.raises((ValueError, zoneinfo.ZoneInfoNotFoundError)):
        read_footer("../../etc/passwd")


def test_a_standing_vtimezone_is_right_all_year_and_for_years_to_come() -> None:
    zones = [zone for zone in ZONES if standing_onsets(zone)]
    days = [datetime(year, month, 15, 12, tzinfo=UTC) for year in (2026, 2031) for month in (1, 7)]

    wrong = [zone for zone in zones if not all(fits_standing(zone, day, day) for day in days)]

    # Morocco's clocks go by the moon: there the entries are in UTC whenever the yearly rule does not hold.
    assert (len(zones) > 500, set(wrong) <= {"Africa/Casablanca", "Africa/El_Aaiun"}) == (True, True), wrong


def test_doubtful_hours_and_utc_do_not_fit_a_standing_vtimezone() -> None:
    twice, later = datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 9, tzinfo=UTC)

    assert [fits_standing("America/New_York", *each) for each in ((twice, later), (later, later))] == [False, True]
    assert fits_standing("UTC", later, later) is False
