"""Where somebody belongs on the grid, and what a power map is made of before it is drawn."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from crm.influence.enums import Leaning, NodeKind
from crm.influence.models import Influence
from crm.issues.enums import Position
from crm.people.models import Organization, Person

Owner = Person | Organization
DEGREES = range(1, 6)
LEANINGS = {
    Position.CHAMPION: Leaning.WITH,
    Position.SUPPORT: Leaning.WITH,
    Position.LEAN_SUPPORT: Leaning.WITH,
    Position.UNDECIDED: Leaning.OPEN,
    Position.LEAN_OPPOSE: Leaning.AGAINST,
    Position.OPPOSE: Leaning.AGAINST,
}


def leaning(position: str) -> Leaning:
    return LEANINGS[Position(position)] if position else Leaning.UNKNOWN


@dataclass(frozen=True)
class Place:
    """Somebody on the grid of an issue: where she is and where we want her."""

    number: int
    owner: Owner
    now: Influence
    wanted: Influence | None

    @property
    def leaning(self) -> Leaning:
        return leaning(self.now.position)

    @property
    def moves(self) -> bool:
        """Whether we want her in another cell."""
        wanted = self.wanted
        return wanted is not None and (wanted.interest, wanted.influence) != (self.now.interest, self.now.influence)


def cells(places: Iterable[Place]) -> list[tuple[int, list[tuple[int, list[Place]]]]]:
    """The grid as rows from the most influence down, each with its five cells of rising interest."""
    found: dict[tuple[int, int], list[Place]] = {}
    for place in places:
        found.setdefault((place.now.influence, place.now.interest), []).append(place)
    return [(row, [(column, found.get((row, column), [])) for column in DEGREES]) for row in reversed(DEGREES)]


@dataclass
class Node:
    """Somebody on a power map, in one of its three columns."""

    key: str
    owner: Owner
    kind: NodeKind
    leaning: Leaning | None = None
    note: str = ""
    url: str = ""


@dataclass(frozen=True)
class Link:
    """A line of a power map, from the left to the right, with the sentence it stands for."""

    first: str
    second: str
    strength: int
    sentence: str
    since: str = ""
    source: str = ""


@dataclass
class PowerMap:
    """Ours on the left, who influences the targets in the middle, the targets on the right."""

    title: str
    columns: tuple[list[Node], list[Node], list[Node]] = field(default_factory=lambda: ([], [], []))
    more: list[int] = field(default_factory=lambda: [0, 0, 0])
    """How many more there are per column than are drawn."""
    links: list[Link] = field(default_factory=list)

    @property
    def nodes(self) -> list[Node]:
        return [node for column in self.columns for node in column]


def key_of(owner: Owner) -> str:
    return f"{'p' if isinstance(owner, Person) else 'o'}{owner.pk}"
