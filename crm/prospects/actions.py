from datetime import date, datetime

from django.db import IntegrityError, transaction

from crm.access.models import User
from crm.activity.actions import say
from crm.activity.models import ActivityEntry
from crm.base.errors import StaleVersionError
from crm.base.locking import save_version
from crm.base.rows import lock_owner
from crm.base.text import clean_text
from crm.campaigns.models import Campaign
from crm.changes.actions import record_change, record_created
from crm.changes.rules import snapshot
from crm.people.models import Organization, Person
from crm.prospects.enums import Stage
from crm.prospects.errors import ProspectExistsError, StageNotAllowedError
from crm.prospects.models import Prospect
from crm.prospects.rules import can_move


@transaction.atomic
def add_prospect(
    who: Person | Organization,
    *,
    campaign: Campaign,
    by: User | None,
    at: datetime,
    alignment: str = "",
    assigned_to: User | None = None,
    next_step_on: date | None = None,
    entry: ActivityEntry | None = None,
) -> Prospect:
    """Somebody a campaign wants at its side. A second call for the same campaign raises ProspectExistsError."""
    owner = {"person": who} if isinstance(who, Person) else {"organization": who}
    lock_owner(who)
    try:
        with transaction.atomic():
            prospect = Prospect.objects.create(
                campaign=campaign,
                alignment=clean_text(alignment),
                assigned_to=assigned_to,
                next_step_on=next_step_on,
                moved_at=at,
                created_at=at,
                updated_at=at,
                **owner,
            )
    except IntegrityError as error:
        raise ProspectExistsError from error
    own = say("prospect.added", prospect, who, campaign, by=by, at=at, entry=entry)
    record_created(own, prospect)
    return prospect


@transaction.atomic
def edit_prospect(
    prospect: Prospect,
    *,
    version: int,
    alignment: str,
    assigned_to: User | None,
    next_step_on: date | None,
    by: User | None,
    at: datetime,
) -> Prospect:
    """What we share, who sees to it, by when. A second call with the same version raises StaleVersionError."""
    before = snapshot(prospect)
    values = {"alignment": clean_text(alignment), "assigned_to": assigned_to, "next_step_on": next_step_on}
    save_version(prospect, version=version, at=at, **values)
    entry = say("prospect.edited", prospect, prospect.who, prospect.campaign, by=by, at=at)
    record_change(entry, prospect, before=before, after=snapshot(prospect))
    return prospect


@transaction.atomic
def move_prospect(prospect: Prospect, *, was: str, stage: Stage, by: User | None, at: datetime) -> Prospect:
    """One step along the pipeline, or back, or declined. `was` is the stage the mover saw.

    Raises StaleVersionError when it is another one by now, so a second call raises too; StageNotAllowedError for
    a stage that is not one step away.
    """
    rows = Prospect.objects.select_for_update(of=("self",)).select_related("person", "organization", "campaign")
    current = rows.get(pk=prospect.pk)
    if current.stage != was:
        raise StaleVersionError(current)
    if not can_move(was, stage):
        raise StageNotAllowedError
    before = snapshot(current)
    save_version(current, version=current.version, at=at, stage=Stage(stage), moved_at=at)
    data = {"from": was, "to": str(stage)}
    entry = say("prospect.moved", current, current.who, current.campaign, by=by, at=at, data=data)
    record_change(entry, current, before=before, after=snapshot(current))
    return current
