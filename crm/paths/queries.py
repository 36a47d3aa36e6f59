"""The warm path: who of ours reaches somebody, over whom, and why we think so.

A bidirectional search that always widens the smaller side by one introduction. Each widening reads the ties of at
most `FRONTIER` people in a fixed number of indexed queries per 500; only people and bodies that
`visible_to` lets through are gone over.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from crm.access.models import User
from crm.access.rules import can
from crm.base.models import Sourced
from crm.paths.rules import (
    MAX_STEPS,
    NEVER_CONNECT,
    SMALL_BODY,
    Bond,
    Hop,
    Reach,
    Ties,
    Way,
    belonging,
    best_possible,
    both_belong,
    choose,
    confidence,
    grade,
    join,
    recency,
    score_of,
    start,
    strongest,
    widen,
    with_clause,
)
from crm.people.enums import PersonCategory
from crm.people.models import Membership, Organization, Person
from crm.relationships.models import Relationship, RelationshipType
from crm.relationships.rules import sentence

OURS = (PersonCategory.OWN_STAFF,)
OURS_AND_PARTNERS = (PersonCategory.OWN_STAFF, PersonCategory.PARTNER)
SOURCES, FRONTIER, CHUNK = 2000, 1000, 500
MOST_BONDS = 2000
"""Of one chunk of people the strongest so many relationships are read: nobody needs the five thousandth of a hub."""


def our_people(user: User, *, partners: bool = False) -> QuerySet[Person]:
    """Who counts as ours: people of the category “our own staff”, and partners where asked for."""
    found: QuerySet[Person] = Person.objects.visible_to(user)
    return found.filter(category__in=OURS_AND_PARTNERS if partners else OURS)


@dataclass(frozen=True)
class PathStep:
    """One introduction in words, with what we know it from."""

    first: Person
    second: Person
    sentence: str
    rows: tuple[Sourced, ...]


@dataclass(frozen=True)
class WarmPath:
    """From one of ours to the target, introduction by introduction."""

    score: float
    grade: str
    steps: tuple[PathStep, ...]

    @property
    def ours(self) -> Person:
        return self.steps[0].first


def warm_paths(user: User, target: Person, on: date, limit: int = 3, *, partners: bool = False) -> list[WarmPath]:
    """The best few ways from ours to the target on a day, each step with its reason in words.

    The same question gets the same answer: equal ways are ordered by their rows.
    """
    ways = best_ways(user, target, on, limit=limit, partners=partners)
    hops = [hop for way in ways for hop in way.hops]
    people = Person.objects.visible_to(user).in_bulk({pk for hop in hops for pk in hop[:2]})
    bodies = Organization.objects.visible_to(user).in_bulk({hop.body for hop in hops if hop.body})
    bonds = [bond for hop in hops for bond in hop.bonds]
    rows: dict[str, dict[int, Any]] = {
        "relationship": Relationship.objects.select_related("type").in_bulk(_keys(bonds, "relationship")),
        "membership": Membership.objects.in_bulk(_keys(bonds, "membership")),
    }

    def step(hop: Hop) -> PathStep:
        first, second, body = people[hop.first], people[hop.second], bodies.get(hop.body)
        found = tuple(rows[bond.kind][bond.pk] for bond in hop.bonds)
        return PathStep(first, second, reason(hop, found, first, second, body), found)

    return [WarmPath(score_of(way), grade(score_of(way)), tuple(step(hop) for hop in way.hops)) for way in ways]


def _keys(bonds: list[Bond], kind: str) -> set[int]:
    return {bond.pk for bond in bonds if bond.kind == kind}


def reason(hop: Hop, rows: tuple[Any, ...], first: Person, second: Person, body: Organization | None) -> str:
    """Why the first can introduce us to the second: “Ada advises the Harbour Board, where Robin sits.”"""
    if body is None:
        return sentence(rows[0].type, first, second, forward=hop.bonds[0].forward)
    ways_in = [bond.kind for bond in hop.bonds]
    if ways_in == ["membership", "membership"]:
        return both_belong(str(first), str(second), str(body))
    if ways_in == ["relationship", "membership"]:
        told = sentence(rows[0].type, first, body, forward=hop.bonds[0].forward)
        return with_clause(told, belonging(str(second), rows[1].role, body.classification))
    if ways_in == ["membership", "relationship"]:
        told = sentence(rows[1].type, second, body, forward=hop.bonds[1].forward)
        return with_clause(told, belonging(str(first), rows[0].role, body.classification))
    parts = [
        sentence(row.type, who, body, forward=b.forward)
        for row, who, b in zip(rows, (first, second), hop.bonds, strict=True)
    ]
    return " ".join(parts)


def best_ways(user: User, target: Person, on: date, *, limit: int = 3, partners: bool = False) -> list[Way]:
    """At most `limit` ways from ours to the target over at most three introductions, the best first.

    Only ties that hold on the day count. Nothing for a target the user may not see, or who is ours.
    """
    seen = Person.objects.visible_to(user).filter(pk=target.pk).values_list("category", flat=True).first()
    ours = OURS_AND_PARTNERS if partners else OURS
    if seen is None or seen in ours or not can(user, "view", Relationship):
        return []
    return _Search(user, target, on, ours).run(limit)


class _Search:
    def __init__(self, user: User, target: Person, on: date, categories: tuple[PersonCategory, ...]) -> None:
        self.user, self.on, self.categories = user, on, categories
        found = Person.objects.visible_to(user).filter(category__in=categories).order_by("sort_name", "pk")
        sources = list(found.values_list("pk", flat=True)[: SOURCES + 1])
        self.too_many = len(sources) > SOURCES
        self.ours = set(sources)
        self.target = target.pk
        self.outward: Reach = {pk: {pk: start(pk)} for pk in sources}
        self.inward: Reach = {target.pk: {target.pk: start(target.pk)}}
        self.at_home = True
        self.doors = set(RelationshipType.objects.filter(opens_doors=True).values_list("pk", flat=True))

    def run(self, limit: int) -> list[Way]:
        found: list[Way] = []
        if not self.ours:
            return found
        for steps in range(1, MAX_STEPS + 1):
            chosen = choose(found, limit)
            if len(chosen) == limit and score_of(chosen[-1]) >= best_possible(steps):
                return chosen
            self.step()
            found += self.meet()
        return choose(found, limit)

    def step(self) -> None:
        """Widen the smaller side. Nobody of ours is gone through: that way would begin with her."""
        inner = {pk: ways for pk, ways in self.inward.items() if pk not in self.ours}
        if not self.too_many and len(self.outward) < len(inner):
            near = strongest(self.outward, FRONTIER)
            ties = self.ties_of(near)
            self.outward = widen(near, ties, outward=True, closed=self.ours | ties.ours)
            self.at_home = False
        else:
            near = strongest(inner, FRONTIER)
            ties = self.ties_of(near)
            self.ours |= ties.ours
            self.inward = widen(near, ties, outward=False, closed={self.target})

    def meet(self) -> list[Way]:
        if self.at_home:
            here = {pk: {pk: start(pk)} for pk in self.inward if pk in self.ours}
            return join(here, self.inward)
        return join(self.outward, self.inward)

    def ties_of(self, people: Iterable[int]) -> Ties:
        return load_ties(sorted(people), self.user, self.on, doors=self.doors, ours=self.categories)


def load_ties(people: list[int], user: User, on: date, *, doors: set[int], ours: Collection[str]) -> Ties:
    """Current ties of these people: relationships of kinds that open doors, and small bodies they belong to.

    The kinds are picked out here: asked for them too, SQLite walks the index of the kind, which holds nearly all.
    """
    ties, bodies = Ties(), set()
    for chunk in _chunks(people):
        inside = set(chunk)
        for from_person, to_person, from_body, to_body, kind, *row in _rows(user, on, "person", chunk, ours):
            if kind not in doors:
                continue
            bodies |= {from_body, to_body}
            if from_person in inside and to_person:
                ties.bonds.append((from_person, to_person, _relationship_bond(row, on, forward=True)))
            if to_person in inside and from_person:
                ties.bonds.append((to_person, from_person, _relationship_bond(row, on, forward=False)))
        held = Membership.objects.current_on(on).filter(person__in=chunk).order_by()
        bodies |= set(held.values_list("organization", flat=True))
    for chunk in _chunks(sorted(bodies - {None})):
        _load_bodies(ties, _small(chunk, user, on), user, on, doors=doors, ours=ours)
    _leave_out_hidden(ties, set(people), user, ours)
    return ties


ENDS = ("from_person", "to_person", "from_organization", "to_organization")
BOND = ("pk", "strength", "source", "sourced_on")


def _rows(user: User, on: date, kind: str, keys: list[int], ours: Collection[str]) -> list[Any]:
    """Current relationships with one of these people (or bodies) at either end.

    The strongest so many; where that cuts some off, also all with one of ours.
    """
    wanted = Q(**{f"from_{kind}__in": keys}) | Q(**{f"to_{kind}__in": keys})
    held = Relationship.objects.current_on(on).filter(wanted).order_by("-strength", "pk")
    found: Any = held.values_list(*ENDS, "type", *BOND)
    rows = list(found[:MOST_BONDS])
    if len(rows) == MOST_BONDS:
        people = Person.objects.visible_to(user).filter(category__in=ours).order_by().values("pk")
        rows += found.filter(Q(from_person__in=people) | Q(to_person__in=people))
    return rows


def _relationship_bond(row: Any, on: date, *, forward: bool) -> Bond:
    pk, strength, source, sourced_on = row
    return Bond(strength / 5 * recency(sourced_on, on) * confidence(source), "relationship", pk, forward)


def _membership_bond(row: Any, on: date) -> Bond:
    pk, source, sourced_on = row
    return Bond(recency(sourced_on, on) * confidence(source), "membership", pk)


def _load_bodies(ties: Ties, small: list[int], user: User, on: date, *, doors: set[int], ours: Collection[str]) -> None:
    """Who else belongs to these bodies."""
    ties.bodies |= {body: {} for body in small}
    held = Membership.objects.current_on(on).filter(organization__in=small, person__isnull=False).order_by("pk")
    for body, person, *row in held.values_list("organization", "person", "pk", "source", "sourced_on"):
        _belongs(ties, body, person, _membership_bond(row, on))
    for from_person, to_person, from_body, to_body, kind, *row in _rows(user, on, "organization", small, ours):
        person, body = from_person or to_person, from_body or to_body
        if kind in doors and person and body in ties.bodies:
            _belongs(ties, body, person, _relationship_bond(row, on, forward=from_person is not None))
    for body in small:
        if len(ties.bodies[body]) > SMALL_BODY:
            del ties.bodies[body]


def _leave_out_hidden(ties: Ties, known: set[int], user: User, ours: Collection[str]) -> None:
    """Keep only ties to people this user may see; those they start from were asked for before.

    Asked for by their keys: as a condition of the queries above, PostgreSQL would read all people each time.
    """
    met = {far for _near, far, _bond in ties.bonds}.union(*ties.bodies.values()) - known
    seen = set(known)
    for chunk in _chunks(sorted(met)):
        found = Person.objects.visible_to(user).filter(pk__in=chunk).order_by().values_list("pk", "category")
        for pk, category in found:
            seen.add(pk)
            if category in ours:
                ties.ours.add(pk)
    ties.bonds = [bond for bond in ties.bonds if bond[1] in seen]
    for body, members in ties.bodies.items():
        ties.bodies[body] = {person: bond for person, bond in members.items() if person in seen}


def _belongs(ties: Ties, body: int, person: int, bond: Bond) -> None:
    """Somebody tied to a body twice counts with the stronger tie."""
    known = ties.bodies[body].get(person)
    if known is None or bond.weight > known.weight:
        ties.bodies[body][person] = bond


def _small(bodies: list[int], user: User, on: date) -> list[int]:
    """Those of these bodies so small that their people know each other, in the order of their keys."""
    seen = Organization.objects.visible_to(user).exclude(classification__in=NEVER_CONNECT)
    sizes = dict.fromkeys(seen.filter(pk__in=bodies).order_by("pk").values_list("pk", flat=True), 0)
    members = Membership.objects.current_on(on).filter(person__isnull=False, organization__in=list(sizes)).order_by()
    sizes |= dict(members.values_list("organization").annotate(Count("pk")))
    return [body for body, size in sizes.items() if size <= SMALL_BODY]


def _chunks(keys: list[int]) -> Iterator[list[int]]:
    for begin in range(0, len(keys), CHUNK):
        yield keys[begin : begin + CHUNK]
