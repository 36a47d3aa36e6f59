"""Whom we reach and whom we do not: coverage of committees and leaderships, and strong ties that went quiet."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from crm.access.models import User
from crm.access.rules import shown_links
from crm.paths.queries import OURS, our_people
from crm.people.enums import ContactType, MembershipRole
from crm.people.models import ContactDetail, Membership, Organization, Person
from crm.people.queries import COMMITTEES
from crm.reach.registry import last_contacts
from crm.reach.rules import QUIET, STRONG, Coverage, QuietTie
from crm.relationships.models import Relationship

MOST_TIES = 500
"""The strongest so many ties are looked at for those that went quiet."""


def seats(user: User, at: datetime, *, leaders: bool = False) -> QuerySet[Membership]:
    """Current seats of visible people in committees; or, of whatever body, those of leaders and whips."""
    on = timezone.localtime(at).date()
    seen = Exists(Person.objects.visible_to(user).order_by().filter(pk=OuterRef("person")))
    found = Membership.objects.current_on(on).filter(seen).order_by()
    if leaders:
        return found.filter(role=MembershipRole.LEADERSHIP)
    return found.filter(organization__classification__in=COMMITTEES)


def covered_bodies(user: User, at: datetime, *, level: str = "", leaders: bool = False) -> QuerySet[Organization]:
    """Bodies somebody sits in now, by name; those of one level where asked for."""
    bodies: QuerySet[Organization] = Organization.objects.visible_to(user)
    if not leaders:
        bodies = bodies.filter(classification__in=COMMITTEES)
    if level:
        bodies = bodies.filter(level=level)
    taken = seats(user, at, leaders=leaders).filter(organization=OuterRef("pk"))
    found = bodies.filter(Exists(taken)).prefetch_related(*shown_links(Organization, user, "parent"))
    return found.order_by("name", "pk")


def coverage(bodies: list[Organization], user: User, at: datetime, *, leaders: bool = False) -> list[Coverage]:
    """How far we reach into each of these bodies, in their order; as many queries for one as for fifty."""
    inside = seats(user, at, leaders=leaders).filter(organization__in=[body.pk for body in bodies])
    rows = {body.pk: Coverage(body) for body in bodies}
    members: dict[int, set[int]] = defaultdict(set)
    for body, person in inside.values_list("organization", "person"):
        members[body].add(person)
    people = inside.values("person")
    last = last_contacts(people, user, at)
    knowing = who_knows(people, user, at)
    for pk, row in rows.items():
        for person in members[pk]:
            row.count(last.get(person), at)
        row.known = sum(person in knowing for person in members[pk])
        found = {each.pk: each for person in members[pk] for each in knowing.get(person, [])}
        row.knowing = sorted(found.values(), key=lambda each: (each.sort_name, each.pk))
    return list(rows.values())


def who_knows(people: QuerySet[Membership, Any], user: User, at: datetime) -> dict[int, list[Person]]:
    """Which of ours stand in a current relationship to each of these (visible) people. Two queries."""
    on = timezone.localtime(at).date()
    ours = {person.pk: person for person in our_people(user)}
    found: dict[int, list[Person]] = defaultdict(list)
    tied = Q(from_person__in=people, to_person__category__in=OURS) | Q(
        to_person__in=people, from_person__category__in=OURS
    )
    rows = Relationship.objects.current_on(on).filter(tied).order_by("pk").values_list("from_person", "to_person")
    for pair in rows:
        for one, other in (pair, pair[::-1]):
            if one in ours and ours[one] not in found[other]:
                found[other].append(ours[one])
    return found


def quiet_ties(user: User, at: datetime, *, days: int = QUIET, mine: bool = False) -> list[QuietTie]:
    """Strong current ties between one of ours and somebody else we have not been in touch with for so long.

    Those never in touch first, then the longest silence. `mine` keeps my own ties (ours with my address) and
    those to people I own.
    """
    on = timezone.localtime(at).date()
    one_of_ours = Q(from_person__category__in=OURS) ^ Q(to_person__category__in=OURS)
    both = Q(from_person__isnull=False, to_person__isnull=False)
    rows = Relationship.objects.visible_to(user).current_on(on).filter(both, one_of_ours, strength__gte=STRONG)
    if mine:
        me = our_people(user).filter(pk__in=_with_address(user.email)).values("pk")
        owned = Q(from_person__owner=user) | Q(to_person__owner=user)
        rows = rows.filter(owned | Q(from_person__in=me) | Q(to_person__in=me))
    ties = [_sides(row) for row in rows.select_related("type", "from_person", "to_person")[:MOST_TIES]]
    last = last_contacts([other.pk for _ours, other, _row in ties], user, at)
    since = at - timedelta(days=days)
    quiet = [QuietTie(*tie, last.get(tie[1].pk)) for tie in ties]
    kept = [tie for tie in quiet if tie.last is None or tie.last < since]
    return sorted(kept, key=lambda tie: (tie.last is not None, tie.last or at, -tie.row.strength, tie.row.pk))


def _with_address(email: str) -> QuerySet[ContactDetail, Any]:
    """Whoever can be reached at a colleague's own address: that is how an account and its person belong together."""
    found = ContactDetail.objects.filter(type=ContactType.EMAIL, value__iexact=email, person__isnull=False)
    return (found if email else found.none()).order_by().values("person")


def _sides(row: Relationship) -> tuple[Person, Person, Relationship]:
    one, other = row.from_person, row.to_person
    if one is None or other is None:
        raise ValueError("A tie between people has a person at both ends.")
    return (one, other, row) if one.category in OURS else (other, one, row)
