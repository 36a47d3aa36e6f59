import pytest

from crm.issues.models import Issue
from crm.issues.rules import count_in, direction_of, paths_of, tree_of, would_loop


def issues(*links: tuple[int, int | None]) -> list[Issue]:
    return [Issue(pk=pk, name=f"i{pk}", parent_id=parent) for pk, parent in links]


@pytest.mark.parametrize(
    ("before", "after", "direction"),
    [
        ("oppose", "undecided", "toward"),
        ("champion", "support", "away"),
        ("", "oppose", "new"),
        ("support", "support", None),
    ],
)
def test_a_direction_is_read_from_two_positions(before: str, after: str, direction: str | None) -> None:
    assert direction_of(before, after) == direction


def test_a_tree_lists_parents_before_their_parts() -> None:
    nodes = tree_of(issues((1, None), (4, 3), (2, None), (3, 1)))

    assert [(node.issue.pk, node.depth) for node in nodes] == [(1, 0), (3, 1), (4, 2), (2, 0)]
    assert paths_of(nodes) == {1: "i1", 3: "i1 / i3", 4: "i1 / i3 / i4", 2: "i2"}


def test_a_tree_a_thousand_deep_and_a_circle_both_end() -> None:
    deep = issues((0, None), *((pk, pk - 1) for pk in range(1, 1000)))
    circle = issues((1, 2), (2, 1), (3, None))

    assert max(node.depth for node in tree_of(deep)) == 999
    assert sorted(node.issue.pk for node in tree_of(circle)) == [1, 2, 3]


def test_counts_add_up_and_a_thing_under_two_parts_counts_once_above() -> None:
    nodes = tree_of(issues((1, None), (2, 1), (3, 1)))

    count_in(nodes, "asks", {2: 2, 3: 1})
    count_in(nodes, "campaigns", {1: frozenset({7}), 2: frozenset({8, 9}), 3: frozenset({8})})

    assert [(node.own, node.total) for node in nodes] == [
        ({"asks": 0, "campaigns": 1}, {"asks": 3, "campaigns": 3}),
        ({"asks": 2, "campaigns": 2}, {"asks": 2, "campaigns": 2}),
        ({"asks": 1, "campaigns": 1}, {"asks": 1, "campaigns": 1}),
    ]


@pytest.mark.parametrize(("issue", "parent", "loops"), [(1, 1, True), (1, 3, True), (3, 1, False), (2, None, False)])
def test_an_issue_cannot_be_below_itself(issue: int, parent: int | None, loops: bool) -> None:
    assert would_loop(issue, parent, {1: None, 2: 1, 3: 2}) == loops
