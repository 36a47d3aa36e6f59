"""What the lists cost, and who sees a poll."""

import pytest

from crm.access.enums import Role
from crm.access.rules import STAFF_ROLES
from crm.people.enums import Visibility
from meetings.polls.enums import Choice
from meetings.polls.models import Poll, PollAnswer, PollParticipant
from meetings.polls.queries import grid_of
from tests.factories.access import user as make_user
from tests.factories.meetings import meeting_request
from tests.factories.people import person
from tests.factories.polls import poll, poll_option, poll_participant

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("rows", [1, 3])
def test_the_grid_takes_three_queries(rows: int, django_assert_num_queries) -> None:
    made = poll()
    for number in range(rows):
        who = poll_participant(poll=made)
        option = poll_option(poll=made, starts_at=poll_option().starts_at.replace(day=number + 1))
        PollAnswer.objects.create(participant=who, option=option, choice=Choice.YES)

    with django_assert_num_queries(3):
        assert len(grid_of(made).rows) == rows


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
def test_a_poll_is_as_visible_as_its_request(role: Role) -> None:
    hidden = meeting_request(person=person(visibility=Visibility.TEAM, owner=make_user()))
    about_hidden, ours = poll(request=hidden), poll()
    for each in (about_hidden, ours):
        poll_participant(poll=each)
    reader = make_user(role=role)

    seen = [list(model.objects.visible_to(reader)) for model in (Poll, PollParticipant)]

    if role == Role.DIRECTOR:
        assert [len(rows) for rows in seen] == [2, 2]
    elif role in {Role.COORDINATOR, Role.AUDITOR}:
        assert seen == [[ours], list(ours.participants.all())]
    else:
        assert seen == [[], []]
