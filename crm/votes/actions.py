"""Votes in a body, and the scorecards made of them."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from crm.access.models import User
from crm.activity.actions import say
from crm.activity.models import ActivityEntry
from crm.base.locking import save_version
from crm.base.rows import clean_values, lock_owner
from crm.base.text import clean_text, one_line
from crm.changes.actions import record_change, record_created, record_deleted
from crm.changes.rules import snapshot
from crm.issues.models import Ask
from crm.people.models import Organization, Person
from crm.votes.enums import VoteOption
from crm.votes.errors import AlreadyRatedError, VoteExistsError
from crm.votes.models import Scorecard, ScorecardItem, Vote, VoteEvent


@transaction.atomic
def create_vote_event(
    *,
    identifier: str,
    motion: str,
    organization: Organization,
    start_date: date,
    by: User | None,
    at: datetime,
    bill: str = "",
    ask: Ask | None = None,
    result: str = "",
    source: str = "",
    source_url: str = "",
    entry: ActivityEntry | None = None,
) -> VoteEvent:
    """A vote of a body, without how anybody voted. The second one with its number raises VoteExistsError."""
    words = clean_values({"identifier": identifier, "motion": motion, "bill": bill, "source": source})
    try:
        with transaction.atomic():
            event = VoteEvent.objects.create(
                **words,
                organization=organization,
                start_date=start_date,
                ask=ask,
                result=result,
                source_url=source_url,
                created_at=at,
                updated_at=at,
            )
    except IntegrityError as error:
        raise VoteExistsError from error
    own = say("vote_event.created", event, organization, ask, by=by, at=at, entry=entry)
    record_created(own, event)
    return event


@transaction.atomic
def edit_vote_event(event: VoteEvent, *, version: int, by: User | None, at: datetime, **values: Any) -> VoteEvent:
    """Other words, day, result or ask. A second call with the same version raises StaleVersionError.

    Raises VoteExistsError for a number the body has already.
    """
    before = snapshot(event)
    try:
        with transaction.atomic():
            save_version(event, version=version, at=at, **clean_values(values))
    except IntegrityError as error:
        raise VoteExistsError from error
    entry = say("vote_event.edited", event, event.organization, event.ask, by=by, at=at)
    record_change(entry, event, before=before, after=snapshot(event))
    return event


@transaction.atomic
def record_votes(
    event: VoteEvent,
    options: Iterable[tuple[Person, str]],
    *,
    by: User | None,
    at: datetime,
    version: int | None = None,
    entry: ActivityEntry | None = None,
) -> int:
    """How people voted: (person, option), an empty option takes a vote back. Gives how many votes changed.

    Nobody who is not named changes. The second call with the same options changes nothing and leaves no entry;
    with a `version` that is not the event's any more it raises StaleVersionError.
    """
    lock_owner(event)
    if version is not None:
        save_version(event, version=version, at=at)
    known = {vote.person_id: vote for vote in event.votes.all()}
    wanted = {person.pk: (person, option) for person, option in options}
    changed = [
        (person, option, known.get(pk))
        for pk, (person, option) in wanted.items()
        if option != (known[pk].option if pk in known else "")
    ]
    if not changed:
        return 0
    people = [person for person, _option, _vote in changed]
    own = say("votes.recorded", event, *people, by=by, at=at, entry=entry, data={"count": len(changed)})
    for person, option, vote in changed:
        _cast(event, person, option, vote, own)
    return len(changed)


def _cast(event: VoteEvent, person: Person, option: str, vote: Vote | None, entry: ActivityEntry) -> None:
    if vote is None:
        record_created(entry, Vote.objects.create(vote_event=event, person=person, option=VoteOption(option)))
    elif not option:
        record_deleted(entry, vote)
        vote.delete()
    else:
        record_change(entry, vote, before={"option": vote.option}, after={"option": str(VoteOption(option))})
        Vote.objects.filter(pk=vote.pk).update(option=VoteOption(option))


@transaction.atomic
def create_scorecard(*, title: str, by: User | None, at: datetime, description: str = "") -> Scorecard:
    """A scorecard without votes. A second call makes a second one."""
    card = Scorecard.objects.create(
        title=one_line(title, limit=150), description=clean_text(description), created_at=at, updated_at=at
    )
    record_created(say("scorecard.created", card, by=by, at=at), card)
    return card


@transaction.atomic
def edit_scorecard(
    card: Scorecard, *, version: int, title: str, description: str, by: User | None, at: datetime
) -> Scorecard:
    """Other words. A second call with the same version raises StaleVersionError."""
    before = snapshot(card)
    save_version(card, version=version, at=at, title=one_line(title, limit=150), description=clean_text(description))
    entry = say("scorecard.edited", card, by=by, at=at)
    record_change(entry, card, before=before, after=snapshot(card))
    return card


@transaction.atomic
def rate_vote(
    card: Scorecard, vote_event: VoteEvent, *, wanted: VoteOption, weight: int, by: User | None, at: datetime
) -> ScorecardItem:
    """Which way was right, and how much it counts; every score follows. A second call raises AlreadyRatedError."""
    try:
        with transaction.atomic():
            item = ScorecardItem.objects.create(
                scorecard=card, vote_event=vote_event, wanted=VoteOption(wanted), weight=weight
            )
    except IntegrityError as error:
        raise AlreadyRatedError from error
    entry = say("vote.rated", card, vote_event, by=by, at=at, data={"wanted": str(wanted), "weight": weight})
    record_created(entry, item)
    return item


@transaction.atomic
def unrate_vote(item: ScorecardItem, *, by: User | None, at: datetime) -> None:
    """The vote counts no longer. The second call changes nothing."""
    current = ScorecardItem.objects.select_for_update(of=("self",)).filter(pk=item.pk).first()
    if current is None:
        return
    entry = say("vote.unrated", current.scorecard, current.vote_event, by=by, at=at)
    record_deleted(entry, current)
    current.delete()
