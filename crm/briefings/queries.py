"""What a briefing says: one provider per section, over rows the user may see, each in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from crm.access.models import User
from crm.access.rules import any_colleague, seen_through, shown_links
from crm.activity.rules import type_key
from crm.briefings.enums import Audience, FactKind, TalkingPointState
from crm.briefings.models import BriefingSnapshot, TalkingPoint
from crm.briefings.registry import BriefingContext, Contact, day_of, last_contacts, register_contacts, register_section
from crm.briefings.rules import (
    READS_ALSO,
    STAYS_WITH_US,
    committee_text,
    day_text,
    due_text,
    fact,
    office_label,
    office_text,
    partial_text,
    post_text,
    seat_line,
    section,
    sourced_fact,
    weekly_chart,
)
from crm.briefings.snapshot import AskPart, Fact, Section, Subject
from crm.briefings.svg import number
from crm.followups.enums import CommitmentDirection
from crm.followups.models import Commitment
from crm.followups.queries import open_commitments
from crm.issues.models import Stance
from crm.messaging.enums import InboundKind
from crm.messaging.models import InboundMessage
from crm.people.enums import OrganizationClassification as Kind
from crm.people.models import Membership, Office, Organization, Person
from crm.people.queries import COMMITTEES
from crm.petitions.queries import SMALLEST_PUBLISHED, verified_in_area

CONTACTS_SHOWN = 5


def memberships_of(person: Person) -> tuple[Membership, ...]:
    """Every seat, job and party of a person, past ones too, the newest first; no body hidden from a colleague."""
    reader = any_colleague()
    held = person.memberships.filter(seen_through(Organization, reader, "organization"))
    held = held.select_related("organization", "post", "post__area", "area").order_by("-start_date", "-id")
    return tuple(held.prefetch_related(*shown_links(Organization, reader, "organization__parent", "on_behalf_of")))


def briefings_of(person: Person, user: User | AnonymousUser) -> QuerySet[BriefingSnapshot]:
    """The snapshots about a person that this user may open, newest first, with who made them, without their text."""
    seen: QuerySet[BriefingSnapshot] = BriefingSnapshot.objects.visible_to(user)
    return seen.filter(person=person).select_related("created_by").defer("content")


def briefings_for(anchor: Model, user: User | AnonymousUser) -> QuerySet[BriefingSnapshot]:
    """The snapshots made for a meeting that this user may open, newest first, without their text."""
    seen: QuerySet[BriefingSnapshot] = BriefingSnapshot.objects.visible_to(user)
    mine = seen.filter(anchor_type=type_key(anchor), anchor_id=anchor.pk)
    return mine.select_related("created_by", "person").defer("content")


def subject_of(context: BriefingContext) -> Subject:
    """Who this is about: name with title, seat, party and area on the day of the briefing."""
    person, seat, area = context.person, context.seat, context.area
    return {
        "name": " ".join(filter(None, (person.honorific_prefix, person.name, person.honorific_suffix))),
        "role_line": seat_line(seat) if seat else person.get_category_display(),
        "party": context.party,
        "area": area.name if area else "",
        "photo": None,
    }


def ask_part(context: BriefingContext) -> AskPart | None:
    """The ask; a leave-behind carries its title and bill, our own reasoning stays in the house."""
    ask = context.ask
    if ask is None:
        return None
    detail = ask.detail if context.audience in STAYS_WITH_US else ""
    return {"title": ask.title, "detail": detail, "bill": ask.bill}


def posts_section(context: BriefingContext) -> Section:
    """Seats, jobs and party that hold today, since when and until when."""
    held = [m for m in context.held if m.organization.classification not in (*COMMITTEES, Kind.OFFICE)]
    facts = [_registry_fact(context, capfirst(str(m)), post_text(m), m) for m in held]
    seat = context.seat
    first = _first_in_body(context, seat) if seat else None
    if seat and first and first.start_date[:4] != seat.start_date[:4]:
        label = _("First day in this body")
        facts.append(_registry_fact(context, label, partial_text(first.start_date), first))
    return section("posts", _("Posts and term"), facts=facts, empty=_("No current post is recorded."))


def committees_section(context: BriefingContext) -> Section:
    """One fact per committee: the role there, then the roles in its subcommittees."""
    groups: dict[str, list[Membership]] = defaultdict(list)
    for seat in context.held:
        if seat.organization.classification in COMMITTEES:
            body = seat.organization
            whole = body.parent if body.classification == Kind.SUBCOMMITTEE else None
            groups[(whole or body).name].append(seat)
    facts = [_committee_fact(context, name, seats) for name, seats in sorted(groups.items())]
    return section("committees", _("Committees"), facts=facts, empty=_("No seat in a committee is recorded."))


def contacts_section(context: BriefingContext) -> Section:
    """The last times we were in touch, the newest first."""
    facts = [
        fact(c.how, c.words, source=c.source, as_of=c.on, on=context.on, kind=FactKind.HISTORY)
        for c in last_contacts(context, CONTACTS_SHOWN)
    ]
    return section("contacts", _("Last contacts"), facts=facts, empty=_("We have not been in touch yet."))


def mails_received(context: BriefingContext, limit: int) -> list[Contact]:
    """What they or their office wrote to us. What it was about is for an internal pack only."""
    mails = InboundMessage.objects.filter(
        person=context.person, kind=InboundKind.HUMAN, received_at__lte=context.at
    ).defer("raw", "text")
    return [
        Contact(
            on=day_of(mail.received_at),
            how=_("They wrote to us"),
            words=mail.subject if context.is_internal else _("An e-mail."),
            source=_("Our mailbox"),
        )
        for mail in mails[:limit]
    ]


def stance_section(context: BriefingContext) -> Section:
    """Where they stand on each ask: the newest observation, what it rests on, and the one before when it differs."""
    rows: dict[int, list[Stance]] = defaultdict(list)
    observed = context.person.stances.filter(observed_on__lte=context.on).select_related("ask")
    for stance in observed.order_by("-observed_on", "-id"):
        rows[stance.ask_id].append(stance)
    asked = context.ask.pk if context.ask else None
    ordered = sorted(rows.values(), key=lambda found: (found[0].ask_id != asked, found[0].ask.title))
    facts = [_stance_fact(context, found) for found in ordered]
    return section("stance", _("Where they stand"), facts=facts, empty=_("We do not know yet where they stand."))


def commitments_section(context: BriefingContext) -> Section:
    """Open promises both ways in their exact words, the earliest due first."""
    promises: Iterable[Commitment] = open_commitments(context.person).visible_to(context.user)
    facts = [_commitment_fact(context, promise) for promise in promises]
    return section("commitments", _("Open commitments"), facts=facts, empty=_("No commitment is open."))


def signatures_section(context: BriefingContext) -> Section:
    """Confirmed signatures from the area of the seat, per petition, and new ones per week.

    What leaves the house names no number under five, like the public page.
    """
    area = context.area
    if area is None:
        empty = _("No district is known for this person, so no signatures can be counted.")
        return section("signatures", _("Verified signatures"), empty=empty)
    found = verified_in_area(area, context.at)
    least = 1 if context.audience in STAYS_WITH_US else SMALLEST_PUBLISHED
    title = _("Verified signatures in %(area)s") % {"area": area.name}
    if found["count"] < least:
        return section("signatures", title, empty=_("Too few people of this district have signed so far."))
    facts = [
        _live_fact(context, _("All petitions"), found["count"]),
        _live_fact(context, _("In the last 30 days"), found["last_30_days"]),
        *(_live_fact(context, p["title"], p["count"]) for p in found["petitions"] if p["count"] >= least),
    ]
    return section("signatures", title, facts=facts, chart=weekly_chart(found["trend"]))


def talking_points_section(context: BriefingContext) -> Section | None:
    """Approved, unexpired points for the ask that this kind of pack may carry; nothing without an ask."""
    if context.ask is None:
        return None
    points = TalkingPoint.objects.filter(
        Q(expires_on=None) | Q(expires_on__gte=context.on),
        ask=context.ask,
        state=TalkingPointState.APPROVED,
        audience__in=READS_ALSO[context.audience],
    )
    facts = [_point_fact(context, number, point) for number, point in enumerate(points, start=1)]
    empty = _("No talking point is approved for this ask. Ask a colleague to approve one.")
    title = _("Talking points") if context.audience in STAYS_WITH_US else _("Why it matters")
    return section("talking_points", title, facts=facts, empty=empty)


def offices_section(context: BriefingContext) -> Section:
    """Where they can be reached."""
    facts = [
        _registry_fact(context, office_label(office), office_text(office), office)
        for office in context.person.offices.all()
    ]
    return section("offices", _("Offices"), facts=facts, empty=_("No office is recorded."))


def _first_in_body(context: BriefingContext, seat: Membership) -> Membership | None:
    served = [m for m in context.memberships if m.organization_id == seat.organization_id and m.start_date]
    return min(served, key=lambda m: m.start_date, default=None)


def _known_since(context: BriefingContext) -> date:
    return day_of(context.person.updated_at)


def _registry_fact(context: BriefingContext, label: str, value: str, row: Membership | Office) -> Fact:
    return sourced_fact(label, value, row, on=context.on, known_since=_known_since(context), kind=FactKind.REGISTRY)


def _committee_fact(context: BriefingContext, name: str, seats: list[Membership]) -> Fact:
    """The committee itself comes first; a seat in a part only is enough to name the committee."""
    seats = sorted(seats, key=lambda m: (m.organization.classification == Kind.SUBCOMMITTEE, m.organization.name))
    return _registry_fact(context, name, committee_text(seats), seats[0])


def _stance_fact(context: BriefingContext, rows: list[Stance]) -> Fact:
    newest = rows[0]
    lines = [capfirst(newest.get_position_display()) + (f": {newest.evidence}" if newest.evidence else "")]
    before = next((row for row in rows if row.position != newest.position), None)
    if before is not None:
        parts = {"position": before.get_position_display(), "day": day_text(before.observed_on)}
        lines.append(_("Before: %(position)s (%(day)s).") % parts)
    source = newest.source or _("Recorded by us, no source given")
    return fact(
        newest.ask.title,
        "\n".join(lines),
        source=source,
        as_of=newest.observed_on,
        on=context.on,
        kind=FactKind.STANCE,
    )


def _commitment_fact(context: BriefingContext, promise: Commitment) -> Fact:
    """The source names what it was promised in by kind and day only: its title may be for fewer eyes."""
    theirs = promise.direction == CommitmentDirection.THEIRS
    origin = _("Noted by us")
    if promise.object_type:
        kind = apps.get_model(promise.object_type)._meta.verbose_name
        origin = _("Noted by us: %(kind)s") % {"kind": kind}
    return fact(
        _("They promised") if theirs else _("We promised"),
        f"{promise.words}\n{due_text(promise.due_on, context.on)}",
        source=origin,
        as_of=promise.made_on,
        on=context.on,
        kind=FactKind.HISTORY,
    )


def _point_fact(context: BriefingContext, number: int, point: TalkingPoint) -> Fact:
    return sourced_fact(
        _("Point %(number)s") % {"number": number},
        point.text,
        point,
        on=context.on,
        known_since=day_of(point.approved_at or context.at),
        kind=FactKind.EVIDENCE,
    )


def _live_fact(context: BriefingContext, label: str, count: int) -> Fact:
    source = _("Our confirmed signatures")
    return fact(label, number(count), source=source, as_of=context.on, on=context.on, kind=FactKind.LIVE)


STAYS: frozenset[Audience] = STAYS_WITH_US
ALL = frozenset(Audience)
SECTIONS = {
    "talking_points": (10, ALL, talking_points_section),
    "commitments": (20, STAYS, commitments_section),
    "stance": (30, STAYS, stance_section),
    "signatures": (40, ALL, signatures_section),
    "contacts": (50, STAYS, contacts_section),
    "posts": (60, STAYS, posts_section),
    "committees": (70, STAYS, committees_section),
    "offices": (80, STAYS, offices_section),
}


def declare() -> None:
    """Register the sections of this app; called once when the app is ready."""
    for key, (order, audiences, provider) in SECTIONS.items():
        register_section(key, order=order, audiences=audiences, provider=provider)
    register_contacts("mail", mails_received)
