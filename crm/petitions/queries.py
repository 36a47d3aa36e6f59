"""Counts of confirmed signatures. What the public sees comes from the stored counters, never from COUNT(*)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypedDict

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncWeek
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access.models import User
from crm.access.rules import visible_rows
from crm.people.models import Membership
from crm.people.queries import SEAT_BODIES
from crm.petitions.enums import PetitionState
from crm.petitions.models import Petition, PetitionAreaCount, Signature
from crm.places.models import Area
from crm.places.queries import areas_for_postcode

SMALLEST_PUBLISHED = 5
TREND_WEEKS = 12
RECENT = timedelta(days=30)


def petitions_filed(issue_ids: list[int], user: User) -> QuerySet[Petition]:
    """Petitions for an ask under any of these issues."""
    found: QuerySet[Petition] = visible_rows(Petition, user).filter(ask__issue__in=issue_ids)
    return found.order_by("title", "id")


def petitions_by_issue(user: User) -> dict[int, int]:
    """How many petitions are for an ask under each issue."""
    rows = visible_rows(Petition, user).filter(ask__isnull=False).order_by()
    return dict(rows.values_list("ask__issue").annotate(Count("pk")))


@dataclass(frozen=True)
class DistrictRow:
    """One line of a breakdown. `area` is None for what no district is known of, or may not be named."""

    area: Area | None
    name: str
    count: int
    url: str = ""


class PetitionShare(TypedDict):
    public_id: str
    title: str
    count: int


class AreaSignatures(TypedDict):
    """`trend` holds (first day of the ISO week, confirmed in it), oldest first, twelve weeks."""

    count: int
    last_30_days: int
    trend: list[tuple[str, int]]
    petitions: list[PetitionShare]


@dataclass(frozen=True)
class Mismatch:
    """A counter that is not what its rows say; `area` is None for the unknown district, absent for the total."""

    petition: str
    counter: str
    stored: int
    counted: int


def open_petitions() -> QuerySet[Petition]:
    """Petitions that take signatures, with campaign and ask."""
    return Petition.objects.filter(state=PetitionState.OPEN).select_related("campaign", "ask")


def area_for(postcode: str) -> Area | None:
    """The district of a postcode; of one split inside a state, the state; else None: nobody guesses."""
    found = [row.area for row in areas_for_postcode(postcode)]
    if len(found) == 1:
        return found[0]
    parents = {area.parent_id for area in found}
    return found[0].parent if len(parents) == 1 else None


def district_breakdown(petition: Petition) -> list[DistrictRow]:
    """Confirmed signatures by district, the most first; sums to the petition's count. One query."""
    rows = petition.area_counts.filter(signature_count__gt=0).select_related("area")
    return [DistrictRow(row.area, _name_of(row.area), row.signature_count) for row in rows]


def published_breakdown(petition: Petition) -> list[DistrictRow]:
    """The breakdown for the public: districts with fewer than five signatures and the unknown ones are one line."""
    rows = district_breakdown(petition)
    named = [row for row in rows if row.area is not None and row.count >= SMALLEST_PUBLISHED]
    rest = sum(row.count for row in rows) - sum(row.count for row in named)
    name = _("Other districts, and district not known")
    return [*named, DistrictRow(None, name, rest)] if rest else named


def verified_in_area(area: Area, at: datetime) -> AreaSignatures:
    """Confirmed signatures of an area up to a moment; a state counts its districts too. Two queries."""
    rows = Signature.objects.validated().filter(Q(area=area) | Q(area__parent=area), validated_at__lte=at)
    shares = _shares(rows, at)
    return {
        "count": sum(share["total"] for share in shares),
        "last_30_days": sum(share["recent"] for share in shares),
        "trend": _trend(rows, at),
        "petitions": [
            {"public_id": share["petition__public_id"], "title": share["petition__title"], "count": share["total"]}
            for share in shares
        ],
    }


def count_mismatches() -> list[Mismatch]:
    """Every counter that differs from its rows. Reads all confirmed signatures: for the nightly check only."""
    counted = _counted_by_area()
    stored = {
        (row.petition_id, row.area_id): row.signature_count
        for row in PetitionAreaCount.objects.order_by("petition_id", "area_id")
    }
    names = {row.pk: row.public_id for row in Petition.objects.all()}
    found = [
        Mismatch(names[key[0]], f"area {key[1] or 'unknown'}", stored.get(key, 0), counted.get(key, 0))
        for key in sorted(stored.keys() | counted.keys(), key=lambda key: (key[0], key[1] or 0))
        if stored.get(key, 0) != counted.get(key, 0)
    ]
    for petition in Petition.objects.order_by("pk"):
        total = sum(number for (owner, _area), number in counted.items() if owner == petition.pk)
        if total != petition.signature_count:
            found.append(Mismatch(petition.public_id, "total", petition.signature_count, total))
    return found


def _counted_by_area() -> dict[tuple[int, int | None], int]:
    rows = Signature.objects.validated().order_by().values_list("petition_id", "area_id").annotate(n=Count("pk"))
    return {(petition, area): number for petition, area, number in rows}


def _name_of(area: Area | None) -> str:
    return area.name if area else _("District not known")


def _shares(rows: QuerySet[Signature], at: datetime) -> list[dict[str, Any]]:
    recent = Count("pk", filter=Q(validated_at__gt=at - RECENT))
    grouped = rows.order_by().values("petition__public_id", "petition__title")
    counted = grouped.annotate(total=Count("pk"), recent=recent).order_by("-total", "petition__title")
    return [dict(share) for share in counted]


def _trend(rows: QuerySet[Signature], at: datetime) -> list[tuple[str, int]]:
    zone = timezone.get_default_timezone()
    today = at.astimezone(zone).date()
    last = today - timedelta(days=today.weekday())
    weeks = [last - timedelta(weeks=back) for back in range(TREND_WEEKS - 1, -1, -1)]
    since = datetime(weeks[0].year, weeks[0].month, weeks[0].day, tzinfo=UTC) - timedelta(days=1)
    dated = rows.filter(validated_at__gte=since).order_by()
    grouped = dated.annotate(week=TruncWeek("validated_at", tzinfo=zone)).values_list("week").annotate(n=Count("pk"))
    counted: dict[date, int] = {week.astimezone(zone).date(): number for week, number in grouped}
    return [(week.isoformat(), counted.get(week, 0)) for week in weeks]


def signed_in_district(args: Mapping[str, Any], *, user: User, on: date) -> QuerySet[Any]:
    """Keys of people seated for an area with so many confirmed signatures, of one petition or of all together.

    A petition's mailbox hashes cannot be matched to anybody here, on purpose: so it is the district that counts.
    """
    petitions = visible_rows(Petition, user)
    wanted = [args["petition"].pk] if args.get("petition") else petitions.order_by().values("pk")
    counted = PetitionAreaCount.objects.filter(petition__in=wanted, area__isnull=False).order_by()
    areas = counted.values("area").annotate(total=Sum("signature_count")).filter(total__gte=args["count"])
    keys = areas.values("area")
    seats = Membership.objects.current_on(on).filter(organization__classification__in=SEAT_BODIES)
    return seats.filter(Q(area__in=keys) | Q(area=None, post__area__in=keys)).order_by().values("person")
