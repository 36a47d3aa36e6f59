from datetime import date, timedelta
from typing import Any

import pytest

from crm.access.enums import Role
from crm.access.models import User
from crm.people.enums import Visibility
from crm.targets.queries import board_of, boards_of, standing, targets_at
from crm.targets.viewsets import views
from tests.factories.access import user
from tests.factories.campaigns import MADE_AT
from tests.factories.issues import stance
from tests.factories.people import person
from tests.factories.targets import quota, target, target_list

pytestmark = pytest.mark.django_db
TODAY = date(2026, 4, 1)


def positions(board: Any) -> dict[str, list[Any]]:
    return {column.position: [card.target for card in column.cards] for column in board.columns if column.cards}


def test_a_board_counts_the_certain_and_the_leaning_apart(coordinator: User) -> None:
    board = target_list()
    quota(target_list=board, needed=5, due_on=date(2026, 4, 4))
    rows = [target(target_list=board) for _place in range(5)]
    for row, position in zip(rows, ["support", "champion", "lean_support", "oppose"], strict=False):
        stance(person=row.person, ask=board.ask, position=position, observed_on=date(2026, 3, 1))

    found = board_of(board, coordinator, TODAY, views.COLUMNS)

    line = found.quotas[0]
    assert (line.have, line.leaning, line.missing, line.days_left) == (2, 1, 3, 3)
    assert positions(found) == {
        "oppose": [rows[3]],
        "lean_support": [rows[2]],
        "support": [rows[0]],
        "champion": [rows[1]],
        "": [rows[4]],
    }


def test_a_board_says_who_moved_this_week_and_which_way(coordinator: User) -> None:
    board = target_list()
    toward, away, new, still = (target(target_list=board) for _place in range(4))
    for row, before, after in ((toward, "undecided", "support"), (away, "support", "undecided"), (new, "", "support")):
        if before:
            stance(person=row.person, ask=board.ask, position=before, observed_on=TODAY - timedelta(days=30))
        stance(person=row.person, ask=board.ask, position=after, observed_on=TODAY - timedelta(days=2))
    stance(person=still.person, ask=board.ask, position="support", observed_on=TODAY - timedelta(days=30))
    stance(person=still.person, ask=board.ask, position="support", observed_on=TODAY)

    found = board_of(board, coordinator, TODAY, views.COLUMNS)

    assert {card.target: (card.direction, card.before) for card in found.moved} == {
        toward: ("toward", "undecided"),
        away: ("away", "support"),
        new: ("new", ""),
    }


def test_positions_on_other_asks_do_not_count(coordinator: User) -> None:
    row = target()
    stance(person=row.person)

    found = board_of(row.target_list, coordinator, TODAY, views.COLUMNS)

    assert positions(found) == {"": [row]}


def test_only_visible_people_are_on_a_board_and_counted(coordinator: User) -> None:
    board = target_list()
    hidden = target(target_list=board, person=person(visibility=Visibility.TEAM, owner=user()))
    stance(person=hidden.person, ask=board.ask)

    seen = [board_of(board, who, TODAY, views.COLUMNS).counts for who in (coordinator, user(role=Role.DIRECTOR))]

    assert seen == [{}, {"support": 1}]
    assert [standing([board.pk], who) for who in (coordinator, user(role=Role.DIRECTOR))] == [
        {board.pk: {}},
        {board.pk: {"support": 1}},
    ]
    assert list(boards_of(hidden.person, coordinator)) == []


def test_who_left_is_kept_apart(coordinator: User) -> None:
    row = target(left_at=MADE_AT)

    found = board_of(row.target_list, coordinator, TODAY, views.COLUMNS)

    assert (positions(found), found.gone) == ({}, [row])


@pytest.mark.parametrize("count", [1, 100])
def test_a_board_takes_three_queries(count: int, coordinator: User, django_assert_num_queries: Any) -> None:
    board = target_list()
    for _place in range(count):
        row = target(target_list=board, assigned_to=coordinator)
        stance(person=row.person, ask=board.ask, recorded_by=coordinator)

    with django_assert_num_queries(3):
        found = board_of(board, coordinator, TODAY, views.COLUMNS)
        words = [f"{card.target.person} {card.target.assigned_to} {card.stance.recorded_by}" for card in found.cards]

    assert len(words) == count


def test_targets_at_a_position_are_those_who_stand_there_now() -> None:
    board = target_list()
    row, asked = target(target_list=board), target(target_list=board)
    stance(person=row.person, ask=board.ask, position="support", observed_on=date(2026, 3, 1))
    stance(person=row.person, ask=board.ask, position="oppose", observed_on=date(2026, 3, 9))

    assert (list(targets_at(board, ["oppose"])), list(targets_at(board, [""]))) == ([row], [asked])
