import re
from datetime import date
from typing import Any
from xml.etree import ElementTree

import pytest

from crm.influence.enums import Leaning, NodeKind
from crm.influence.models import Influence
from crm.influence.rules import Link, Node, Place, PowerMap, cells
from crm.influence.svg import TALL, grid_svg, power_map_svg
from crm.people.models import Organization, Person

NAME = "Ximena Nepomuceno-Featherstonehaugh of the Northern Shires <&>"


def node(number: int, kind: NodeKind = NodeKind.PERSON, leaning: Leaning | None = None) -> Node:
    owner: Any = Organization(pk=number, name=NAME) if kind == NodeKind.BODY else Person(pk=number, name=NAME)
    return Node(f"n{number}", owner, kind, leaning, url=f"/people/{number}/")


def full_map() -> PowerMap:
    columns = (
        [node(n, NodeKind.OURS) for n in range(7)],
        [node(n, NodeKind.BODY) for n in range(10, 20)],
        [node(n, leaning=Leaning.AGAINST) for n in range(30, 38)],
    )
    links = [Link("n1", "n10", 5, "A knows B."), Link("n10", "n30", 1, "B knows C.")]
    return PowerMap("Robin", columns, [0, 12, 3], links)


def texts(svg: str) -> list[tuple[float, float, str]]:
    root = ElementTree.fromstring(svg)
    found = root.iter("{http://www.w3.org/2000/svg}text")
    return [(float(each.get("x", 0)), float(each.get("y", 0)), each.text or "") for each in found]


def test_a_map_is_well_formed_named_and_without_styles() -> None:
    svg = str(power_map_svg(full_map()))

    root = ElementTree.fromstring(svg)
    assert root.get("aria-labelledby") == "power-title power-desc"
    assert "Power map: Robin" in svg
    assert re.findall(r"\bstyle=|<script|<style", svg) == []
    assert len(re.findall(r'<a class="power-map__node', svg)) == 25


def test_names_of_twenty_five_never_touch() -> None:
    names = [place for place in texts(str(power_map_svg(full_map()))) if place[2].startswith("Ximena")]

    columns = {x: sorted(y for left, y, _text in names if left == x) for x, _y, _text in names}
    assert sorted(map(len, columns.values())) == [7, 8, 10]
    assert all(low - high >= TALL for ys in columns.values() for high, low in zip(ys, ys[1:], strict=False))
    assert {len(text) for _x, _y, text in names} <= {26, 27, 28}


def test_what_is_not_drawn_is_counted() -> None:
    assert [text for _x, _y, text in texts(str(power_map_svg(full_map()))) if text.startswith("and ")] == [
        "and 12 more", "and 3 more",
    ]  # fmt: skip


def test_an_empty_map_is_a_picture_too() -> None:
    svg = str(power_map_svg(PowerMap("Robin", ([], [], [node(1, leaning=Leaning.UNKNOWN)]))))

    assert "? position not known" in svg


def place(number: int, interest: int, influence: int, wanted: tuple[int, int] | None = None) -> Place:
    now = Influence(interest=interest, influence=influence, position="support", observed_on=date(2026, 1, 1))
    goal = Influence(interest=wanted[0], influence=wanted[1]) if wanted else None
    return Place(number, Person(pk=number, name=NAME), now, goal)


def test_the_grid_draws_a_number_and_an_arrow_to_where_we_want_them() -> None:
    svg = str(grid_svg([place(1, 2, 3, (5, 5)), place(2, 2, 3), place(3, 4, 4, (4, 4))]))

    ElementTree.fromstring(svg)
    assert (svg.count("grid-map__mark--with"), svg.count('class="grid-map__arrow"')) == (3, 1)
    assert "3 assessed; for 1 of them we want another place." in svg


def test_the_grid_draws_twenty_five_and_says_how_many_more() -> None:
    svg = str(grid_svg([place(number, 1, 1) for number in range(1, 38)]))

    assert svg.count("grid-map__mark--with") == 25
    assert "and 12 more in the table" in svg


def test_the_table_has_the_most_influence_on_top() -> None:
    rows = cells([place(1, 5, 1), place(2, 1, 5)])

    assert [(influence, [len(found) for _column, found in line]) for influence, line in rows] == [
        (5, [1, 0, 0, 0, 0]), (4, [0] * 5), (3, [0] * 5), (2, [0] * 5), (1, [0, 0, 0, 0, 1]),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", list(NodeKind))
def test_every_kind_says_in_words_what_it_is(kind: NodeKind) -> None:
    svg = str(power_map_svg(PowerMap("Robin", ([node(1, kind)], [], []))))

    assert str(kind.label) in svg
