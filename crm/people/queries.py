"""What others ask about a person. Every answer holds for a day: seats, jobs and addresses change."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any
from urllib.parse import parse_qs

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.expressions import RawSQL
from django.utils.datastructures import MultiValueDict

from crm.access.models import User
from crm.access.queries import Among, Lookup, drawn_from, narrowed
from crm.access.rules import visible_rows
from crm.base.dates import current_q
from crm.base.text import fold
from crm.people import fts5
from crm.people.enums import ContactType, MembershipRole
from crm.people.models import ContactDetail, Membership, Office, Organization, OtherName, Person, Post
from crm.people.pg_trgm import HasBeginning
from crm.people.rules import COMMITTEES as COMMITTEES
from crm.people.rules import OVERVIEW, Overview, search_document
from crm.people.rules import SEAT_BODIES as SEAT_BODIES
from crm.people.rules import area_of as area_of
from crm.people.rules import seat_words as seat_words
from crm.places.models import Area

SHORT_WORD = 2
WORDS = 16


def current_memberships(person: Person, on: date) -> QuerySet[Membership]:
    """What the person holds on a day, with body, post, area and party."""
    return person.memberships.current_on(on).select_related(
        "organization", "organization__parent", "post", "post__area", "area", "area__parent", "on_behalf_of"
    )


def offices_led_by(person: Person, on: date) -> QuerySet[Organization]:
    """The offices this person is the head of on a day."""
    led = person.memberships.current_on(on).filter(role=MembershipRole.PRINCIPAL)
    return Organization.objects.filter(pk__in=led.values("organization"))


def staff_of(person: Person, on: date) -> QuerySet[Membership]:
    """Who works in the person's offices on a day, with each one's job."""
    return (
        Membership.objects.current_on(on)
        .filter(organization__in=offices_led_by(person, on), person__isnull=False, person__merged_into=None)
        .exclude(role=MembershipRole.PRINCIPAL)
        .select_related("person", "organization")
        .order_by("person__sort_name", "id")
    )


def schedulers_of(person: Person, on: date) -> QuerySet[Person]:
    """The people who keep this person's diary on a day."""
    jobs = staff_of(person, on).filter(role=MembershipRole.SCHEDULER).order_by()
    return Person.objects.filter(pk__in=jobs.values("person"))


def current_contacts(person: Person, on: date) -> QuerySet[ContactDetail]:
    """The person's own contact details that hold on a day."""
    return ContactDetail.objects.filter(current_q(on, start="valid_from", end="valid_until"), person=person)


def mail_address_of(person: Person, on: date) -> str | None:
    """The person's own current e-mail address, the oldest first; None when we know none."""
    return (
        current_contacts(person, on)
        .filter(type=ContactType.EMAIL)
        .order_by("id")
        .values_list("value", flat=True)
        .first()
    )


def seat_of(person: Person, on: date) -> Membership | None:
    """The current seat in a chamber: a membership with a post and an area. The newest one counts."""
    held = current_memberships(person, on).filter(organization__classification__in=SEAT_BODIES, post__isnull=False)
    return held.filter(Q(area__isnull=False) | Q(post__area__isnull=False)).order_by("-start_date", "-id").first()


def district_of(person: Person, on: date) -> Area | None:
    """The area the person represents on a day."""
    seat = seat_of(person, on)
    return area_of(seat) if seat else None


def committees_of(person: Person, on: date) -> QuerySet[Membership]:
    """Seats in committees and subcommittees on a day, the parent body before its parts."""
    seats = current_memberships(person, on).filter(organization__classification__in=COMMITTEES)
    return seats.order_by("organization__classification", "organization__name", "id")


def search_people(user: User | AnonymousUser, text: str) -> Any:
    """Visible people whose search document holds every word, whatever its case and accents."""
    return matching(Person.objects.visible_to(user), text)


def matching(people: Any, text: str) -> Any:
    """Those of `people` whose search document holds every word; a text without words matches everybody.

    One or two letters (`CA`) must begin a name, a body or an area, or be a word of it (`committee on rivers`):
    inside words they would match nearly everybody.
    """
    words = list(dict.fromkeys(fold(text.replace("\x00", "")).split()))[:WORDS]
    return narrowed(people, _lookup(words)) if words else people


