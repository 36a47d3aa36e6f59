from typing import Any

from meetings.holds.models import HoldAttendee
from tests.factories.access import user
from tests.factories.meetings import offered_time


def hold(**fields: Any) -> HoldAttendee:
    """One of us keeps an offered time free; nothing was sent."""
    values = {"is_held": True, "round": 1} | fields
    values["offered_time"] = values.get("offered_time") or offered_time()
    values["user"] = values.get("user") or user()
    values.setdefault("name", "Sam Ito")
    values.setdefault("email", "sam@alliance.example")
    values.setdefault("ends_at", values["offered_time"].ends_at)
    values.setdefault("time_zone", values["offered_time"].time_zone)
    return HoldAttendee.objects.create(**values)
