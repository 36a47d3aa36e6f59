from datetime import UTC, datetime

import pytest

from crm.messaging.actions import receive_mail
from meetings.replies.queries import open_reviews
from tests.meetings.replies.test_actions import STRANGER, reply

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("rows", [1, 3])
def test_open_reviews_take_one_query(delegation, django_assert_num_queries, rows) -> None:
    for number in range(rows):
        receive_mail(reply(delegation, STRANGER, number=str(number)), at=datetime(2026, 8, 2, 9, number, tzinfo=UTC))

    with django_assert_num_queries(1):
        found = [(row.inbound.subject, row.meeting.person.name, row.attendee) for row in open_reviews()]

    assert len(found) == rows
