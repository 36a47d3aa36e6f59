from datetime import UTC, date, datetime, time
from itertools import count
from typing import Any

from meetings.debriefs.models import Debrief
from meetings.lobbydays.models import Building, Delegate, LobbyDay, LobbyOffice, TeamMember
from tests.factories.access import user
from tests.factories.issues import ask
from tests.factories.people import person

_number = count(1)
MADE_AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
STAMPS = {"created_at": MADE_AT, "updated_at": MADE_AT}


def lobby_day(**fields: Any) -> LobbyDay:
    """A Wednesday in October in Washington, nine to five."""
    values: dict[str, Any] = {
        "title": f"Water day {next(_number)}",
        "held_on": date(2026, 10, 28),
        "time_zone": "America/New_York",
        "opens": time(9),
        "closes": time(17),
    }
    values |= STAMPS | fields
    values["ask"] = values.get("ask") or ask()
    values["owner"] = values.get("owner") or user()
    return LobbyDay.objects.create(**values)


def building(**fields: Any) -> Building:
    """A house with offices."""
    return Building.objects.create(**({"name": f"House {next(_number)}", "address": "1 Hill Street"} | fields))


def lobby_office(**fields: Any) -> LobbyOffice:
    """An office that has time all day."""
    values = STAMPS | fields
    values["lobby_day"] = values.get("lobby_day") or lobby_day()
    values["person"] = values.get("person") or person()
    return LobbyOffice.objects.create(**values)


def delegate(**fields: Any) -> Delegate:
    """Somebody who comes all day and can lead."""
    number = next(_number)
    values = {"name": f"Kim Vale {number}", "email": f"kim{number}@home.example", "can_lead": True} | STAMPS | fields
    values["lobby_day"] = values.get("lobby_day") or lobby_day()
    return Delegate.objects.create(**values)


def team_member(**fields: Any) -> TeamMember:
    """The lead of a team of one."""
    values = {"is_lead": True} | fields
    values["office"] = values.get("office") or lobby_office()
    values["delegate"] = values.get("delegate") or delegate(lobby_day=values["office"].lobby_day)
    return TeamMember.objects.create(**values)


def debrief(**fields: Any) -> Debrief:
    """Kim tells what was said."""
    values = {
        "form_key": f"key{next(_number)}",
        "from_name": "Kim Vale",
        "story": "They asked.",
        "received_at": MADE_AT,
    }
    values |= fields
    values["office"] = values.get("office") or lobby_office()
    return Debrief.objects.create(**values)
