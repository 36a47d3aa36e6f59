from datetime import date, datetime

from django.db import transaction

from crm.access.models import User
from crm.activity.actions import record
from crm.base.locking import save_version
from crm.base.text import clean_text, one_line
from crm.campaigns.models import Campaign


@transaction.atomic
def create_campaign(
    *,
    title: str,
    slug: str,
    by: User | None,
    at: datetime,
    goal: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Campaign:
    """A new umbrella. A second call with the same slug raises IntegrityError."""
    campaign = Campaign.objects.create(
        title=one_line(title, limit=200),
        slug=slug,
        goal=clean_text(goal),
        starts_on=starts_on,
        ends_on=ends_on,
        created_at=at,
        updated_at=at,
    )
    record("campaign.created", campaign, by=by, at=at)
    return campaign


@transaction.atomic
def edit_campaign(
    campaign: Campaign,
    *,
    version: int,
    title: str,
    goal: str,
    starts_on: date | None,
    ends_on: date | None,
    by: User | None,
    at: datetime,
) -> Campaign:
    """Change the words and dates. A second call with the same version raises StaleVersionError."""
    values = {"title": one_line(title, limit=200), "goal": clean_text(goal), "starts_on": starts_on, "ends_on": ends_on}
    save_version(campaign, version=version, at=at, **values)
    record("campaign.edited", campaign, by=by, at=at)
    return campaign
