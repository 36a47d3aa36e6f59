from datetime import UTC, date, datetime, timedelta

import pytest

from meetings.scheduling.models import Meeting
from meetings.scheduling.queries import language_of, requests_to_follow_up, upcoming_meetings, with_attendees
from tests.factories.meetings import STARTS_AT, attendee, meeting, meeting_request
from tests.factories.people import person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("rows", [1, 3])
def test_meetings_with_attendees_take_two_queries(django_assert_num_queries, rows) -> None:
    for _row in range(rows):
        attendee(removed_at=None)
        attendee(meeting=Meeting.objects.latest("id"), removed_at=datetime(2026, 6, 2, tzinfo=UTC))

    with django_assert_num_queries(2):
        found = [(row.person.name, str(row.venue), len(row.invited)) for row in with_attendees(Meeting.objects.all())]

    assert [invited for _name, _venue, invited in found] == [1] * rows


@pytest.mark.parametrize("rows", [1, 3])
def test_requests_to_follow_up_take_one_query(django_assert_num_queries, rows) -> None:
    for day in range(rows):
        meeting_request(next_action_on=date(2026, 6, 8) - timedelta(days=day))
    meeting_request(next_action_on=date(2026, 6, 9))

    with django_assert_num_queries(1):
        found = [
            (row.next_action_on, row.person.name, row.ask.title) for row in requests_to_follow_up(date(2026, 6, 8))
        ]

    assert [each[0] for each in found] == sorted(each[0] for each in found)
    assert len(found) == rows


def test_upcoming_meetings_leave_out_the_past_and_the_cancelled() -> None:
    robin = person()
    soon = meeting(person=robin)
    meeting(person=robin, state="cancelled")

    assert list(upcoming_meetings(robin, STARTS_AT)) == [soon]
    assert list(upcoming_meetings(robin, soon.ends_at)) == []


def test_language_is_the_readers_own_or_the_sites() -> None:
    assert [language_of(each) for each in (person(language="es"), person(language="xx"), None)] == ["es", "en", "en"]
