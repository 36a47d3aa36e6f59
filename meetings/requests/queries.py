"""The office behind a request: its rules, who contacted it lately, and what still waits."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from crm.access.models import User
from crm.access.rules import shown_links
from crm.elections.registry import Orphan
from crm.issues.models import Ask
from crm.messaging.enums import MessageStatus
from crm.messaging.models import Message
from crm.offices.models import OfficeRules
from crm.people.enums import MembershipRole, OrganizationClassification, PersonCategory
from crm.people.models import Membership, Organization, Person
from crm.relationships.models import Relationship
from crm.relationships.queries import PARTIES
from meetings.requests.models import RequestNote
from meetings.requests.rules import cooling_off
from meetings.scheduling.enums import MeetingState, RequestState
from meetings.scheduling.models import Attendee, Meeting, MeetingRequest
from meetings.scheduling.rules import OPEN_REQUEST, WAITING_OFFERS

LOOKED_BACK = timedelta(days=90)
SHOWN = 20
PARTNERS = (OrganizationClassification.NGO, OrganizationClassification.COALITION)


@dataclass(frozen=True)
class Contact:
    """One time somebody of ours was in touch with an office. `partners` are those of the coalition who were there."""

    at: datetime
    kind: str
    who: str
    what: str
    url: str
    with_whom: str
    partners: tuple[str, ...] = ()


def office_of(person: Person, user: User, on: date) -> Organization | None:
    """The office somebody leads, else the one she works in, as far as the user may know it."""
    jobs = Membership.objects.current_on(on).filter(person=person, organization=OuterRef("pk"))
    seen: Any = Organization.objects.visible_to(user)
    leads: Organization | None = seen.filter(Exists(jobs.filter(role=MembershipRole.PRINCIPAL))).order_by("id").first()
    if leads is not None:
        return leads
    works = seen.filter(Exists(jobs), classification=OrganizationClassification.OFFICE)
    found: Organization | None = works.order_by("id").first()
    return found


def rules_of(office: Organization | int | None) -> OfficeRules | None:
    """What an office expects of those who want a meeting; None when nobody wrote it down."""
    return OfficeRules.objects.filter(organization=office).first() if office else None


def at_office(person: Person, office: Organization | int | None, on: date, path: str = "person") -> Q:
    """That a row is about this person, or about anybody who leads the office or works in it."""
    same = Q(**{path: person})
    if office is None:
        return same
    jobs = Membership.objects.current_on(on).filter(organization=office, person__isnull=False).order_by()
    return same | Q(**{f"{path}__in": jobs.values("person")})


def open_at_office(user: User, person: Person, office: Organization | None, on: date) -> QuerySet[MeetingRequest]:
    """Requests to this office that are not settled, as far as the user may see them."""
    mine: QuerySet[MeetingRequest] = MeetingRequest.objects.visible_to(user).filter(state__in=OPEN_REQUEST)
    known = Q(office=office) if office else Q()
    return mine.filter(at_office(person, office, on) | known).select_related("ask", "owner", "scheduler", "person")


def open_request(person: Person, office: Organization | None, ask: Ask) -> MeetingRequest:
    """The request that keeps a second one for the same office and ask from being made."""
    same = Q(person=person) | Q(office=office, office__isnull=False)
    return MeetingRequest.objects.filter(same, ask=ask, state__in=OPEN_REQUEST).order_by("id")[0]


def last_met(
    user: User, person: Person, office: Organization | int | None, rules: OfficeRules | None, at: datetime
) -> Meeting | None:
    """The last visible meeting with this office within its cooling-off."""
    near = Meeting.objects.visible_to(user).filter(
        at_office(person, office, at.date()), starts_at__gt=at - cooling_off(rules), starts_at__lte=at
    )
    gone = (MeetingState.CANCELLED, MeetingState.NO_SHOW)
    found: Meeting | None = near.exclude(state__in=gone).order_by("-starts_at", "-id").first()
    return found


def contacts_with(
    user: User, person: Person, office: Organization | None, at: datetime, *, back: timedelta = LOOKED_BACK
) -> list[Contact]:
    """Who of ours met, asked or wrote to this office lately, newest first, in a fixed number of queries.

    Only what the user may see: of a hidden contact there is no trace, also no number.
    """
    about = at_office(person, office, at.date())
    found = [*_meetings(user, about, at - back), *_requests(user, about, at - back), *_mails(user, about, at - back)]
    return sorted(found, key=lambda each: each.at, reverse=True)[:SHOWN]


def _meetings(user: User, about: Q, since: datetime) -> list[Contact]:
    near = Meeting.objects.visible_to(user).filter(about, starts_at__gt=since).exclude(state=MeetingState.CANCELLED)
    rows = list(near.select_related("owner", "ask", "person").order_by("-starts_at", "-id")[:SHOWN])
    guests = Attendee.objects.filter(
        meeting__in=[each.pk for each in rows],
        removed_at=None,
        person__category=PersonCategory.PARTNER,
        person__in=Person.objects.visible_to(user).filter(category=PersonCategory.PARTNER).values("pk"),
    )
    partners: dict[int, list[str]] = {}
    for meeting, name in guests.order_by("id").values_list("meeting", "person__name"):
        partners.setdefault(meeting, []).append(name)
    return [
        Contact(
            row.starts_at,
            "meeting",
            str(row.owner),
            row.ask.title if row.ask else row.title,
            reverse("meeting_page", args=[row.public_id]),
            row.person.name,
            tuple(partners.get(row.pk, ())),
        )
        for row in rows
    ]


def _requests(user: User, about: Q, since: datetime) -> list[Contact]:
    rows = MeetingRequest.objects.visible_to(user).filter(about, requested_at__gt=since)
    return [
        Contact(
            row.requested_at or since,
            "request",
            str(row.owner),
            row.ask.title,
            reverse("request_page", args=[row.public_id]),
            row.person.name,
        )
        for row in rows.select_related("owner", "ask", "person").order_by("-requested_at", "-id")[:SHOWN]
    ]


def _mails(user: User, about: Q, since: datetime) -> list[Contact]:
    """Mails that are not about a request or a meeting: those have lines of their own."""
    sent = Message.objects.visible_to(user).filter(about, status=MessageStatus.ACCEPTED, accepted_at__gt=since)
    rows = sent.exclude(object_type__startswith="meetings.").select_related("person")
    return [
        Contact(row.accepted_at, "mail", row.from_name, row.subject, "", row.person.name)  # type: ignore[union-attr, arg-type]
        for row in rows.order_by("-accepted_at", "-id")[:SHOWN]
    ]


def partner_ties(user: User, person: Person, office: Organization | None, on: date) -> list[str]:
    """Which partners stand in a relation to this office's people, as sentences, the strongest first."""
    ours = {side: at_office(person, office, on, f"{side}_person") for side in ("from", "to")}
    partner = {
        side: Q(**{f"{side}_person__category": PersonCategory.PARTNER})
        | Q(**{f"{side}_organization__classification__in": PARTNERS})
        for side in ("from", "to")
    }
    rows: Any = Relationship.objects.visible_to(user).current_on(on)
    rows = rows.filter((ours["from"] & partner["to"]) | (ours["to"] & partner["from"]))
    return [
        f"{row.from_party} {row.type.label} {row.to_party}" for row in rows.select_related("type", *PARTIES)[:SHOWN]
    ]


