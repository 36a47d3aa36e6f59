"""Who cares, who can move what, and who influences whom."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from crm.access.models import User
from crm.influence.enums import AssessmentKind, NodeKind
from crm.influence.models import Influence
from crm.influence.registry import ask_targets
from crm.influence.rules import Link, Node, Owner, Place, PowerMap, key_of, leaning
from crm.issues.models import Ask, Issue, Stance
from crm.issues.queries import latest_stances, stances_on
from crm.paths.queries import OURS, warm_paths
from crm.people.models import Organization, Person
from crm.people.queries import holding
from crm.relationships.models import Relationship
from crm.relationships.queries import PARTIES
from crm.relationships.rules import sentence_of

__all__ = ["warm_paths"]

ON_GRID = 500
TARGETS, BETWEEN, OUR_SIDE = 8, 10, 7
"""How many a power map draws per column: 25 names still fit without touching."""


def history_of(owner: Owner, user: User) -> QuerySet[Influence]:
    """Every assessment of a person or body, the newest first, with issue and who recorded it."""
    seen: QuerySet[Influence] = Influence.objects.visible_to(user)
    mine = seen.filter(person=owner) if isinstance(owner, Person) else seen.filter(organization=owner)
    return mine.select_related("issue", "recorded_by").order_by("issue__name", "-observed_on", "-id")


@dataclass
class Assessed:
    """What is known of somebody on one issue."""

    issue: Issue
    now: Influence | None = None
    wanted: Influence | None = None
    older: list[Influence] = field(default_factory=list)


def assessments_of(owner: Owner, user: User) -> list[Assessed]:
    """Per issue where somebody stands now and is wanted, and what was thought before. One query."""
    found: dict[int, Assessed] = {}
    for row in history_of(owner, user):
        known = found.setdefault(row.issue_id, Assessed(row.issue))
        if row.kind == AssessmentKind.CURRENT and known.now is None:
            known.now = row
        elif row.kind == AssessmentKind.WANTED and known.wanted is None:
            known.wanted = row
        else:
            known.older.append(row)
    return list(found.values())


def newest_assessments(issue: Issue, user: User) -> list[Influence]:
    """The newest assessment of everybody on an issue per kind, with whom it is about. Two queries."""
    rows: list[Influence] = []
    for column in ("person", "organization"):
        newest = Influence.objects.filter(
            issue=OuterRef("issue"), kind=OuterRef("kind"), **{column: OuterRef(column)}
        ).order_by("-observed_on", "-id")
        seen = Influence.objects.visible_to(user).filter(issue=issue, pk=Subquery(newest.values("pk")[:1]))
        rows += seen.filter(**{f"{column}__isnull": False}).select_related(column).order_by("-influence", "-interest")
    return rows


@dataclass(frozen=True)
class GridFilter:
    """What the grid of an issue is narrowed to; empty parts narrow nothing."""

    position: str = ""
    category: str = ""
    level: str = ""
    body: Organization | None = None


def places_on(issue: Issue, user: User, on: date, wanted: GridFilter) -> list[Place]:
    """Everybody assessed on an issue that a filter lets through, the most influential first, numbered from 1."""
    rows = newest_assessments(issue, user)
    goals = {key_of(row.owner): row for row in rows if row.kind == AssessmentKind.WANTED}
    inside = _inside(wanted, issue, on)
    now = [row for row in rows if row.kind == AssessmentKind.CURRENT and _passes(row, wanted, inside)]
    now.sort(key=lambda row: (-row.influence, -row.interest, str(row.owner), key_of(row.owner)))
    return [
        Place(number, row.owner, row, goals.get(key_of(row.owner))) for number, row in enumerate(now[:ON_GRID], start=1)
    ]


def _inside(wanted: GridFilter, issue: Issue, on: date) -> set[int] | None:
    """The assessed people who sit in the body asked for."""
    if wanted.body is None:
        return None
    assessed = Influence.objects.filter(issue=issue, person__isnull=False).order_by().values("person")
    return set(
        holding(Person.objects.filter(pk__in=assessed), on, Q(organization=wanted.body)).values_list("pk", flat=True)
    )


def _passes(row: Influence, wanted: GridFilter, inside: set[int] | None) -> bool:
    owner = row.owner
    if wanted.position and row.position != wanted.position:
        return False
    if wanted.category and getattr(owner, "category", "") != wanted.category:
        return False
    if wanted.level and owner.level != wanted.level:
        return False
    return inside is None or row.person_id in inside


def power_map_of_person(person: Person, user: User, on: date) -> PowerMap:
    """Who stands in a relationship to a person, and who of ours is tied to her or to them."""
    stances = latest_stances(person, on=on).filter(pk__in=Stance.objects.visible_to(user).values("pk"))
    newest = stances.first()
    position = newest.position if newest else ""
    note = f"{newest.get_position_display()}: {newest.ask}" if newest else ""
    return _map(str(person), [_target(person, position, note)], 0, user, on)


def power_map_of_ask(ask: Ask, user: User, on: date) -> PowerMap:
    """The targets of an ask with their positions, the most influential first, and who is tied to them."""
    seen = Stance.objects.visible_to(user).order_by().values("pk")
    stances = {row.person_id: row for row in stances_on(ask).filter(pk__in=seen)[:ON_GRID]}
    named = ask_targets(ask, user) - set(stances)
    people = {row.person_id: row.person for row in stances.values()}
    people |= Person.objects.visible_to(user).in_bulk(sorted(named)[:ON_GRID])
    weight = {
        row.person_id: row
        for row in newest_assessments(ask.issue, user)
        if row.person_id and row.kind == AssessmentKind.CURRENT
    }
    order = sorted(
        people.values(),
        key=lambda each: (-weight[each.pk].influence if each.pk in weight else 0, each.sort_name, each.pk),
    )
    nodes = []
    for each in order[:TARGETS]:
        stance, seen_as = stances.get(each.pk), weight.get(each.pk)
        words = [stance.get_position_display()] if stance else []
        words += [_("influence %(degree)s of 5") % {"degree": seen_as.influence}] if seen_as else []
        nodes.append(_target(each, stance.position if stance else "", " · ".join(words)))
    return _map(ask.title, nodes, max(len(order) - TARGETS, 0), user, on)


def _target(person: Person, position: str, note: str) -> Node:
    return Node(key_of(person), person, _kind(person), leaning(position), note)


def _kind(owner: Owner) -> NodeKind:
    if isinstance(owner, Organization):
        return NodeKind.BODY
    return NodeKind.OURS if owner.category in OURS else NodeKind.PERSON


def _map(title: str, targets: list[Node], more: int, user: User, on: date) -> PowerMap:
    """The map to the left of its targets: two rounds of relationships, two queries."""
    found = PowerMap(title, ([], [], targets), [0, 0, more])
    aimed = {node.key: node for node in targets}
    near = _relationships(targets, user, on)
    met = _others(near, aimed)
    between = [owner for owner in met if _kind(owner) != NodeKind.OURS]
    found.columns[1].extend(Node(key_of(owner), owner, _kind(owner)) for owner in between[:BETWEEN])
    found.more[1] = len(between) - len(found.columns[1])
    middle = {node.key for node in found.columns[1]}
    far = _relationships(found.columns[1], user, on)
    ours = [owner for owner in met if _kind(owner) == NodeKind.OURS]
    ours += [o for o in _others(far, middle | set(aimed)) if _kind(o) == NodeKind.OURS and o not in ours]
    found.columns[0].extend(Node(key_of(owner), owner, NodeKind.OURS) for owner in ours[:OUR_SIDE])
    found.more[0] = len(ours) - len(found.columns[0])
    columns = {node.key: number for number, column in enumerate(found.columns) for node in column}
    rows = {row.pk: row for row in [*near, *far]}
    found.links = [link for row in rows.values() if (link := _link(row, columns))]
    return found


def _relationships(nodes: Iterable[Node], user: User, on: date) -> list[Relationship]:
    """Current relationships of everybody drawn in a column, the strongest first."""
    people = [node.owner.pk for node in nodes if node.kind != NodeKind.BODY]
    bodies = [node.owner.pk for node in nodes if node.kind == NodeKind.BODY]
    wanted = Q(from_person__in=people) | Q(to_person__in=people)
    wanted |= Q(from_organization__in=bodies) | Q(to_organization__in=bodies)
    rows = Relationship.objects.current_on(on).visible_to(user).filter(wanted)
    return list(rows.select_related("type", *PARTIES).order_by("-strength", "pk")[:ON_GRID])


def _others(rows: Iterable[Relationship], known: Iterable[str]) -> list[Owner]:
    """Everybody these relationships lead to besides those known, in the order met."""
    found: dict[str, Owner] = {}
    for row in rows:
        for owner in (row.from_party, row.to_party):
            if key_of(owner) not in known:
                found.setdefault(key_of(owner), owner)
    return list(found.values())


def _link(row: Relationship, columns: dict[str, int]) -> Link | None:
    """The line of a relationship between two columns, drawn from the left; nothing within one column."""
    keys = sorted((key_of(row.from_party), key_of(row.to_party)), key=lambda key: columns.get(key, -1))
    if not all(key in columns for key in keys) or columns[keys[0]] == columns[keys[1]]:
        return None
    return Link(keys[0], keys[1], row.strength, sentence_of(row), row.start_date, row.source)


def issues_with_counts(user: User) -> QuerySet[Issue]:
    """Issues somebody was assessed on, each with `assessed`: how many assessments this user may see."""
    seen = Influence.objects.visible_to(user).filter(issue=OuterRef("pk")).order_by().values("issue")
    counted = Issue.objects.annotate(assessed=Subquery(seen.annotate(n=Count("pk")).values("n")))
    return counted.filter(assessed__gt=0).order_by("name", "pk")
