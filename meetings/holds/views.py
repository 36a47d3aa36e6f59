"""Who keeps which offered time free, on the page of the request."""

from itertools import groupby
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from meetings.holds.models import HoldAttendee
from meetings.holds.queries import holds_of
from meetings.scheduling.models import MeetingRequest
from meetings.scheduling.views import when_words


def holds_panel(request: MeetingRequest, user: User) -> dict[str, Any] | None:
    """Every time that is held, with the names of those who keep it free."""
    if not can(user, Act.VIEW, HoldAttendee):
        return None
    rows = [
        (when_words(time.starts_at, time.ends_at, time.time_zone), ", ".join(each.name for each in held))
        for time, held in groupby(holds_of(request), key=lambda each: each.offered_time)
    ]
    return {"title": _("Kept free by"), "rows": rows, "template": "meetings/panel_holds.html"} if rows else None
