"""Which meetings a calendar link shows, to whom, and their kept entries."""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, F, FilteredRelation, Max, OuterRef, Q, QuerySet, Sum

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can, seen_through
from crm.people.models import Person
from meetings.feeds.enums import FeedPurpose, FeedScope
from meetings.feeds.ics import Part, Period
from meetings.feeds.models import FeedToken
from meetings.feeds.rules import (
    LONGEST_SECRET,
    MAX_EVENTS,
    PRIME,
    SPREAD,
    Tally,
    detail_of,
    hash_token,
    made_for,
    tally,
    window,
)
from meetings.scheduling.enums import MeetingState, OfferState, RequestState
from meetings.scheduling.models import Attendee, Meeting, MeetingRequest, OfferedTime


def live_link(secret: str) -> FeedToken | None:
    """The link of this address, with owner and team; None alike when it was never there or no longer is."""
    if not secret.isascii() or len(secret) > LONGEST_SECRET:
        return None
    found: QuerySet[FeedToken] = FeedToken.objects.live()
    return found.select_related("owner", "team").filter(token_hash=hash_token(secret)).first()


def links_of(user: User) -> QuerySet[FeedToken]:
    """Links that still work, the oldest first."""
    found: QuerySet[FeedToken] = FeedToken.objects.visible_to(user).live()
    return found.select_related("team")


def meetings_of(token: FeedToken, on: date) -> QuerySet[Meeting]:
    """The meetings of a link inside its window: never one its owner may not see now, but for those marked public."""
    owner, shown = token.owner, window(on)
    if not can(owner, Act.VIEW, Meeting):
        return Meeting.objects.none()
    struck = Q(state=MeetingState.CANCELLED, updated_at__gte=shown.cancelled_since)
    inside = Q(ends_at__gte=shown.starts_at) | struck
    if token.scope == FeedScope.PUBLIC:
        rows = Meeting.objects.filter(is_public=True, is_confidential=False)
    elif token.scope == FeedScope.TEAM:
        rows = Meeting.objects.visible_to(owner).filter(_of(_members(token)))
    else:
        rows = Meeting.objects.own_of(owner)
    found: QuerySet[Meeting] = rows.filter(inside, starts_at__lt=shown.ends_at)
    return found


def _of(users: Any) -> Q:
    """Owned by one of them, or one of them is still invited."""
    invited = Attendee.objects.filter(meeting=OuterRef("pk"), user__in=users, removed_at=None).order_by()
    return Q(owner__in=users) | Q(Exists(invited))


def _members(token: FeedToken) -> list[int]:
    """The team's members, as long as the owner of the link is one of them."""
    keys = list(token.team.members.values_list("pk", flat=True)) if token.team else []
    return keys if token.owner_id in keys else []


def holds_of(token: FeedToken, on: date) -> QuerySet[OfferedTime]:
    """Times the owner of a personal link offered and nobody took yet."""
    owner, shown = token.owner, window(on)
    if token.scope != FeedScope.PERSONAL or not can(owner, Act.VIEW, MeetingRequest):
        return OfferedTime.objects.none()
    waiting = OfferedTime.objects.filter(
        state=OfferState.OFFERED, ends_at__gte=shown.today, starts_at__lt=shown.ends_at
    )
    # What `visible_to` asks of a request, for one's own that led to no meeting yet: half the time of asking it all.
    mine = Q(request__owner=owner, request__state=RequestState.OFFERED, request__meeting=None)
    return waiting.filter(mine, seen_through(Person, owner, "request__person"))


def version_key(token: FeedToken, on: date) -> str:
    """Says whether a link shows what it showed before, in two cheap queries.

    More meetings than a feed shows are all counted, so such a link is built again each time: right, only slower.
    """
    holds = holds_of(token, on).values_list("pk", "request__version")
    return key_of(token, on, tallied(meetings_of(token, on)), tally(holds))


def key_of(token: FeedToken, on: date, meetings: Tally, holds: Tally) -> str:
    """One short text for every meeting and every hold by its version, and for all else an answer is made of."""
    name = token.team.name if token.team else ""
    whole = [token.scope, token.purpose, name, on.isoformat(), made_for(), meetings, holds]
    return hashlib.sha256(repr(whole).encode()).hexdigest()


def tallied(meetings: QuerySet[Meeting]) -> Tally:
    """`rules.tally` of these, counted where they lie: two thousand pairs of numbers take longer to fetch."""
    mixed = (F("pk") * SPREAD + F("version")) % PRIME
    found = meetings.order_by().aggregate(number=Count("pk"), total=Sum(mixed * mixed % PRIME))
    return found["number"], int(found["total"] or 0)


def kept_parts(token: FeedToken, on: date) -> list[tuple[int, int, Part | None]]:
    """Key, version and kept entry of every meeting of a link; None where the entry is missing or stale.

    One query, the last made first: by time it would walk through the meetings of everybody. With too many the oldest
    are left out.
    """
    detail, current = detail_of(token), made_for()
    kept = FilteredRelation("rendered_events", condition=Q(rendered_events__detail=detail))
    rows = meetings_of(token, on).annotate(part=kept).order_by("-pk")
    columns = ("pk", "version", "part__version", "part__made_for", "part__zone", "part__body")
    return [
        (pk, version, Part(body, zone) if version == kept_version and made == current else None)
        for pk, version, kept_version, made, zone, body in rows.values_list(*columns)[:MAX_EVENTS]
    ]


def to_render(keys: Iterable[int]) -> QuerySet[Meeting]:
    """Meetings with what their entries name."""
    return Meeting.objects.filter(pk__in=list(keys)).select_related("venue")


def hold_rows(token: FeedToken, on: date) -> QuerySet[OfferedTime]:
    """The holds with what their entries name."""
    return holds_of(token, on).select_related("request__ask", "request__person").order_by("pk")


def busy_times(token: FeedToken, on: date) -> tuple[datetime, list[Period], list[Period]]:
    """The last change, and the times taken and held, joined where they touch."""
    taken = meetings_of(token, on).exclude(state=MeetingState.CANCELLED).filter(ends_at__gte=window(on).today)
    held = holds_of(token, on)
    changes = [
        meetings_of(token, on).order_by().aggregate(last=Max("updated_at"))["last"],
        held.order_by().aggregate(last=Max("request__updated_at"))["last"],
    ]
    last = max([token.created_at, *(each for each in changes if each is not None)])
    return last, *(_joined(rows.order_by("starts_at").values_list("starts_at", "ends_at")) for rows in (taken, held))


def _joined(periods: Iterable[Period]) -> list[Period]:
    joined: list[Period] = []
    for starts_at, ends_at in periods:
        if joined and starts_at <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], ends_at))
        else:
            joined.append((starts_at, ends_at))
    return joined


def is_busy_link(token: FeedToken) -> bool:
    return bool(token.purpose == FeedPurpose.BUSY)
