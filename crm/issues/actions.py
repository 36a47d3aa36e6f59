from datetime import date, datetime

from django.db import transaction

from crm.access.models import User
from crm.activity.actions import link, record
from crm.activity.models import ActivityEntry
from crm.base.locking import save_version
from crm.base.text import clean_text, one_line
from crm.campaigns.models import Campaign
from crm.issues.enums import Position
from crm.issues.models import Ask, Issue, Stance
from crm.people.models import Person


@transaction.atomic
def create_issue(*, name: str, slug: str, by: User | None, at: datetime, parent: Issue | None = None) -> Issue:
    """A node of the issue tree. A second call with the same slug raises IntegrityError."""
    issue = Issue.objects.create(name=one_line(name, limit=150), slug=slug, parent=parent)
    record("issue.created", issue, by=by, at=at, about=[parent])
    return issue


@transaction.atomic
def create_ask(
    *,
    title: str,
    issue: Issue,
    by: User | None,
    at: datetime,
    detail: str = "",
    bill: str = "",
    campaign: Campaign | None = None,
) -> Ask:
    """Something we want of somebody. A second call makes a second ask."""
    ask = Ask.objects.create(
        title=one_line(title, limit=250),
        detail=clean_text(detail),
        bill=one_line(bill, limit=120),
        issue=issue,
        campaign=campaign,
        created_at=at,
        updated_at=at,
    )
    record("ask.created", ask, by=by, at=at, about=[issue, campaign])
    return ask


@transaction.atomic
def edit_ask(ask: Ask, *, version: int, title: str, detail: str, bill: str, by: User | None, at: datetime) -> Ask:
    """Change the words. A second call with the same version raises StaleVersionError."""
    values = {"title": one_line(title, limit=250), "detail": clean_text(detail), "bill": one_line(bill, limit=120)}
    save_version(ask, version=version, at=at, **values)
    record("ask.edited", ask, by=by, at=at, about=[ask.campaign])
    return ask


@transaction.atomic
def close_ask(ask: Ask, *, version: int, by: User | None, at: datetime) -> Ask:
    """Stop pursuing an ask; its history stays. A second call with the same version raises StaleVersionError."""
    save_version(ask, version=version, at=at, is_open=False)
    record("ask.closed", ask, by=by, at=at, about=[ask.campaign])
    return ask


@transaction.atomic
def record_stance(
    person: Person,
    *,
    ask: Ask,
    position: Position,
    observed_on: date,
    by: User | None,
    at: datetime,
    evidence: str = "",
    source: str = "",
    source_url: str = "",
    entry: ActivityEntry | None = None,
) -> Stance:
    """Where somebody stands from a day on. A second call adds a second row; an older one is never overwritten.

    With `entry` this is part of that step and leaves no entry of its own.
    """
    stance = Stance.objects.create(
        person=person,
        ask=ask,
        position=Position(position),
        evidence=one_line(evidence, limit=500),
        source=one_line(source, limit=200),
        source_url=source_url,
        sourced_on=observed_on,
        observed_on=observed_on,
        recorded_at=at,
    )
    if entry is None:
        data = {"position": stance.position}
        record("stance.recorded", stance, by=by, at=at, about=[person, ask, ask.campaign], data=data)
    else:
        link(entry, stance)
    return stance
