from datetime import UTC, datetime, time, timedelta
from itertools import count
from typing import Any

from meetings.availability.models import (
    BusyBlock,
    BusyCalendar,
    CalendarUpload,
    InstitutionCalendar,
    InstitutionEvent,
    TravelTime,
    WorkingException,
    WorkingHours,
)
from meetings.availability.rules import end_minute_of, minute_of
from tests.factories.access import user
from tests.factories.meetings import venue
from tests.factories.people import organization

_number = count(1)
MADE_AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
STARTS_AT = datetime(2026, 6, 2, 14, tzinfo=UTC)


def _stamped(fields: dict[str, Any]) -> dict[str, Any]:
    return {"created_at": MADE_AT, "updated_at": MADE_AT} | fields


def working_hours(**fields: Any) -> WorkingHours:
    """Monday, nine to five."""
    values = {"weekday": 0, "starts": time(9), "ends": time(17)} | fields
    values["user"] = values.get("user") or user()
    return WorkingHours.objects.create(**values)


def working_exception(**fields: Any) -> WorkingException:
    """One day off."""
    values = {"first_on": STARTS_AT.date(), "last_on": STARTS_AT.date()} | fields
    values["user"] = values.get("user") or user()
    return WorkingException.objects.create(**values)


def busy_calendar(**fields: Any) -> BusyCalendar:
    """A calendar nothing was read from yet."""
    values = _stamped({"name": f"Work {next(_number)}"} | fields)
    values["owner"] = values.get("owner") or user()
    return BusyCalendar.objects.create(**values)


def busy_block(**fields: Any) -> BusyBlock:
    """An hour in which somebody is busy."""
    values = {"starts_at": STARTS_AT, **fields}
    values.setdefault("ends_at", values["starts_at"] + timedelta(hours=1))
    values["calendar"] = values.get("calendar") or busy_calendar()
    minutes = {"first_minute": minute_of(values["starts_at"]), "end_minute": end_minute_of(values["ends_at"])}
    return BusyBlock.objects.create(**values, **minutes)


def calendar_upload(**fields: Any) -> CalendarUpload:
    """A file for a calendar of one's own that nobody read yet."""
    values = {"raw": b"", "digest": "", "asked_at": MADE_AT, "moved_at": MADE_AT} | fields
    if "institution" not in values:
        values["calendar"] = values.get("calendar") or busy_calendar()
    values["asked_by"] = values.get("asked_by") or (values["calendar"].owner if "calendar" in values else user())
    return CalendarUpload.objects.create(**values)


def institution_calendar(**fields: Any) -> InstitutionCalendar:
    """The calendar of a chamber, still empty."""
    values = _stamped({"name": f"Floor {next(_number)}", "time_zone": "America/New_York"} | fields)
    values["organization"] = values.get("organization") or organization()
    return InstitutionCalendar.objects.create(**values)


def institution_event(**fields: Any) -> InstitutionEvent:
    """A sitting of an hour."""
    values = {"kind": "session", "title": "Floor votes", "starts_at": STARTS_AT, **fields}
    values.setdefault("ends_at", values["starts_at"] + timedelta(hours=1))
    values["calendar"] = values.get("calendar") or institution_calendar()
    return InstitutionEvent.objects.create(**values)


def travel_time(**fields: Any) -> TravelTime:
    """Half an hour between two places."""
    values = {"minutes": 30} | fields
    values["one"] = values.get("one") or venue()
    values["other"] = values.get("other") or venue()
    return TravelTime.objects.create(**values)
