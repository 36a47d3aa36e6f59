"""What others ask about a person. Every answer holds for a day: seats, jobs and addresses change."""

from datetime import date
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from crm.access.models import User
from crm.base.dates import current_q
from crm.base.text import fold
from crm.people.enums import ContactType, MembershipRole, OrganizationClassification
from crm.people.models import ContactDetail, Membership, Organization, Person
from crm.places.models import Area

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
    """Those of `people` whose search document holds every word; a text without words matches everybody."""
    for word in fold(text).split():
        people = people.filter(search_text__contains=word)
    return people
