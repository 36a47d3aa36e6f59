"""Whom each question about people, their seats and their consent finds. Only rows the asker may see are asked."""

import hashlib
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet

from crm.access.models import User
from crm.base.dates import current_q
from crm.consent.enums import Purpose
from crm.consent.queries import consent_answers
from crm.contacts.queries import main_addresses
from crm.criteria.enums import ConsentState, Reach
from crm.people.enums import ContactType
from crm.people.models import ContactDetail, Membership, Person
from crm.people.queries import SEAT_BODIES, in_area, listed, matching, within
from crm.segments.models import FrozenMember
from crm.segments.queries import KeyList
from crm.segments.registry import Args

EVERYBODY = Q(pk__gt=0)
PRIME = 2_147_483_647


def everybody(args: Args, *, user: User, on: date) -> Q:
    return EVERYBODY


def of_category(args: Args, *, user: User, on: date) -> Q:
    return Q(category__in=args["category"])


def of_level(args: Args, *, user: User, on: date) -> Q:
    return Q(level__in=args["level"])


def owned_by(args: Args, *, user: User, on: date) -> Q:
    return Q(owner=args["owner"])


def of_team(args: Args, *, user: User, on: date) -> Q:
    return Q(team=args["team"])


def speaking(args: Args, *, user: User, on: date) -> Q:
    return Q(language=args["language"])


def reached_by(args: Args, *, user: User, on: date) -> Q | QuerySet[Any]:
    """Those with a current number, or with an address as the people list knows it."""
    if args["by"] == Reach.EMAIL:
        return Q(has_email=True)
    current = current_q(on, start="valid_from", end="valid_until")
    return ContactDetail.objects.filter(current, type=ContactType.VOICE).order_by().values("person")


def found_by_words(args: Args, *, user: User, on: date) -> QuerySet[Any]:
    """As the people list searches."""
    found: QuerySet[Any] = matching(Person.objects.all(), args["text"]).order_by().values("pk")
    return found


def as_listed(args: Args, *, user: User, on: date) -> QuerySet[Any]:
    """As the people list filters."""
    return listed(user, args["query"], on).order_by().values("pk")


def in_body(args: Args, *, user: User, on: date) -> QuerySet[Any]:
    role = Q(role=args["role"]) if args.get("role") else Q()
    return _held(on, role, organization=args["body"])


def in_kind_of_body(args: Args, *, user: User, on: date) -> QuerySet[Any]:
    role = Q(role=args["role"]) if args.get("role") else Q()
    return _held(on, role, organization__classification=args["kind"])


def in_post(args: Args, *, user: User, on: date) -> QuerySet[Any]:
    return _held(on, Q(post__role__iexact=args["role"]))


def of_party(args: Args, *, user: User, on: date) -> QuerySet[Any]:
    """Members of the party, and those who hold a seat for it."""
    return _held(on, Q(organization=args["party"]) | Q(on_behalf_of=args["party"]))


def seated_for(args: Args, *, user: User, on: date) -> QuerySet[Any]:
    """Those whose seat stands for an area or one inside it."""
    inside = within(args["area"])
    return _held(on, Q(area__in=inside) | Q(post__area__in=inside), organization__classification__in=SEAT_BODIES)


def term_ending(args: Args, *, user: User, on: date) -> QuerySet[Any]:
    """Those whose seat is known to end before a day; a partial date counts by its last day."""
    seats = Membership.objects.current_on(on).filter(organization__classification__in=SEAT_BODIES)
    return seats.exclude(end_date="").exclude(current_q(args["before"])).order_by().values("person")


def working_in(args: Args, *, user: User, on: date) -> QuerySet[Any]:
    """Those whose seat or job stands for an area or one inside it, as the list's filter says."""
    found: QuerySet[Any] = in_area(Person.objects.all(), args["area"], on).order_by().values("pk")
    return found


def in_frozen_list(args: Args, *, user: User, on: date) -> QuerySet[Any]:
    return FrozenMember.objects.filter(frozen_list=args["frozen_list"]).order_by().values("person")


def consenting(args: Args, *, user: User, on: date) -> Q:
    """What the ledger says of the mailbox we would write to; whoever has none is not on record.

    The ledger knows mailboxes by a keyed hash only, so the addresses of everybody are hashed here.
    """
    wanted = ConsentState(args["state"])
    ledger = consent_answers(Purpose(args["purpose"]))
    if not ledger.by_mailbox:
        return EVERYBODY if wanted == ConsentState.NONE else Q(pk__in=[])
    addresses = main_addresses(Person.objects.visible_to(user), on)
    answers = ledger.of(set(addresses.values()))
    if wanted == ConsentState.NONE:
        return ~Q(pk__in=KeyList(lambda: [pk for pk, email in addresses.items() if email in answers]))
    given = wanted == ConsentState.GIVEN
    return Q(pk__in=KeyList(lambda: [pk for pk, email in addresses.items() if answers.get(email) is given]))


def newest(people: Any, args: Args) -> Any:
    """Those added last."""
    return people.order_by("-created_at", "-pk")[: args["number"]]


def drawn(people: Any, args: Args) -> Any:
    """A sample that the same seed draws again: keys are shuffled by a polynomial the seed chooses."""
    digest = hashlib.sha256(str(args["seed"]).encode()).digest()
    first, second, third = (int.from_bytes(digest[at : at + 4]) % PRIME or 1 for at in (0, 4, 8))
    mixed = (F("pk") % PRIME * first + second) % PRIME
    return people.order_by((mixed * ((mixed + third) % PRIME)) % PRIME, "pk")[: args["number"]]


def _held(on: date, *conditions: Q, **more: Any) -> QuerySet[Any]:
    return Membership.objects.current_on(on).filter(*conditions, **more).order_by().values("person")
