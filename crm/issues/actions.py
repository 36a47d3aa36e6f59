from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction

from crm.access.models import User
from crm.activity.actions import say
from crm.activity.models import ActivityEntry
from crm.base.locking import save_version
from crm.base.text import clean_text, one_line
from crm.campaigns.models import Campaign
from crm.changes.actions import record_change, record_created, record_deleted
from crm.changes.rules import snapshot
from crm.issues.enums import Confidence, Position
from crm.issues.errors import IssueLoopError
from crm.issues.models import Ask, Issue, Stance
from crm.issues.rules import would_loop
from crm.people.models import Person


@transaction.atomic
def create_issue(*, name: str, slug: str, by: User | None, at: datetime, parent: Issue | None = None) -> Issue:
    """A node of the issue tree. A second call with the same slug raises IntegrityError."""
    issue = Issue.objects.create(name=one_line(name, limit=150), slug=slug, parent=parent, created_at=at, updated_at=at)
    entry = say("issue.created", issue, parent, by=by, at=at)
    record_created(entry, issue)
    return issue


@transaction.atomic
def edit_issue(issue: Issue, *, version: int, name: str, parent: Issue | None, by: User | None, at: datetime) -> Issue:
    """Rename an issue or move it with everything below it; its short name stays.

    A second call with the same version raises StaleVersionError. Raises IssueLoopError when the new place is
    the issue itself or below it, however many move issues at the same time: the whole tree is locked.
    """
    parents = dict(Issue.objects.select_for_update().order_by("pk").values_list("pk", "parent_id"))
    if would_loop(issue.pk, parent.pk if parent else None, parents):
        raise IssueLoopError
    before, was_under = snapshot(issue), issue.parent
    save_version(issue, version=version, at=at, name=one_line(name, limit=150), parent=parent)
    entry = say("issue.edited", issue, was_under, parent, by=by, at=at)
    record_change(entry, issue, before=before, after=snapshot(issue))
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
    entry = say("ask.created", ask, issue, campaign, by=by, at=at)
    record_created(entry, ask)
    return ask


@transaction.atomic
def edit_ask(
    ask: Ask,
    *,
    version: int,
    title: str,
    detail: str,
    bill: str,
    issue: Issue,
    campaign: Campaign | None,
    by: User | None,
    at: datetime,
) -> Ask:
    """Change the words, the issue or the campaign. A second call with the same version raises StaleVersionError."""
    words = {"title": one_line(title, limit=250), "detail": clean_text(detail), "bill": one_line(bill, limit=120)}
    return _change_ask(ask, "ask.edited", version=version, by=by, at=at, issue=issue, campaign=campaign, **words)


def close_ask(ask: Ask, *, version: int, by: User | None, at: datetime) -> Ask:
    """Stop pursuing an ask; its history stays. A second call with the same version raises StaleVersionError."""
    return _change_ask(ask, "ask.closed", version=version, by=by, at=at, is_open=False)


def reopen_ask(ask: Ask, *, version: int, by: User | None, at: datetime) -> Ask:
    """Pursue a closed ask again. A second call with the same version raises StaleVersionError."""
    return _change_ask(ask, "ask.reopened", version=version, by=by, at=at, is_open=True)


@transaction.atomic
def _change_ask(ask: Ask, verb: str, *, version: int, by: User | None, at: datetime, **values: Any) -> Ask:
    before, filed = snapshot(ask), (ask.issue, ask.campaign)
    save_version(ask, version=version, at=at, **values)
    entry = say(verb, ask, *filed, ask.issue, ask.campaign, by=by, at=at)
    record_change(entry, ask, before=before, after=snapshot(ask))
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
    confidence: Confidence = Confidence.LIKELY,
    entry: ActivityEntry | None = None,
) -> Stance:
    """Where somebody stands from a day on. A second call adds a second row; an older one is never overwritten.

    With `entry` this is part of that step and leaves no entry of its own.
    """
    stance = Stance.objects.create(
        person=person,
        ask=ask,
        position=Position(position),
        confidence=Confidence(confidence),
        evidence=one_line(evidence, limit=500),
        source=one_line(source, limit=200),
        source_url=source_url,
        sourced_on=observed_on,
        observed_on=observed_on,
        recorded_at=at,
        recorded_by=by,
    )
    if entry is None:
        data = {"position": stance.position}
        entry = say("stance.recorded", stance, person, ask, ask.campaign, by=by, at=at, data=data)
    else:
        say("stance.recorded", stance, by=by, at=at, entry=entry)
    record_created(entry, stance)
    return stance


@transaction.atomic
def record_stances(
    positions: Iterable[tuple[Person, Position, str]],
    *,
    ask: Ask,
    observed_on: date,
    by: User | None,
    at: datetime,
    source: str = "",
    source_url: str = "",
    confidence: Confidence = Confidence.LIKELY,
) -> list[Stance]:
    """What several people said at one hearing: (person, position, evidence) each, under one entry of the ask.

    A second call adds second rows, as `record_stance` does. Nothing is written for an empty list.
    """
    rows = list(positions)
    if not rows:
        return []
    entry = say("stance.recorded_together", ask, ask.campaign, *(row[0] for row in rows), by=by, at=at)
    return [
        record_stance(
            person, ask=ask, position=position, evidence=evidence, observed_on=observed_on, source=source,
            source_url=source_url, confidence=confidence, by=by, at=at, entry=entry,
        )
        for person, position, evidence in rows
    ]  # fmt: skip


@transaction.atomic
def take_back_stance(stance: Stance, *, by: User | None, at: datetime) -> ActivityEntry | None:
    """It was recorded by mistake: the one before holds again. Undoing the entry puts it back.

    The second call changes nothing and gives None.
    """
    current = (
        Stance.objects.select_for_update(of=("self",)).filter(pk=stance.pk).select_related("person", "ask").first()
    )
    if current is None:
        return None
    data = {"position": current.position}
    entry = say("stance.taken_back", current, current.person, current.ask, by=by, at=at, data=data)
    record_deleted(entry, current)
    current.delete()
    return entry