def _lookup(words: Sequence[str]) -> Lookup:
    each = Q(*map(_has_word, words))
    if connection.vendor == "sqlite":
        return Lookup(
            lambda limit: fts5.first_keys(connection, words, limit), each, Q(pk__in=RawSQL(*fts5.all_keys(words)))
        )
    begins = [HasBeginning(F("search_text"), Value(word)) for word in words if len(word) <= SHORT_WORD]
    whole = Q(*begins, *(_has_word(word) for word in words if len(word) > SHORT_WORD))
    found = Person.objects.filter(whole).order_by().values_list("pk", flat=True)
    return Lookup(lambda limit: found[:limit], each, whole)


def _has_word(word: str) -> Q:
    if len(word) > SHORT_WORD:
        return Q(search_text__contains=word)
    begins = Q(search_text__startswith=word) | Q(search_text__contains=f"\n{word}")
    return begins | Q(search_text__contains=f" {word} ")


def bodies_called(user: User | AnonymousUser, text: str) -> Any:
    """Visible bodies whose name holds a text, those it begins first."""
    found = Organization.objects.visible_to(user).filter(name__icontains=text)
    return found.order_by(Case(When(name__istartswith=text, then=0), default=1), "name", "id")


def areas_called(user: User | AnonymousUser, text: str) -> Any:
    """Areas a text may mean by name, short code or division id, those it is the code of first."""
    found = visible_rows(Area, user).filter(Q(name__icontains=text) | Q(code__iexact=text) | Q(identifier=text))
    first = Case(When(code__iexact=text, then=0), When(name__istartswith=text, then=1), default=2)
    return found.order_by(first, "name", "id")


Narrowing = Callable[[Any, MultiValueDict, User | AnonymousUser, date], Any]
_narrowings: list[Narrowing] = []


def register_narrowing(narrowing: Narrowing) -> None:
    """Let the list's filters be asked from here too, though they are forms. The second call changes nothing."""
    if narrowing not in _narrowings:
        _narrowings.append(narrowing)


def listed(user: User | AnonymousUser, query_string: str, on: date) -> QuerySet[Person]:
    """Exactly the rows the people list shows this user for a query string: row rules, filters and search."""
    data: MultiValueDict = MultiValueDict(parse_qs(query_string.lstrip("?")))
    people = Person.objects.visible_to(user)
    for narrowing in _narrowings:
        people = narrowing(people, data, user, on)
    return matching(people, data.get("q") or "")


def chosen(
    user: User | AnonymousUser, *, ids: Iterable[str], everybody: bool, query_string: str, on: date
) -> QuerySet[Person]:
    """Whom the bulk bar means: everybody the list shows, or the visible ones among the checked public ids."""
    if everybody:
        return listed(user, query_string, on)
    return Person.objects.visible_to(user).filter(public_id__in=list(ids))


def overviews(ids: Iterable[int], on: date, *, user: User | AnonymousUser | None = None) -> dict[int, Overview]:
    """Seat or job, party and term end of each person on a day, in one query however many there are.

    With `user`, nothing in a body that user may not see: the name of an office gives its head away.
    """
    found: dict[int, Overview] = defaultdict(Overview)
    held = Membership.objects.current_on(on).filter(person__in=list(ids)).order_by("start_date", "id")
    if user is not None:
        held = held.filter(Exists(Organization.objects.visible_to(user).filter(pk=OuterRef("organization"))))
    for membership in held.select_related("organization", "post__area", "area", "on_behalf_of").only(*OVERVIEW):
        found[membership.person_id].add(membership)  # type: ignore[index]
    return found


def holding(people: Any, on: date, *conditions: Q, either: Iterable[Q] = ()) -> Any:
    """Those of `people` who hold a membership on a day that meets every condition, and one of `either`."""
    return drawn_from(people, Membership.objects.current_on(on).filter(*conditions), "person", *either)