def notes_of(request: MeetingRequest) -> QuerySet[RequestNote]:
    """What was written down on the way, newest first."""
    return RequestNote.objects.filter(request=request).select_related("noted_by").order_by("-noted_at", "-id")


def seen_links(user: User) -> list[Any]:
    """The people a request points to, empty where they may not be seen: for `prefetch_related`."""
    return shown_links(Person, user, "scheduler", "staff_instead")


def orphaned_meetings(user: User, people: Collection[int], at: datetime) -> list[Orphan]:
    """Confirmed meetings still to come with these people."""
    rows = Meeting.objects.visible_to(user).filter(
        person__in=list(people), state=MeetingState.CONFIRMED, starts_at__gt=at
    )
    return [
        Orphan(
            row.pk,
            row.person_id,
            row.title,
            row.starts_at.date().isoformat(),
            reverse("meeting_page", args=[row.public_id]),
        )
        for row in rows.order_by("starts_at", "id")
    ]


def orphaned_requests(user: User, people: Collection[int], at: datetime) -> list[Orphan]:
    """Requests for a meeting that these people's offices have not settled."""
    rows = MeetingRequest.objects.visible_to(user).filter(person__in=list(people), state__in=OPEN_REQUEST)
    return [
        Orphan(
            row.pk,
            row.person_id,
            row.ask.title,
            str(row.get_state_display()),
            reverse("request_page", args=[row.public_id]),
        )
        for row in rows.select_related("ask").order_by("id")
    ]


def offers_passed(request: MeetingRequest, at: datetime) -> bool:
    """Whether times were offered, nobody took one, and none of them is still to come."""
    if request.state not in {RequestState.OFFERED, RequestState.HELD}:
        return False
    return not request.offered_times.filter(state__in=WAITING_OFFERS, starts_at__gt=at).exists()
