from datetime import UTC, date, datetime, timedelta

import pytest

from crm.access.enums import Role
from crm.people.models import Person
from meetings.scheduling.enums import MeetingState
from meetings.scheduling.queries import last_meeting_days, next_meeting_days
from tests.factories.access import user as make_user
from tests.factories.meetings import meeting as make_meeting
from tests.factories.people import person as make_person

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 9, 13, 5, tzinfo=UTC)


def meet(person: Person, starts_at: datetime, **fields: object) -> None:
    make_meeting(person=person, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=30), **fields)


def test_meeting_days_are_the_nearest_ones_in_the_zone_of_the_place(django_assert_num_queries) -> None:
    person, user = make_person(), make_user(role=Role.COORDINATOR)
    zone = {"time_zone": "America/New_York"}
    meet(person, datetime(2026, 3, 21, 3, 0, tzinfo=UTC), **zone)
    meet(person, datetime(2026, 3, 25, 3, 0, tzinfo=UTC), **zone)
    meet(person, datetime(2026, 2, 2, 15, 0, tzinfo=UTC), state=MeetingState.HELD, **zone)
    meet(person, datetime(2026, 3, 2, 15, 0, tzinfo=UTC), state=MeetingState.CANCELLED, **zone)

    with django_assert_num_queries(2):
        ahead, past = next_meeting_days([person.pk], user, NOW), last_meeting_days([person.pk], user, NOW)

    assert (ahead, past) == ({person.pk: date(2026, 3, 20)}, {person.pk: date(2026, 2, 2)})


def test_a_confidential_meeting_shows_no_day_to_others() -> None:
    person = make_person()
    meet(person, datetime(2026, 3, 21, 3, 0, tzinfo=UTC), is_confidential=True)

    assert next_meeting_days([person.pk], make_user(role=Role.COORDINATOR), NOW) == {}
