from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from meetings.invitations.itip import Invite, Organizer, Party

UID = "0c4f4d0e-7a7b-4f5c-9f57-2f2f1b6a9d11"


@pytest.fixture
def invite() -> Callable[..., Invite]:
    def build(**changes: object) -> Invite:
        values: dict[str, object] = {
            "uid": UID,
            "sequence": 0,
            "summary": "Clean air in schools: Ada Mensah",
            "starts_at": datetime(2026, 10, 28, 19, tzinfo=UTC),
            "ends_at": datetime(2026, 10, 28, 19, 30, tzinfo=UTC),
            "time_zone": "America/New_York",
            "organizer": Organizer("Clean Air Alliance", "meet@parley.example"),
            "attendees": (Party("Ada Mensah", "ada@gov.example"),),
            "dtstamp": datetime(2025, 8, 1, 9, tzinfo=UTC),
        }
        return Invite(**(values | changes))  # type: ignore[arg-type]

    return build
