"""How far one gets with a tie, and how a step reads.

A step is one introduction from a person to a person: over a relationship, or over a small body both belong to.
Its weight is between 0 and 1: strength × how recently it was confirmed × whether a source is given. A path is
worth the product of its steps, and every further introduction costs `STEP_COST`.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext as _

from crm.people.enums import MembershipRole, OrganizationClassification

MAX_STEPS = 3
STEP_COST = 0.6
SMALL_BODY = 40
"""A body with more current people than this connects nobody: in a chamber one does not know each other for it."""
NEVER_CONNECT = (
    OrganizationClassification.CHAMBER,
    OrganizationClassification.LEGISLATURE,
    OrganizationClassification.PARTY,
)
SITTING = (
    OrganizationClassification.COMMITTEE,
    OrganizationClassification.SUBCOMMITTEE,
    OrganizationClassification.COUNCIL,
)
JOBS = frozenset(
    {MembershipRole.SCHEDULER, MembershipRole.CHIEF_OF_STAFF, MembershipRole.AIDE, MembershipRole.EMPLOYEE}
)
FRESH_DAYS, AGED_DAYS = 365, 3 * 365


class Bond(NamedTuple):
    """What ties a person to a person or a body: a row, its weight, and whether the person stands on its first side."""

    weight: float
    kind: str
    pk: int
    forward: bool = True


class Hop(NamedTuple):
    """One introduction. Without a body there is one bond; with one, each of the two has a bond to it."""

    first: int
    second: int
    bonds: tuple[Bond, ...]
    body: int = 0


class Way(NamedTuple):
    """Some hops in a row, from our side to the target's, and the product of their weights."""

    weight: float
    people: tuple[int, ...]
    hops: tuple[Hop, ...] = ()

    @property
    def rank(self) -> tuple[float, tuple[int, ...], tuple[Hop, ...]]:
        """The best sorts first; equal ways by whom they go through, so that a question has one answer."""
        return (-self.weight, self.people, self.hops)


@dataclass
class Ties:
    """Everything that ties some people to others: bonds between two, and small bodies with all who belong."""

    bonds: list[tuple[int, int, Bond]] = field(default_factory=list)
    bodies: dict[int, dict[int, Bond]] = field(default_factory=dict)
    ours: set[int] = field(default_factory=set)
    """Those met on the way who are ours."""


Reach = dict[int, dict[int, list[Way]]]
"""For each person reached, the best few ways per origin (one of ours, or the target), the best first."""
KEPT = 3


def start(pk: int) -> list[Way]:
    """Somebody has reached himself."""
    return [Way(1.0, (pk,))]


def widen(reach: Reach, ties: Ties, *, outward: bool, closed: Container[int]) -> Reach:
    """Everybody one more introduction away. `outward` builds from our side, otherwise from the target's."""
    found: Reach = {}
    for near, far, bond in ties.bonds:
        if far not in closed:
            for origin, ways in reach.get(near, {}).items():
                for way in ways:
                    _offer(found, far, origin, way, (bond,), 0, bond.weight, outward)
    for body, members in ties.bodies.items():
        known = closeness(len(members))
        for origin, near_ones in _nearest(reach, members).items():
            for far, bond in members.items():
                inner = next((each for each in near_ones if each != far), None)
                if inner is not None and far not in closed:
                    weight = members[inner].weight * bond.weight * known
                    _offer(found, far, origin, reach[inner][origin][0], (members[inner], bond), body, weight, outward)
    return found


def _nearest(reach: Reach, members: dict[int, Bond]) -> dict[int, list[int]]:
    """Per origin the two members of a body that are reached best: a second one for the first himself."""
    inside: dict[int, list[int]] = {}
    for each in sorted(members.keys() & reach.keys()):
        for origin in reach[each]:
            inside.setdefault(origin, []).append(each)
    return {
        origin: sorted(found, key=lambda each: (-reach[each][origin][0].weight * members[each].weight, each))[:2]
        for origin, found in inside.items()
    }


