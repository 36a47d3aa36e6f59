from datetime import timedelta

import pytest
from django.utils import translation

from crm.access.enums import Role
from crm.access.models import User
from crm.activity.models import ActivityEntry
from crm.messaging.models import Message
from crm.people.enums import Visibility
from crm.people.models import Person
from meetings.pollnews.actions import ANSWERS, END
from meetings.pollnews.queries import polls_with_news
from meetings.pollnews.tasks import tell_owners
from meetings.polls.actions import Guest, add_guest, answer_poll, close_poll, revoke_link
from meetings.polls.enums import Choice
from meetings.polls.models import Poll
from tests.factories.access import user as make_user
from tests.factories.polls import poll as make_poll
from tests.factories.polls import poll_participant
from tests.meetings.polls.conftest import (  # noqa: F401  (fixtures)
    AT,
    DANA,
    DAY,
    NOOR,
    asked,
    clock,
    owner,
    request_row,
    start,
)
from tests.meetings.polls.conftest import poll as poll

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SAM = "sam@outside.example"


def answer(poll: Poll, email: str, choice: Choice = Choice.YES, at=AT, number: int = 0) -> None:
    option = poll.options.all()[number]
    answer_poll(asked(poll, email), choices={option.public_id: choice}, at=at)


def news() -> list[Message]:
    return list(Message.objects.filter(template_key__in=[ANSWERS, END]).order_by("id"))


def kinds() -> list[str]:
    return [each.template_key for each in news()]


def test_first_answer_is_told_and_the_next_are_gathered_for_an_hour(start) -> None:  # noqa: F811
    four = [Guest(name, f"{name}@outside.example") for name in ("ada", "ben", "cem", "dee")]
    poll = start(guests=four)
    answer(poll, "ada@outside.example", at=AT)

    done = [tell_owners(AT + MINUTE), tell_owners(AT + 2 * MINUTE)]
    for who in ("ben", "cem"):
        answer(poll, f"{who}@outside.example", at=AT + 5 * MINUTE, number=1)
    done += [tell_owners(AT + HOUR), tell_owners(AT + HOUR + MINUTE), tell_owners(AT + 3 * HOUR)]

    first, second = news()
    assert (done, kinds()) == ([1, 0, 0, 1, 0], [ANSWERS, ANSWERS])
    assert (first.to_email, first.subject) == ("olu@alliance.example", "New answers: Clean air in schools")
    assert "ada answered the poll" in first.text and "1 of 4 have answered" in first.text
    assert "ben, cem answered the poll" in second.text and "Not yet: dee." in second.text
    assert "Thursday 29 October 2026, 15:00–15:30" in second.text
    assert f"/admin/meetings/poll/{poll.public_id}/" in second.text
    told = ActivityEntry.objects.filter(verb="poll.owner_told").order_by("id")
    assert [each.data for each in told] == [{"people": 1}, {"people": 2}]


def test_everybody_answered_is_told_at_once_and_only_once(poll) -> None:
    answer(poll, DANA)
    tell_owners(AT)
    answer(poll, NOOR, at=AT + MINUTE)

    done = [tell_owners(AT + 2 * MINUTE), tell_owners(AT + 3 * HOUR), tell_owners(AT + 8 * DAY)]

    assert (done, kinds()) == ([1, 0, 0], [ANSWERS, END])
    assert "Everybody has answered the poll “Clean air in schools”." in news()[1].text
    assert "2 of 2 have answered" in news()[1].text and "Not yet" not in news()[1].text


def test_changed_answers_and_those_of_somebody_new_are_told_later(poll, owner) -> None:  # noqa: F811
    answer(poll, DANA)
    answer(poll, NOOR)
    tell_owners(AT)
    answer(poll, DANA, Choice.NO, at=AT + MINUTE)
    add_guest(poll, Guest("Sam Ito", SAM), by=owner, at=AT + MINUTE)
    answer(poll, SAM, at=AT + 2 * MINUTE)

    done = [tell_owners(AT + 3 * MINUTE), tell_owners(AT + HOUR), tell_owners(AT + 2 * HOUR)]

    assert (done, kinds()) == ([0, 1, 0], [END, ANSWERS])
    assert "Dana Ruiz, Sam Ito answered the poll" in news()[1].text


def test_deadline_is_told_once_also_when_nobody_answered(poll) -> None:
    done = [tell_owners(AT), tell_owners(AT + 7 * DAY), tell_owners(AT + 7 * DAY + HOUR), tell_owners(AT + 60 * DAY)]

    assert (done, kinds()) == ([0, 1, 0, 0], [END])
    assert "was over on Monday 8 June 2026" in news()[0].text and "Not yet: Dana Ruiz, Noor Haddad." in news()[0].text


def test_poll_long_over_is_not_told_of(poll) -> None:
    assert (tell_owners(poll.deadline_at + 31 * DAY), news()) == (0, [])


def test_closed_polls_and_those_taken_out_are_not_told_of(poll, owner) -> None:  # noqa: F811
    answer(poll, NOOR)
    revoke_link(asked(poll, NOOR), by=owner, at=AT)
    before = tell_owners(AT)
    answer(poll, DANA)
    poll.refresh_from_db()
    close_poll(poll, option=None, version=poll.version, by=owner, at=AT)

    assert (before, tell_owners(AT), tell_owners(AT + 8 * DAY), news()) == (0, 0, 0, [])


@pytest.mark.parametrize("why", ["left", "no address", "hidden"])
def test_owner_who_left_or_may_not_look_is_mailed_nothing(poll, owner, why: str) -> None:  # noqa: F811
    if why == "hidden":
        Person.objects.filter(pk=poll.request.person_id).update(
            visibility=Visibility.TEAM, owner=make_user(role=Role.DIRECTOR)
        )
        User.objects.filter(pk=owner.pk).update(role=Role.VOLUNTEER)
    else:
        User.objects.filter(pk=owner.pk).update(**{"left": {"is_active": False}, "no address": {"email": ""}}[why])
    answer(poll, DANA)

    assert (tell_owners(AT), tell_owners(AT), news()) == (0, 0, [])
    assert list(polls_with_news(AT)) == []


def test_mail_is_in_english_whatever_language_is_active(poll) -> None:
    answer(poll, DANA)
    with translation.override("es"):
        tell_owners(AT)

    assert "Wednesday 28 October 2026" in news()[0].text


@pytest.mark.parametrize("count", [1, 3])
def test_finding_polls_with_news_takes_one_query(count: int, django_assert_num_queries) -> None:
    for _number in range(count):
        poll_participant(poll=make_poll(), answered_at=AT)

    with django_assert_num_queries(1):
        assert len(polls_with_news(AT)) == count
