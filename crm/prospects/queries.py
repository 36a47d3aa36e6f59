from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, QuerySet

from crm.access.models import User
from crm.campaigns.models import Campaign
from crm.people.models import Organization, Person
from crm.prospects.enums import Stage
from crm.prospects.models import Prospect
from crm.prospects.rules import DONE

SHOWN_PER_STAGE = 100


@dataclass(frozen=True)
class StageColumn:
    """One stage of a campaign's pipeline: `total` prospects, the most urgent of them shown."""

    stage: Stage
    total: int
    prospects: list[Prospect]

    @property
    def more(self) -> int:
        return self.total - len(self.prospects)


def _with_who(prospects: QuerySet[Prospect]) -> QuerySet[Prospect]:
    ordered = prospects.order_by(F("next_step_on").asc(nulls_last=True), "id")
    return ordered.select_related("person", "organization", "assigned_to", "campaign")


def pipeline(campaign: Campaign, user: User) -> list[StageColumn]:
    """The prospects of a campaign by stage, as far as this user may see them, the next step first.

    At most a hundred per stage, so that a long list stays a page. Seven queries, however many there are.
    """
    rows: QuerySet[Prospect] = Prospect.objects.visible_to(user).filter(campaign=campaign)
    totals = dict(rows.order_by().values_list("stage").annotate(Count("pk")))
    return [
        StageColumn(stage, totals.get(stage.value, 0), list(_with_who(rows.filter(stage=stage))[:SHOWN_PER_STAGE]))
        for stage in Stage
    ]


def due_steps(user: User, on: date) -> QuerySet[Prospect]:
    """The prospects of this user whose next step is due on a day or earlier."""
    mine = Prospect.objects.visible_to(user).filter(assigned_to=user, next_step_on__lte=on)
    return _with_who(mine.exclude(stage__in=DONE))


def prospects_of(who: Person | Organization, user: User) -> QuerySet[Prospect]:
    """For which campaigns somebody is a prospect, as far as this user may see it."""
    owner = {"person": who} if isinstance(who, Person) else {"organization": who}
    return _with_who(Prospect.objects.visible_to(user).filter(**owner))


def campaigns_with_prospects(user: User) -> list[tuple[Campaign, int]]:
    """Every campaign with how many prospects of it this user may see. Two queries."""
    counts: dict[int, int] = defaultdict(int)
    rows = Prospect.objects.visible_to(user).order_by().values_list("campaign").annotate(Count("pk"))
    counts.update(rows)
    return [(campaign, counts[campaign.pk]) for campaign in Campaign.objects.order_by("title", "id")]


def at_stage(args: Mapping[str, Any], *, user: User, on: date) -> QuerySet[Any]:
    """Keys of the people who are prospects at one of these stages, of one campaign or of all."""
    rows: QuerySet[Any] = Prospect.objects.visible_to(user).filter(stage__in=args["stages"], person__isnull=False)
    return (rows.filter(campaign=args["campaign"]) if args.get("campaign") else rows).order_by().values("person")
