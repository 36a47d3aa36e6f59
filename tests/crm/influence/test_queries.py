from datetime import date
from typing import Any

import pytest

from crm.access.models import User
from crm.influence.queries import (
    GridFilter,
    assessments_of,
    places_on,
    power_map_of_ask,
    power_map_of_person,
)
from crm.people.enums import PersonCategory
from tests.factories.influence import influence
from tests.factories.issues import ask, issue
from tests.factories.people import membership, organization, person
from tests.factories.relationships import relationship, relationship_type
from tests.factories.targets import target, target_list

pytestmark = pytest.mark.django_db
ON = date(2026, 6, 1)
ALL = GridFilter()


def ours(**fields: Any) -> Any:
    return person(category=PersonCategory.OWN_STAFF, **fields)


def test_the_newest_counts_and_the_older_stay(coordinator: User) -> None:
    ada, about = person(), issue()
    old = influence(person=ada, issue=about, observed_on=date(2025, 1, 1))
    new = influence(person=ada, issue=about, observed_on=date(2026, 1, 1))
    goal = influence(person=ada, issue=about, kind="wanted")

    found = assessments_of(ada, coordinator)

    assert [(each.issue, each.now, each.wanted, each.older) for each in found] == [(about, new, goal, [old])]


def test_the_grid_numbers_the_most_influential_first(coordinator: User) -> None:
    about = issue()
    low = influence(issue=about, influence=2, interest=5)
    high = influence(issue=about, influence=5, organization=organization())
    influence(issue=about, influence=1, person=low.person, observed_on=date(2020, 1, 1))
    goal = influence(issue=about, influence=4, interest=5, person=low.person, kind="wanted")
    influence()

    found = places_on(about, coordinator, ON, ALL)

    assert [(place.number, place.now, place.wanted, place.moves) for place in found] == [
        (1, high, None, False), (2, low, goal, True),
    ]  # fmt: skip


def test_filters_narrow_the_grid(coordinator: User) -> None:
    about, board = issue(), organization()
    ada, ben = person(level="state"), ours()
    rows = {"ada": influence(issue=about, person=ada, position="support"), "ben": influence(issue=about, person=ben)}
    membership(person=ben, organization=board)

    def shown(**wanted: Any) -> list[Any]:
        return [place.now for place in places_on(about, coordinator, ON, GridFilter(**wanted))]

    assert shown(position="support") == [rows["ada"]]
    assert shown(level="state") == [rows["ada"]]
    assert shown(category="own_staff") == [rows["ben"]]
    assert shown(body=board) == [rows["ben"]]


def test_a_power_map_has_ours_between_and_targets(coordinator: User) -> None:
    kind = relationship_type(label="knows", reverse_label="is known by", from_kind="any", to_kind="any")
    robin, kim, union = person(name="Robin"), person(name="Kim"), organization(name="Union")
    ada, ben = ours(name="Ada"), ours(name="Ben")
    for first, second in ((kim, robin), (ada, robin), (ben, kim)):
        relationship(type=kind, from_person=first, to_person=second)
    relationship(type=kind, from_organization=union, to_person=robin, strength=5)
    relationship(type=kind, from_person=person(), to_person=robin, end_date="2020")

    found = power_map_of_person(robin, coordinator, ON)

    assert [[str(node.owner) for node in column] for column in found.columns] == [
        ["Ada", "Ben"], ["Union", "Kim"], ["Robin"],
    ]  # fmt: skip
    assert [(link.first[0], link.second[0], link.sentence) for link in found.links] == [
        ("o", "p", "Union knows Robin."),
        ("p", "p", "Kim knows Robin."),
        ("p", "p", "Ada knows Robin."),
        ("p", "p", "Ben knows Kim."),
    ]


def test_the_map_of_an_ask_takes_targets_of_its_boards_and_counts_the_rest(coordinator: User) -> None:
    wanted = ask()
    board = target_list(ask=wanted)
    people = [target(target_list=board).person for _number in range(9)]
    influence(issue=wanted.issue, person=people[8], influence=5)

    found = power_map_of_ask(wanted, coordinator, ON)

    assert (found.columns[2][0].owner, len(found.columns[2]), found.more) == (people[8], 8, [0, 0, 1])
    assert found.columns[2][0].note == "influence 5 of 5"


@pytest.mark.parametrize("count", [1, 3])
def test_maps_and_grids_take_as_many_queries_for_three_as_for_one(
    coordinator: User, count: int, django_assert_num_queries: Any
) -> None:
    wanted, kind = ask(), relationship_type(from_kind="any", to_kind="any")
    board = target_list(ask=wanted)
    for _one in range(count):
        robin = target(target_list=board).person
        influence(issue=wanted.issue, person=robin)
        kim = person()
        relationship(type=kind, from_person=kim, to_person=robin)
        relationship(type=kind, from_person=ours(), to_person=kim)

    with django_assert_num_queries(9):
        found = power_map_of_ask(wanted, coordinator, ON)
        places = places_on(wanted.issue, coordinator, ON, ALL)

    assert ([len(column) for column in found.columns], len(places)) == ([count, count, count], count)