def _offer(
    found: Reach, far: int, origin: int, way: Way, bonds: tuple[Bond, ...], body: int, weight: float, outward: bool
) -> None:
    """Keep the way if it is among the best few over different people."""
    worth = round(way.weight * weight, 9)
    kept = found.setdefault(far, {}).setdefault(origin, [])
    if len(kept) == KEPT and worth < kept[-1].weight:
        return
    if outward:
        near = way.people[-1]
        new = Way(worth, (*way.people, far), (*way.hops, Hop(near, far, bonds, body)))
    else:
        near = way.people[0]
        turned = bonds[::-1] if body else tuple(bond._replace(forward=not bond.forward) for bond in bonds)
        new = Way(worth, (far, *way.people), (Hop(far, near, turned, body), *way.hops))
    if not kept:
        kept.append(new)
        return
    best = {each.people: each for each in sorted([*kept, new], key=lambda each: each.rank, reverse=True)}
    kept[:] = sorted(best.values(), key=lambda each: each.rank)[:KEPT]


def join(outward: Reach, inward: Reach) -> list[Way]:
    """Whole ways: what meets in the middle, the best first."""
    whole = [
        Way(round(one.weight * other.weight, 9), one.people + other.people[1:], one.hops + other.hops)
        for middle in set(outward) & set(inward)
        for some in outward[middle].values()
        for one in some
        for others in inward[middle].values()
        for other in others
    ]
    return sorted(whole, key=lambda way: way.rank)


def strongest(reach: Reach, limit: int) -> Reach:
    """At most so many people, those reached best."""
    if len(reach) <= limit:
        return reach
    order = sorted(reach, key=lambda each: (-max(ways[0].weight for ways in reach[each].values()), each))
    return {each: reach[each] for each in order[:limit]}


def score_of(way: Way) -> float:
    """What a way is worth, 0 to 1: every introduction after the first costs."""
    return round(way.weight * STEP_COST ** (len(way.hops) - 1), 6)


def best_possible(steps: int) -> float:
    return round(STEP_COST ** (steps - 1), 6)


def choose(ways: Iterable[Way], limit: int) -> list[Way]:
    """The best ways: first one for each of ours, then others that differ in whom they go through."""
    ordered = sorted(ways, key=lambda way: (-score_of(way), way.rank))
    chosen: list[Way] = []
    for length in (1, None):
        seen = {way.people[:length] for way in chosen}
        for way in ordered:
            if len(chosen) < limit and way.people[:length] not in seen:
                seen.add(way.people[:length])
                chosen.append(way)
    return sorted(chosen, key=lambda way: (-score_of(way), way.rank))


def recency(known_on: date | None, on: date) -> float:
    """A tie nobody has confirmed for years counts less; one of an unknown day counts like an old one."""
    if known_on is None:
        return 0.7
    age = (on - known_on).days
    return 1.0 if age <= FRESH_DAYS else 0.85 if age <= AGED_DAYS else 0.7


def confidence(source: str) -> float:
    return 1.0 if source else 0.85


def closeness(size: int) -> float:
    """How well the people of a body of this size know each other."""
    return 0.8 if size <= 8 else 0.6 if size <= 20 else 0.4


def grade(score: float) -> str:
    """The worth of a path in words."""
    if score >= 0.5:
        return _("a strong way in")
    if score >= 0.2:
        return _("a good way in")
    return _("a weak way in")


def belonging(name: str, role: str, classification: str) -> str:
    """“where Robin sits”: how somebody belongs to a body that was just named."""
    if role == MembershipRole.PRINCIPAL:
        return _("which %(name)s leads") % {"name": name}
    if role in JOBS:
        return _("where %(name)s works") % {"name": name}
    if classification in SITTING:
        return _("where %(name)s sits") % {"name": name}
    return _("to which %(name)s belongs") % {"name": name}


def with_clause(sentence: str, clause: str) -> str:
    """“Ada advises the Board.” and “where Robin sits” as one sentence."""
    return _("%(sentence)s, %(clause)s.") % {"sentence": sentence.rstrip("."), "clause": clause}


def both_belong(first: str, second: str, body: str) -> str:
    words = _("%(first)s and %(second)s both belong to %(body)s.")
    return words % {"first": first, "second": second, "body": body}
