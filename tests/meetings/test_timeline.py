from datetime import UTC, datetime

import pytest

from crm.access.enums import Role
from crm.activity.actions import record
from crm.activity.views import timeline_context
from tests.factories.access import user
from tests.factories.meetings import meeting


@pytest.mark.django_db
def test_a_confidential_meeting_leaves_no_line_on_a_timeline_others_read() -> None:
    owner, colleague, director = user(), user(), user(role=Role.DIRECTOR)
    secret = meeting(owner=owner, is_confidential=True)
    record("meeting.confirmed", secret, by=owner, at=datetime(2026, 3, 2, tzinfo=UTC), about=(secret.person,))

    def lines(reader: object) -> int:
        return len((timeline_context(secret.person, reader) or {"entries": []})["entries"])  # type: ignore[arg-type]

    assert [lines(reader) for reader in (owner, director, colleague)] == [1, 1, 0]
