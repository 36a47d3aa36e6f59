from datetime import timedelta
from itertools import count
from typing import Any

from meetings.polls.models import Poll, PollLink, PollOption, PollParticipant
from tests.factories.access import user
from tests.factories.meetings import HALF_AN_HOUR, MADE_AT, STARTS_AT

_number = count(1)


def poll(**fields: Any) -> Poll:
    """A poll of our own that waits for answers for a week, without times and people."""
    values = {
        "title": f"A time to plan {next(_number)}",
        "deadline_at": MADE_AT + timedelta(days=7),
        "deadline_zone": "America/New_York",
        "created_at": MADE_AT,
        "updated_at": MADE_AT,
    } | fields
    values["owner"] = values.get("owner") or user()
    return Poll.objects.create(**values)


def poll_option(**fields: Any) -> PollOption:
    """Half an hour on an October afternoon in New York."""
    values = {"starts_at": STARTS_AT, "ends_at": fields.get("starts_at", STARTS_AT) + HALF_AN_HOUR} | fields
    values.setdefault("time_zone", "America/New_York")
    values["poll"] = values.get("poll") or poll()
    return PollOption.objects.create(**values)


def poll_participant(**fields: Any) -> PollParticipant:
    """Somebody asked once, by a link that works, who has not answered."""
    number = next(_number)
    values = {"name": f"Noor Haddad {number}", "email": f"noor{number}@outside.example", "invitations": 1} | fields
    values["poll"] = values.get("poll") or poll()
    made = PollParticipant.objects.create(**values)
    PollLink.objects.create(participant=made, made_at=MADE_AT)
    return made
