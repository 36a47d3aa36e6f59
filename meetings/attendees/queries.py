from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from crm.access.models import User
from crm.people.models import Person
from crm.people.queries import district_of, within
from crm.places.models import Area, PostcodeArea
from crm.places.queries import successors
from crm.places.rules import AreaShare
from meetings.attendees.enums import Residence
from meetings.attendees.models import ConstituentOffer
from meetings.attendees.rules import residence
from meetings.scheduling.enums import AttendeeRole
from meetings.scheduling.models import Attendee, Meeting

SUGGESTED = 20


def residences(meeting: Meeting, people: Sequence[Attendee], on: date) -> dict[int, Residence]:
    """Where each constituent among `people` lives, seen from the policymaker's seat on a day, by key."""
    asked = [each for each in people if each.role == AttendeeRole.CONSTITUENT]
    if not asked:
        return {}
    district = district_of(meeting.person, on)
    offers = ConstituentOffer.objects.filter(person__in=[each.person_id for each in asked if each.person_id])
    known = dict(offers.order_by("id").values_list("person_id", "postcode"))
    codes = {each.pk: each.postcode or known.get(each.person_id or 0, "") for each in asked}
    shares = shares_by_postcode(sorted(set(filter(None, codes.values()))), on)
    return {key: residence(shares[code], district) for key, code in codes.items()}


def shares_by_postcode(postcodes: Sequence[str], on: date) -> dict[str, list[AreaShare]]:
    """The areas each postcode lies in by the boundaries of a day; an unknown one lies in none."""
    found = defaultdict[str, list[AreaShare]](list)
    rows = PostcodeArea.objects.filter(postcode__in=postcodes, share__gt=0).select_related("area__parent__parent")
    for row in rows:
        found[row.postcode].append(AreaShare(row.area, row.share))
    return defaultdict(list, {code: successors(shares, on) for code, shares in found.items()})


def suggested_constituents(meeting: Meeting, user: User, on: date) -> QuerySet[Person]:
    """Visible people who agreed to take part, live wholly in the district and are not invited yet."""
    seen: QuerySet[Person] = Person.objects.visible_to(user)
    district: Area | None = district_of(meeting.person, on)
    if district is None:
        return seen.none()
    inside = PostcodeArea.objects.filter(area__in=within(district), share=1).order_by().values("postcode")
    later = ConstituentOffer.objects.filter(person=OuterRef("person"), pk__gt=OuterRef("pk"))
    stands = ConstituentOffer.objects.filter(~Exists(later), agreed=True, postcode__in=inside)
    invited = Attendee.objects.filter(meeting=meeting, removed_at=None, person=OuterRef("pk"))
    living = Q(pk__in=stands.order_by().values("person"))
    return seen.filter(living).exclude(Exists(invited)).order_by("sort_name", "id")[:SUGGESTED]


def newest_offer(person: Person) -> ConstituentOffer | None:
    return person.constituent_offers.order_by("-id").first()
