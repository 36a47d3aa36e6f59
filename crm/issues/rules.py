"""Pure rules: the issue tree, and which way somebody moved."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from crm.issues.enums import Direction, Position
from crm.issues.models import Issue

RANK = {position.value: rank for rank, position in enumerate(Position)}
CERTAIN = frozenset({Position.SUPPORT, Position.CHAMPION})
"""Votes we have."""
LEANING = frozenset({Position.LEAN_SUPPORT})
"""Votes we may win; never counted as ours."""

Count = int | frozenset[int]
"""How much is filed: a number, or the keys where one thing can be filed under several issues."""


def direction_of(before: str, after: str) -> Direction | None:
    """Which way a position moved; None when it did not move. An unknown one before is news, not a move."""
    if before == after:
        return None
    if not before:
        return Direction.NEW
    return Direction.TOWARD if RANK[after] > RANK[before] else Direction.AWAY


@dataclass
class Node:
    """An issue in the tree: `own` and `total` (with everything below) by the key of a counter."""

    issue: Issue
    depth: int
    below: list["Node"] = field(default_factory=list)
    own: dict[str, int] = field(default_factory=dict)
    total: dict[str, int] = field(default_factory=dict)


def tree_of(issues: Iterable[Issue]) -> list[Node]:
    """Every issue as a node, parents before their parts, in the order given.

    Never ends in a circle: rows that are parts of each other (only a broken database has any) come last as roots.
    """
    parts: dict[int | None, list[Issue]] = defaultdict(list)
    rows = list(issues)
    known = {issue.pk for issue in rows}
    for issue in rows:
        parts[issue.parent_id if issue.parent_id in known else None].append(issue)
    placed: dict[int, Node] = {}
    for root in (*parts[None], *rows):
        _place(root, parts, placed)
    return list(placed.values())


def _place(root: Issue, parts: Mapping[int | None, list[Issue]], placed: dict[int, Node]) -> None:
    waiting: list[tuple[Issue, Node | None]] = [(root, None)]
    while waiting:
        issue, above = waiting.pop()
        if issue.pk in placed:
            continue
        node = placed[issue.pk] = Node(issue, above.depth + 1 if above else 0)
        if above:
            above.below.append(node)
        waiting += [(part, node) for part in reversed(parts[issue.pk])]


def below(node: Node) -> Iterator[Node]:
    """The node and everything under it."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield found
        waiting += found.below


def count_in(nodes: list[Node], key: str, counts: Mapping[int, Count]) -> None:
    """Note what one counter found, and add up the tree. What is filed under two parts counts once above them."""
    sums: dict[int, Any] = {}
    for node in reversed(nodes):
        own = counts.get(node.issue.pk, 0)
        total = own
        for part in node.below:
            total = _together(total, sums[part.issue.pk])
        sums[node.issue.pk] = total
        node.own[key], node.total[key] = _number(own), _number(total)


def _together(one: Count, other: Count) -> Count:
    if isinstance(one, frozenset) and isinstance(other, frozenset):
        return one | other
    if not one or not other:
        return one or other
    return _number(one) + _number(other)


def _number(count: Count) -> int:
    return len(count) if isinstance(count, frozenset) else count


def paths_of(nodes: Iterable[Node]) -> dict[int, str]:
    """“Environment / Water / Harbours” by the key of the issue."""
    names: dict[int, str] = {}
    for node in nodes:
        above = names.get(node.issue.parent_id or 0, "") if node.depth else ""
        names[node.issue.pk] = f"{above} / {node.issue.name}" if above else node.issue.name
    return names


def would_loop(issue_id: int, parent_id: int | None, parents: Mapping[int, int | None]) -> bool:
    """Whether `issue_id` would be above itself with that parent; `parents` are the links as they stand."""
    seen: set[int] = set()
    above = parent_id
    while above is not None and above not in seen:
        if above == issue_id:
            return True
        seen.add(above)
        above = parents.get(above)
    return above is not None
