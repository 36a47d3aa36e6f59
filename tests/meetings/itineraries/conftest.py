from datetime import UTC, datetime

import pytest

from meetings.lobbydays.models import LobbyDay
from tests.factories.lobbydays import building, delegate, lobby_day, lobby_office, team_member
from tests.factories.people import person

AT = datetime(2026, 6, 2, 12, tzinfo=UTC)
THIRTEEN = datetime(2026, 10, 28, 13, tzinfo=UTC)
"""Nine in Washington."""


@pytest.fixture
def day(db: None) -> LobbyDay:
    """Two offices; Ada leads both, Kim goes along to the first."""
    made = lobby_day(title="Water day")
    ada = delegate(lobby_day=made, name="Ada Lead", email="ada@home.example")
    kim = delegate(lobby_day=made, name="Kim Vale", email="kim@home.example", language="es", note="HIDDEN NOTE")
    hart = building(name="Hart", address="1 Hill Street")
    for number, name in enumerate(("Robin Holder", "Alex Two")):
        office = lobby_office(
            lobby_day=made,
            person=person(name=name),
            building=hart,
            room=str(12 + number),
            planned_at=THIRTEEN.replace(hour=13 + number),
        )
        team_member(office=office, delegate=ada)
        if number == 0:
            team_member(office=office, delegate=kim, is_lead=False)
    return made
