from datetime import date
from typing import Any

import pytest

from crm.issues.enums import Position
from crm.issues.models import Ask, Stance
from crm.issues.queries import issue_path, issue_tree, latest_stance, latest_stances, open_asks, stances_on
from crm.people.models import Person
from tests.factories.campaigns import MADE_AT
from tests.factories.issues import ask, issue
from tests.factories.people import person

pytestmark = pytest.mark.django_db


def stance(who: Person, wanted: Ask, position: Position, day: int) -> Stance:
    return Stance.objects.create(
        person=who, ask=wanted, position=position, observed_on=date(2026, 3, day), recorded_at=MADE_AT
    )


def test_latest_stances_take_the_newest_of_each_ask() -> None:
    who, first, second = person(), ask(), ask()
    stance(who, first, Position.OPPOSE, 1)
    newer = stance(who, first, Position.UNDECIDED, 9)
    other = stance(who, second, Position.SUPPORT, 5)
    stance(person(), first, Position.CHAMPION, 20)

    assert list(latest_stances(who)) == [newer, other]
    assert latest_stance(who, first) == newer


def test_latest_stances_can_look_back() -> None:
    who, wanted = person(), ask()
    older = stance(who, wanted, Position.OPPOSE, 1)
    stance(who, wanted, Position.SUPPORT, 9)

    assert list(latest_stances(who, on=date(2026, 3, 5))) == [older]


def test_of_two_stances_on_one_day_the_later_entered_counts() -> None:
    who, wanted = person(), ask()
    stance(who, wanted, Position.OPPOSE, 1)
    second = stance(who, wanted, Position.SUPPORT, 1)

    assert list(latest_stances(who)) == [second]


def test_stances_on_an_ask_give_each_person_once() -> None:
    wanted, one, two = ask(), person(), person()
    stance(one, wanted, Position.OPPOSE, 1)
    newer = stance(one, wanted, Position.SUPPORT, 3)
    other = stance(two, wanted, Position.SUPPORT, 2)

    assert list(stances_on(wanted)) == [newer, other]


@pytest.mark.parametrize("count", [1, 3])
def test_lists_of_stances_take_one_query(count: int, django_assert_num_queries: Any) -> None:
    who = person()
    for day in range(count):
        stance(who, ask(), Position.SUPPORT, day + 1)

    with django_assert_num_queries(1):
        titles = [f"{row.ask.title} {row.ask.issue.name}" for row in latest_stances(who)]

    assert len(titles) == count


@pytest.mark.parametrize("count", [1, 3])
def test_lists_of_asks_and_issues_take_one_query_each(count: int, django_assert_num_queries: Any) -> None:
    for _row in range(count):
        ask()
    ask(is_open=False)

    with django_assert_num_queries(2):
        asks = [(row.issue.name, row.campaign) for row in open_asks()]
        issues = [row.parent for row in issue_tree()]

    assert (len(asks), len(issues)) == (count, count + 1)


def test_issue_path_leads_from_the_root() -> None:
    root = issue()
    leaf = issue(parent=root)

    assert issue_path(leaf) == [root, leaf]
