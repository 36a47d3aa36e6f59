"""One's own meetings, found by index, are never more than what one may see."""

import pytest

from crm.access.enums import Role
from meetings.scheduling.models import Meeting
from tests.factories.access import user
from tests.factories.meetings import attendee, meeting
from tests.factories.people import person
from tests.meetings.feeds.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", [*Role, None])
def test_own_meetings_are_visible_ones(role) -> None:
    who = user(role=role or Role.DIRECTOR, is_active=role is not None)
    for fields in ({}, {"is_confidential": True}, {"person": person(visibility="team")}):
        meeting(**fields)
        meeting(owner=who, **fields)
        attendee(meeting=meeting(**fields), user=who)
        attendee(meeting=meeting(**fields), user=who, removed_at=NOW)

    visible, own = Meeting.objects.visible_to(who), Meeting.objects.own_of(who)

    mine = {row.pk for row in visible if row.owner == who or row.attendees.filter(user=who, removed_at=None).exists()}
    expected = mine if role != Role.VOLUNTEER else {row.pk for row in visible}
    assert {row.pk for row in own} == expected
