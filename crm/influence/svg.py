"""The grid of an issue and the power map as SVG. Beside each stands a table with the same facts.

No style attribute (our CSP forbids them): ``static/css/admin-influence.css`` gives the colours, so themes and forced
colours hold. Shapes and words say what colours say.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.influence.enums import Leaning, NodeKind
from crm.influence.rules import DEGREES, Node, Place, PowerMap

CELL, MARGIN, DOT = 116, 46, 11
PER_CELL = 16
DRAWN = 25
"""More than so many numbers on one picture nobody reads; the table has them all."""

WIDE, TALL, GAP, COLUMN_GAP, TOP = 264, 46, 14, 104, 44
LETTERS = 28
SIGNS = {Leaning.WITH: "▲", Leaning.AGAINST: "▼", Leaning.OPEN: "●", Leaning.UNKNOWN: "?"}


def grid_svg(places: list[Place]) -> SafeString:
    """Interest across, influence upwards; a number per person as in the table, an arrow to where we want her."""
    drawn = places[:DRAWN]
    spots = _spots(drawn)
    size = MARGIN + 5 * CELL + 10
    shapes = {place.number: _mark(place, *spots[place.number]) for place in drawn}
    return format_html(
        '<svg class="grid-map" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img" '
        'aria-labelledby="grid-title grid-desc"><title id="grid-title">{title}</title>'
        '<desc id="grid-desc">{text}</desc>{defs}{cells}{axes}{arrows}{marks}</svg>',
        size=size,
        title=_("Interest and influence"),
        text=grid_text(places),
        defs=_arrow_head("grid-arrow", "grid-map__head"),
        cells=_cells(),
        axes=_axes(),
        arrows=format_html_join("", "{}", ((_arrow(place, *spots[place.number]),) for place in drawn if place.moves)),
        marks=format_html_join("", "{}", ((shape,) for shape in shapes.values())),
    )


def grid_text(places: list[Place]) -> str:
    """What the picture shows, in words."""
    moving = sum(place.moves for place in places)
    text = _("%(count)s assessed; for %(moving)s of them we want another place. The table has the same facts.")
    said = text % {"count": len(places), "moving": moving}
    if len(places) > DRAWN:
        more = _("Drawn are the %(drawn)s most influential; and %(more)s more in the table.")
        said += " " + more % {"drawn": DRAWN, "more": len(places) - DRAWN}
    return said


def _corner(influence: int, interest: int) -> tuple[int, int]:
    return MARGIN + (interest - 1) * CELL, (5 - influence) * CELL + 5


def _spots(places: Iterable[Place]) -> dict[int, tuple[float, float]]:
    """The middle of each number: four rows of four in a cell; whoever is beyond that lies on the last place."""
    taken: dict[tuple[int, int], int] = {}
    spots: dict[int, tuple[float, float]] = {}
    for place in places:
        cell = (place.now.influence, place.now.interest)
        nth = min(taken.get(cell, 0), PER_CELL - 1)
        taken[cell] = nth + 1
        x, y = _corner(*cell)
        spots[place.number] = (x + 16 + nth % 4 * 28, y + 16 + nth // 4 * 28)
    return spots


def _cells() -> SafeString:
    boxes = [(*_corner(row, column), CELL) for row in DEGREES for column in DEGREES]
    return format_html_join(
        "", '<rect class="grid-map__cell" x="{}" y="{}" width="{}" height="{}"/>', ((x, y, s, s) for x, y, s in boxes)
    )


def _axes() -> SafeString:
    bottom = 5 * CELL + 5
    across = ((MARGIN + (n - 0.5) * CELL, bottom + 16, n) for n in DEGREES)
    upwards = ((MARGIN - 12, bottom - (n - 0.5) * CELL + 4, n) for n in DEGREES)
    numbers = format_html_join(
        "", '<text class="grid-map__axis" x="{}" y="{}" text-anchor="middle">{}</text>', (*across, *upwards)
    )
    middle = MARGIN + 2.5 * CELL
    return format_html(
        '{}<text class="grid-map__name" x="{}" y="{}" text-anchor="middle">{}</text>'
        '<text class="grid-map__name" transform="translate(14 {}) rotate(-90)" text-anchor="middle">{}</text>',
        numbers,
        middle,
        bottom + 34,
        _("Interest →"),
        bottom / 2,
        _("Influence →"),
    )


def _mark(place: Place, x: float, y: float) -> SafeString:
    """A circle for us, a square against us, a diamond for the rest, with the number inside."""
    side = place.leaning
    if side == Leaning.WITH:
        shape = format_html('<circle cx="{}" cy="{}" r="{}"/>', x, y, DOT)
    elif side == Leaning.AGAINST:
        shape = format_html('<rect x="{}" y="{}" width="{}" height="{}"/>', x - 10, y - 10, 20, 20)
    else:
        points = f"{x},{y - 13} {x + 13},{y} {x},{y + 13} {x - 13},{y}"
        shape = format_html('<polygon points="{}"/>', points)
    return format_html(
        '<g class="grid-map__mark grid-map__mark--{}"><title>{}</title>{}'
        '<text x="{}" y="{}" text-anchor="middle">{}</text></g>',
        side.value,
        f"{place.number}: {place.owner}",
        shape,
        x,
        y + 4,
        place.number,
    )


def _arrow(place: Place, x: float, y: float) -> SafeString:
    """From the number to the cell we want, stopping short of both."""
    if place.wanted is None:
        return SafeString("")
    left, top = _corner(place.wanted.influence, place.wanted.interest)
    spread = place.number % 5 * 14
    end_x, end_y = left + CELL / 2 - 28 + spread, top + CELL / 2 - 28 + spread
    length = max(((end_x - x) ** 2 + (end_y - y) ** 2) ** 0.5, 1)
    start_x, start_y = x + (end_x - x) * 15 / length, y + (end_y - y) * 15 / length
    return format_html(
        '<path class="grid-map__arrow" d="M{} {}L{} {}" marker-end="url(#grid-arrow)"/>',
        *(_plain(each) for each in (start_x, start_y, end_x, end_y)),
    )


def _arrow_head(name: str, css: str) -> SafeString:
    return format_html(
        '<defs><marker id="{}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path class="{}" d="M0 0L8 4L0 8z"/></marker></defs>',
        name,
        css,
    )


@dataclass(frozen=True)
class Box:
    """Where a node is drawn."""

    x: int
    y: int

    @property
    def left(self) -> tuple[int, int]:
        return self.x, self.y + TALL // 2

    @property
    def right(self) -> tuple[int, int]:
        return self.x + WIDE, self.y + TALL // 2


def power_map_svg(power: PowerMap) -> SafeString:
    """Three columns of names: ours, who influences the targets, the targets. A name never touches another."""
    rows = max((len(column) + bool(more) for column, more in zip(power.columns, power.more, strict=True)), default=1)
    height = TOP + max(rows, 1) * (TALL + GAP) + 10
    boxes = _boxes(power, height)
    lines = [(boxes[link.first].right, boxes[link.second].left, link) for link in power.links]
    return format_html(
        '<svg class="power-map" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" role="group" '
        'aria-labelledby="power-title power-desc"><title id="power-title">{title}</title>'
        '<desc id="power-desc">{text}</desc>{heads}{lines}{nodes}{more}</svg>',
        w=3 * WIDE + 2 * COLUMN_GAP + 8,
        h=height,
        title=_("Power map: %(title)s") % {"title": power.title},
        text=power_map_text(power),
        heads=_headings(),
        lines=format_html_join(
            "", "{}", ((_line(*line),) for line in sorted(lines, key=lambda each: each[2].strength))
        ),
        nodes=format_html_join("", "{}", ((_node(node, boxes[node.key]),) for node in power.nodes)),
        more=_more(power),
    )


def power_map_text(power: PowerMap) -> str:
    ours, between, targets = (len(column) for column in power.columns)
    text = _("%(targets)s at the right, %(between)s who are tied to them, %(ours)s of ours, %(links)s lines between.")
    return text % {"targets": targets, "between": between, "ours": ours, "links": len(power.links)}


def _column_x(number: int) -> int:
    return 4 + number * (WIDE + COLUMN_GAP)


def _boxes(power: PowerMap, height: int) -> dict[str, Box]:
    """Each column is spread around the middle of the picture."""
    found = {}
    for number, column in enumerate(power.columns):
        rows = len(column) + bool(power.more[number])
        first = TOP + (height - TOP - rows * (TALL + GAP)) // 2
        for place, node in enumerate(column):
            found[node.key] = Box(_column_x(number), first + place * (TALL + GAP))
    return found


def _headings() -> SafeString:
    titles = (_("Ours"), _("Who is tied to them"), _("Whom we want to reach"))
    return format_html_join(
        "",
        '<text class="power-map__head" x="{}" y="24">{}</text>',
        ((_column_x(number), title) for number, title in enumerate(titles)),
    )


def _line(start: tuple[int, int], end: tuple[int, int], link: Any) -> SafeString:
    return format_html(
        '<path class="power-map__link power-map__link--{}" d="M{} {}L{} {}"><title>{}</title></path>',
        link.strength,
        *start,
        *end,
        link.sentence,
    )


def _node(node: Node, box: Box) -> SafeString:
    """A link to whoever it is: a double frame for ours, cut corners for a body, a word and a sign for the position."""
    side = node.leaning
    note = f"{SIGNS[side]} {node.note or side.label}" if side else str(node.kind.label)
    css = f"power-map__node power-map__node--{node.kind.value}" + (f" power-map__node--{side.value}" if side else "")
    return format_html(
        '<a class="{css}" href="{url}"><title>{full}</title>{shape}'
        '<text class="power-map__name" x="{x}" y="{y}">{name}</text>'
        '<text class="power-map__note" x="{x}" y="{lower}">{note}</text></a>',
        css=css,
        url=node.url,
        full=f"{node.owner} – {note}",
        shape=_shape(node.kind, box),
        x=box.x + 14,
        y=box.y + 20,
        lower=box.y + 37,
        name=_cut(str(node.owner)),
        note=_cut(note, LETTERS + 8),
    )


def _shape(kind: NodeKind, box: Box) -> SafeString:
    x, y, right, low = box.x, box.y, box.x + WIDE, box.y + TALL
    if kind == NodeKind.BODY:
        path = f"M{x + 8} {y}H{right - 8}L{right} {y + 8}V{low - 8}L{right - 8} {low}H{x + 8}L{x} {low - 8}V{y + 8}z"
        return format_html('<path class="power-map__box" d="{}"/>', path)
    plain = format_html(
        '<rect class="power-map__box" x="{}" y="{}" width="{}" height="{}" rx="{}"/>', x, y, WIDE, TALL, 8
    )
    if kind != NodeKind.OURS:
        return plain
    inner = '<rect class="power-map__inner" x="{}" y="{}" width="{}" height="{}" rx="5"/>'
    return format_html("{}{}", plain, format_html(inner, x + 4, y + 4, WIDE - 8, TALL - 8))


def _more(power: PowerMap) -> SafeString:
    height = TOP + max(len(c) + bool(m) for c, m in zip(power.columns, power.more, strict=True)) * (TALL + GAP) + 10
    lines = []
    for number, more in enumerate(power.more):
        if more:
            rows = len(power.columns[number]) + 1
            first = TOP + (height - TOP - rows * (TALL + GAP)) // 2
            lines.append((_column_x(number) + 14, first + (rows - 1) * (TALL + GAP) + 24, _("and %d more") % more))
    return format_html_join("", '<text class="power-map__more" x="{}" y="{}">{}</text>', lines)


def _cut(text: str, letters: int = LETTERS) -> str:
    return text if len(text) <= letters else text[: letters - 1].rstrip() + "…"


def _plain(length: float) -> str:
    return f"{length:.1f}".rstrip("0").rstrip(".")