BELOW = (
    "WITH RECURSIVE below(id) AS (SELECT id FROM crm_area WHERE id = %s UNION SELECT crm_area.id FROM crm_area "
    "JOIN below ON crm_area.parent_id = below.id) SELECT id FROM below"
)


def within(area: Area) -> RawSQL:
    """The keys of an area and of everything that lies in it, for `area__in`."""
    return RawSQL(BELOW, [area.pk])


def keys_within(area: Area) -> list[int]:
    """The same keys, at hand."""
    with connection.cursor() as cursor:
        cursor.execute(BELOW, [area.pk])
        return [key for (key,) in cursor.fetchall()]


def in_area(people: Any, area: Area, on: date, *conditions: Q) -> Any:
    """Those whose seat or job stands for an area or for something in it."""
    areas = keys_within(area)
    posts = list(Post.objects.filter(Among(F("area"), areas)).order_by().values_list("pk", flat=True))
    return holding(people, on, *conditions, either=(Q(Among(F("area"), areas)), Q(Among(F("post"), posts))))


def seated_in_state(people: Any, state: Area, on: date) -> Any:
    """Those whose seat stands for a state or one of its districts."""
    return in_area(people, state, on, Q(organization__classification__in=SEAT_BODIES))


def of_party(people: Any, party: Organization, on: date) -> Any:
    """Those who belong to a party or hold a seat for it."""
    return holding(people, on, either=(Q(organization=party), Q(on_behalf_of=party)))


def offices_of(person: Person) -> QuerySet[Office]:
    """Where the person can be reached, the capitol first."""
    return person.offices.order_by("classification", "city", "id")


def search_texts(ids: list[int], on: date) -> dict[int, str]:
    """What a search should find each of these people by, as of a day, whatever `search_text` holds now."""
    names, emails, bodies, areas = (defaultdict[int, list[str]](list) for _kind in range(4))
    for pk, *parts in Person.objects.filter(pk__in=ids).values_list("pk", "name", "given_name", "family_name"):
        names[pk] += parts
    for pk, name in OtherName.objects.filter(person__in=ids).values_list("person_id", "name"):
        names[pk].append(name)
    details = ContactDetail.objects.filter(person__in=ids, type=ContactType.EMAIL)
    for pk, value in details.values_list("person_id", "value"):
        emails[pk].append(value)
    held = Membership.objects.current_on(on).filter(person__in=ids).order_by("organization__name", "id")
    columns = ("organization__name", "on_behalf_of__name", "area__code", "area__name", "area__parent__name")
    for pk, body, party, *places in held.values_list("person_id", *columns):
        bodies[pk] += [body, party or ""]
        areas[pk] += [place or "" for place in places]
    return {
        pk: search_document(names=names[pk], emails=emails[pk], organizations=bodies[pk], areas=areas[pk]) for pk in ids
    }


def with_email(ids: Iterable[int], on: date) -> set[int]:
    """Which of these people have a current e-mail address of their own."""
    current = ContactDetail.objects.filter(current_q(on, start="valid_from", end="valid_until"), type=ContactType.EMAIL)
    return set(current.filter(person__in=list(ids)).values_list("person_id", flat=True))


def party_of(person: Person, on: date) -> str:
    """The party the person sits for or belongs to on a day; empty when unknown."""
    return overviews([person.pk], on)[person.pk].party


def contacts_by_person(people: Iterable[Person], on: date) -> dict[int, list[ContactDetail]]:
    """Current contact details of several people, by the person's key."""
    found: dict[int, list[ContactDetail]] = defaultdict(list)
    held = ContactDetail.objects.filter(current_q(on, start="valid_from", end="valid_until"), person__in=list(people))
    for contact in held.order_by("type", "id"):
        found[contact.person_id].append(contact)  # type: ignore[index]
    return found


def survivor_of(public_id: str) -> Person | None:
    """Whom a merged person became, however often she was merged; None when she was not."""
    person = Person.objects.filter(public_id=public_id, merged_into__isnull=False).first()
    while person is not None and person.merged_into is not None:
        person = person.merged_into
    return person


def member_of(people: Any, body: Organization, on: date) -> Any:
    """Those who sit in a body on a day."""
    return holding(people, on, Q(organization=body))
