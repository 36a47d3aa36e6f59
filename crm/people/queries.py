"""What others ask about a person. Every answer holds for a day: seats, jobs and addresses change."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from crm.access.models import User
from crm.base.dates import current_q
from crm.base.text import fold
from crm.people.enums import ContactType, MembershipRole, OrganizationClassification
from crm.people.models import ContactDetail, Membership, Office, Organization, OtherName, Person
from crm.people.rules import search_document
from crm.places.models import Area

SHORT_WORD = 2
COMMITTEES = (OrganizationClassification.COMMITTEE, OrganizationClassification.SUBCOMMITTEE)
SEAT_BODIES = (OrganizationClassification.CHAMBER, OrganizationClassification.LEGISLATURE)


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
    jobs = staff_of(person, on).filter(role=MembershipRole.SCHEDULER)
    return Person.objects.filter(pk__in=jobs.order_by().values("person"))


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


def area_of(seat: Membership) -> Area | None:
    """The area a seat stands for: its own, else its post's."""
    return seat.area or (seat.post.area if seat.post else None)


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
    for word in fold(text).split():
        within = Q(search_text__contains=word)
        begins = Q(search_text__startswith=word) | Q(search_text__contains=f"\n{word}")
        begins |= Q(search_text__contains=f" {word} ")
        people = people.filter(within if len(word) > SHORT_WORD else begins)
    return people


@dataclass
class Overview:
    """What a list shows of a person besides the name."""

    seat: str = ""
    party: str = ""
    term_end: str = ""
    columns: dict[str, Any] = field(default_factory=dict)


def seat_words(seat: Membership) -> str:
    """A seat in a few words: the role and the short code of its area."""
    area = area_of(seat)
    role = seat.post.role if seat.post else seat.label
    return " ".join(part for part in (role.capitalize(), (area.code or area.name) if area else "") if part)


def overviews(ids: Iterable[int], on: date) -> dict[int, Overview]:
    """Seat, party and term end of each person on a day, in one query however many there are."""
    found: dict[int, Overview] = defaultdict(Overview)
    held = Membership.objects.current_on(on).filter(person__in=list(ids)).order_by("start_date", "id")
    for membership in held.select_related("organization", "post__area", "area", "on_behalf_of"):
        _note(found[membership.person_id], membership)  # type: ignore[index]
    return found


def _note(overview: Overview, held: Membership) -> None:
    kind = held.organization.classification
    if kind == OrganizationClassification.PARTY:
        overview.party = held.organization.name
    elif kind in SEAT_BODIES and held.post and area_of(held):
        overview.seat = seat_words(held)
        overview.term_end = held.end_date
        overview.party = held.on_behalf_of.name if held.on_behalf_of else overview.party


def holding(people: Any, on: date, *conditions: Q) -> Any:
    """Those of `people` who hold a membership on a day that meets every condition."""
    held = Membership.objects.current_on(on).filter(*conditions)
    return people.filter(pk__in=held.order_by().values("person"))


def seated_in_state(people: Any, state: Area, on: date) -> Any:
    """Those whose seat stands for a state or one of its districts."""
    of_state = Q(area=state) | Q(area__parent=state) | Q(post__area=state) | Q(post__area__parent=state)
    return holding(people, on, of_state, Q(organization__classification__in=SEAT_BODIES))


def of_party(people: Any, party: Organization, on: date) -> Any:
    """Those who belong to a party or hold a seat for it."""
    return holding(people, on, Q(organization=party) | Q(on_behalf_of=party))


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
