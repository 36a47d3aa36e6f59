import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar

from meetings.itineraries.ics import Entry, build_calendar

JUDGE = """
import sys; sys.path.insert(0, sys.argv[1])
import imip_check
check = imip_check.Check()
method, events = imip_check.check_ics(open(sys.argv[2], "rb").read(), check)
for each in check.f: print(each)
print(len(events), "events", *filter(None, [method]))
"""
STAMP = datetime(2026, 6, 2, 12, tzinfo=UTC)


def entries(start: datetime) -> list[Entry]:
    end = start + timedelta(minutes=20)
    uid = "6c1f0b9e-8f6c-4d3c-9a52-2f3df4f4a001"
    return [
        Entry(uid, 0, "Water; day, one", "Hart, 12", "Ada\nKim", start, end, True),
        Entry("Zm9vYmFyYmF6cXV4cXV1eA", 2, "Two", "", "", end, end + timedelta(minutes=20), False),
    ]


def made(zone: str, start: datetime) -> bytes:
    return build_calendar(entries(start), name="Water day", time_zone=zone, stamp=STAMP)


def test_calendar_has_events_in_the_zone_of_the_place_and_no_method() -> None:
    calendar = Calendar.from_ical(made("America/New_York", datetime(2026, 10, 28, 13, tzinfo=UTC)))

    first, second = calendar.events
    assert "METHOD" not in calendar
    assert (first["DTSTART"].params["TZID"], f"{first['DTSTART'].dt:%H:%M}") == ("America/New_York", "09:00")
    assert [str(each["STATUS"]) for each in (first, second)] == ["CONFIRMED", "TENTATIVE"]
    assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["America/New_York"]


def test_calendar_of_the_same_day_is_the_same_bytes() -> None:
    start = datetime(2026, 10, 28, 13, tzinfo=UTC)

    assert made("Europe/Madrid", start) == made("Europe/Madrid", start)


def test_calendar_in_a_doubtful_hour_is_in_utc() -> None:
    text = made("America/New_York", datetime(2026, 11, 1, 5, 30, tzinfo=UTC)).decode()

    assert ("DTSTART:20261101T053000Z" in text, "VTIMEZONE" in text) == (True, False)


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Madrid", "Asia/Kolkata", "UTC"])
def test_calendar_passes_the_checker(zone: str, tmp_path: Path, shared_tools: Path) -> None:
    path = tmp_path / "day.ics"
    path.write_bytes(made(zone, datetime(2026, 10, 28, 13, tzinfo=UTC)))

    answer = subprocess.run(
        [sys.executable, "-c", JUDGE, str(shared_tools), str(path)], capture_output=True, text=True, check=False
    )

    assert (answer.stdout, answer.stderr) == ("2 events\n", "")
