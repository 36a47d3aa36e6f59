"""What a page tells of memberships: what a person holds and held, who belongs to a body, who holds its posts."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, When

from crm.access.models import User
from crm.access.rules import seen_through, shown_links
from crm.base.dates import current_q
from crm.people.enums import MembershipRole
from crm.people.models import ContactDetail, Identifier, Membership, Office, Organization, OtherName, Person, Post
from crm.people.queries import WORDS, within
from crm.places.models import Area

SHOWN = 500
CHILDREN = 100
COUNTED = 1_000
LEADERS = (MembershipRole.CHAIR, MembershipRole.RANKING_MEMBER, MembershipRole.VICE_CHAIR, MembershipRole.LEADERSHIP)


@dataclass
class Held:
    """Memberships that hold on a day, and those that no longer or not yet do."""

    current: list[Membership] = field(default_factory=list)
    other: list[Membership] = field(default_factory=list)
    more: bool = False


def split(rows: QuerySet[Membership], on: date) -> Held:
    """The first rows, apart by whether they hold on a day."""
    found = list(rows[: SHOWN + 1])
    held = Held(more=len(found) > SHOWN)
    for row in found[:SHOWN]:
        (held.current if row.is_current_on(on) else held.other).append(row)
    return held


def held_by(person: Person, user: User, on: date) -> Held:
    """Every seat, job and party of a person in bodies this user may see, the newest first; one query."""
    rows = person.memberships.filter(seen_through(Organization, user, "organization"))
    rows = rows.select_related("organization", "post__area", "area")
    rows = rows.prefetch_related(*shown_links(Organization, user, "organization__parent", "on_behalf_of"))
    return split(rows.order_by("-start_date", "organization__name", "id"), on)


def members_of(body: Organization, user: User) -> QuerySet[Membership]:
    """Memberships in a body whose holders this user may see, leaders and high ranks first."""
    rows = body.memberships.visible_to(user).select_related("person", "member_organization", "post__area", "area")
    rows = rows.prefetch_related(*shown_links(Organization, user, "on_behalf_of"))
    leaders_first = Case(When(role__in=LEADERS, then=0), default=1)
    return rows.order_by(
        leaders_first, F("rank").asc(nulls_last=True), "side", "person__sort_name", "member_organization__name", "id"
    )


def members_today(body: Organization, user: User, on: date) -> tuple[list[Membership], bool]:
    """Who belongs to a body on a day, and whether there are more than are listed."""
    found = list(members_of(body, user).filter(current_q(on))[: SHOWN + 1])
    return found[:SHOWN], len(found) > SHOWN


def members_before(body: Organization, user: User, on: date) -> tuple[list[Membership], bool]:
    """Who no longer or not yet belongs to it, those who left last first."""
    rows = members_of(body, user).exclude(current_q(on)).order_by("-end_date", "person__sort_name", "id")
    found = list(rows[: SHOWN + 1])
    return found[:SHOWN], len(found) > SHOWN


def posts_of(body: Organization, user: User, on: date) -> tuple[list[Post], bool]:
    """The posts of a body with `holders` this user may see and `is_vacant`; and whether there are more.

    A post somebody hidden holds is not vacant, it only names nobody.
    """
    held = Membership.objects.current_on(on)
    holders = held.visible_to(user).select_related("person").order_by("start_date", "id")
    holders = holders.prefetch_related(*shown_links(Organization, user, "on_behalf_of"))
    posts = body.posts.select_related("area").annotate(is_vacant=~Exists(held.filter(post=OuterRef("pk"))))
    found: list[Any] = list(posts.prefetch_related(Prefetch("memberships", holders, to_attr="holders"))[: SHOWN + 1])
    return found[:SHOWN], len(found) > SHOWN


def parents_of(body: Organization, user: User) -> list[Organization]:
    """The bodies above one, the highest first; stops at a circle."""
    above: list[Organization] = []
    seen, parent = {body.pk}, body.parent_id
    while parent is not None and parent not in seen:
        seen.add(parent)
        found = Organization.objects.visible_to(user).filter(pk=parent).first()
        if found is None:
            break
        above.insert(0, found)
        parent = found.parent_id
    return above


def children_of(body: Organization, user: User) -> tuple[list[Organization], bool]:
    """The visible bodies right below one, and whether there are more."""
    found = list(
        Organization.objects.visible_to(user).filter(parent=body).order_by("classification", "name", "id")[:101]
    )
    return found[:100], len(found) > 100


def listed_bodies(user: User) -> Any:
    """The rows of the list of bodies, with parent and area."""
    bodies = Organization.objects.visible_to(user).select_related("area").defer("description", "sources")
    return bodies.prefetch_related(*shown_links(Organization, user, "parent"))


def called(bodies: Any, text: str) -> Any:
    """Those of `bodies` whose name, or another name, holds every word."""
    for word in text.replace("\x00", "").split()[:WORDS]:
        other = OtherName.objects.filter(name__icontains=word, organization=OuterRef("pk"))
        bodies = bodies.filter(Q(name__icontains=word) | Exists(other))
    return bodies


def for_area(bodies: Any, area: Area) -> Any:
    """Those that stand for an area or for something in it."""
    return bodies.filter(area__in=within(area))


def member_counts(ids: list[int], user: User, on: date) -> dict[int, int | None]:
    """How many visible people belong to each of these bodies on a day; None for more than are worth counting."""
    held = Membership.objects.current_on(on).filter(organization__in=ids, person__isnull=False).order_by()
    rough = dict(held.values("organization").annotate(number=Count("pk")).values_list("organization", "number"))
    small = [pk for pk, number in rough.items() if number <= COUNTED]
    counted = held.visible_to(user).filter(organization__in=small).values("organization")
    exact = counted.annotate(number=Count("person", distinct=True)).values_list("organization", "number")
    return {pk: None for pk in rough if pk not in small} | dict(exact)


def names_of(owner: Person | Organization) -> dict[str, list[Any]]:
    """Other names and the ids others gave."""
    of = {"person": owner} if isinstance(owner, Person) else {"organization": owner}
    return {"names": list(OtherName.objects.filter(**of)), "ids": list(Identifier.objects.filter(**of))}


def facts_of(owner: Person | Organization, user: User) -> set[tuple[str, str, date | None]]:
    """Where the facts about a person or a body come from: source, address and the day it was read."""
    columns = ("source", "source_url", "sourced_on")
    of = {"person": owner} if isinstance(owner, Person) else {"organization": owner}
    facts = {(owner.source, owner.source_url, owner.sourced_on)}
    facts |= {("", address.strip(), owner.sourced_on) for address in owner.sources.splitlines()}
    plain: list[Any] = [ContactDetail, *([Office] if isinstance(owner, Person) else [])]
    for rows in (Membership.objects.visible_to(user), *(model.objects.all() for model in plain)):
        facts |= set(rows.filter(**of).order_by().values_list(*columns).distinct())
    return facts


def contacts_of(body: Organization, on: date) -> QuerySet[ContactDetail]:
    """How a body can be reached on a day."""
    return ContactDetail.objects.filter(current_q(on, start="valid_from", end="valid_until"), organization=body)
