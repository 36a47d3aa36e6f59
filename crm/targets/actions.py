"""Whip boards: who is on one, how many votes we need, and where everybody stands."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from crm.access.models import User
from crm.activity.actions import say
from crm.activity.models import ActivityEntry
from crm.base.errors import StaleVersionError
from crm.base.locking import save_version
from crm.base.rows import lock_owner
from crm.base.text import one_line
from crm.changes.actions import record_change, record_created, record_deleted
from crm.changes.rules import snapshot
from crm.issues.actions import record_stance
from crm.issues.enums import Confidence, Position
from crm.issues.models import Ask, Stance
from crm.issues.queries import latest_stance
from crm.people.models import Membership, Organization, Person, Post
from crm.targets.errors import OlderPositionError, QuotaExistsError
from crm.targets.models import Quota, Target, TargetList
from crm.targets.rules import UNKNOWN


@transaction.atomic
def create_target_list(
    *, name: str, ask: Ask, by: User | None, at: datetime, organization: Organization | None = None
) -> TargetList:
    """A whip board for one ask, perhaps of one body; it starts empty. A second call makes a second board."""
    board = TargetList.objects.create(
        name=one_line(name, limit=150), ask=ask, organization=organization, created_at=at, updated_at=at
    )
    entry = say("target_list.created", board, ask, ask.campaign, organization, by=by, at=at)
    record_created(entry, board)
    return board


@transaction.atomic
def edit_target_list(
    board: TargetList,
    *,
    version: int,
    name: str,
    organization: Organization | None,
    is_open: bool,
    by: User | None,
    at: datetime,
) -> TargetList:
    """Another name or body, or closed. A second call with the same version raises StaleVersionError."""
    before = snapshot(board)
    values = {"name": one_line(name, limit=150), "organization": organization, "is_open": is_open}
    save_version(board, version=version, at=at, **values)
    entry = say("target_list.edited", board, board.ask, by=by, at=at)
    record_change(entry, board, before=before, after=snapshot(board))
    return board


@transaction.atomic
def set_quota(
    board: TargetList, *, milestone: str, needed: int, by: User | None, at: datetime, due_on: date | None = None
) -> Quota:
    """How many votes we need before a milestone. The second call with a milestone raises QuotaExistsError."""
    words = one_line(milestone, limit=100)
    try:
        with transaction.atomic():
            quota = Quota.objects.create(target_list=board, milestone=words, needed=needed, due_on=due_on)
    except IntegrityError as error:
        raise QuotaExistsError from error
    entry = say("quota.set", board, board.ask, by=by, at=at, data={"needed": needed})
    record_created(entry, quota)
    return quota


@transaction.atomic
def remove_quota(quota: Quota, *, by: User | None, at: datetime) -> None:
    """The milestone is gone or was wrong. The second call changes nothing."""
    current = Quota.objects.select_for_update().filter(pk=quota.pk).first()
    if current is None:
        return
    entry = say("quota.removed", current.target_list, by=by, at=at, data={"needed": current.needed})
    record_deleted(entry, current)
    current.delete()


@dataclass
class Added:
    """Who came onto a board for the first time, and who came back."""

    new: list[Target] = field(default_factory=list)
    back: list[Target] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.new) + len(self.back)


@transaction.atomic
def add_targets(
    board: TargetList,
    people: Iterable[tuple[Person, Post | None]],
    *,
    by: User | None,
    at: datetime,
    entry: ActivityEntry | None = None,
) -> Added:
    """Put people on a board, each in the seat that makes the vote count. Who left comes back.

    The second call with the same people changes nothing, and leaves no entry.
    """
    lock_owner(board)
    there = {target.person_id: target for target in board.targets.select_related("person")}
    wanted = {person.pk: (person, post) for person, post in people}
    missing = [pk for pk in wanted if pk not in there]
    gone = [there[pk] for pk in wanted if pk in there and there[pk].left_at]
    if not missing and not gone:
        return Added()
    names = [wanted[pk][0] for pk in missing] + [target.person for target in gone]
    own = say("targets.added", board, board.ask, *names, by=by, at=at, entry=entry, data={"count": len(names)})
    return Added([_add(board, *wanted[pk], at=at, entry=own) for pk in missing], [_back(row, at, own) for row in gone])


def _add(board: TargetList, person: Person, post: Post | None, *, at: datetime, entry: ActivityEntry) -> Target:
    target = Target.objects.create(target_list=board, person=person, post=post, created_at=at, updated_at=at)
    record_created(entry, target)
    return target


def _back(target: Target, at: datetime, entry: ActivityEntry) -> Target:
    return _save(target, entry, version=target.version, at=at, left_at=None)


def _save(target: Target, entry: ActivityEntry, *, version: int, at: datetime, **values: Any) -> Target:
    before = snapshot(target)
    save_version(target, version=version, at=at, **values)
    record_change(entry, target, before=before, after=snapshot(target))
    return target


@transaction.atomic
def add_members(board: TargetList, *, body: Organization, on: date, by: User | None, at: datetime) -> Added:
    """Everybody who sits in a body on a day, as far as `by` may see them. The second call adds only the new."""
    seen = Person.objects.visible_to(by) if by else Person.objects.filter(merged_into=None)
    held = Membership.objects.current_on(on).filter(organization=body, person__in=seen.order_by().values("pk"))
    seats = held.select_related("person", "post").order_by("post_id", "id")
    return add_targets(board, [(seat.person, seat.post) for seat in seats if seat.person], by=by, at=at)


@transaction.atomic
def edit_target(
    target: Target,
    *,
    version: int,
    wanted: Position,
    is_champion: bool,
    assigned_to: User | None,
    note: str,
    by: User | None,
    at: datetime,
) -> Target:
    """What we want of a target and who sees to it. A second call with the same version raises StaleVersionError."""
    entry = say("target.edited", target, target.person, target.target_list, by=by, at=at)
    values = {"wanted": Position(wanted), "is_champion": is_champion, "assigned_to": assigned_to}
    return _save(target, entry, version=version, at=at, note=one_line(note, limit=300), **values)


@transaction.atomic
def remove_target(target: Target, *, by: User | None, at: datetime, entry: ActivityEntry | None = None) -> Target:
    """No longer a target; the row and its history stay. The second call changes nothing."""
    current = Target.objects.select_for_update(of=("self",)).select_related("person", "target_list").get(pk=target.pk)
    if current.left_at:
        return current
    own = say("target.left", current, current.person, current.target_list, by=by, at=at, entry=entry)
    return _save(current, own, version=current.version, at=at, left_at=at)


@transaction.atomic
def return_target(target: Target, *, by: User | None, at: datetime) -> Target:
    """A target again. The second call changes nothing."""
    current = Target.objects.select_for_update(of=("self",)).select_related("person", "target_list").get(pk=target.pk)
    if current.left_at is None:
        return current
    own = say("target.returned", current, current.person, current.target_list, by=by, at=at)
    return _back(current, at, own)


@transaction.atomic
def move_target(
    target: Target,
    *,
    was: str,
    position: Position,
    observed_on: date,
    source: str,
    by: User | None,
    at: datetime,
    evidence: str = "",
    confidence: Confidence = Confidence.LIKELY,
) -> Stance:
    """Another position for a target: a stance with its evidence. `was` is the position the mover saw.

    Raises StaleVersionError with the stance that holds when it is another one by now, so a second call raises
    too; OlderPositionError when the day is before the one that holds.
    """
    lock_owner(target.person)
    ask = target.target_list.ask
    now = latest_stance(target.person, ask)
    if (now.position if now else UNKNOWN) != was:
        raise StaleVersionError(now or Stance(person=target.person, ask=ask, position=UNKNOWN))
    if now and observed_on < now.observed_on:
        raise OlderPositionError
    entry = say(
        "target.moved", target, target.person, target.target_list, ask, by=by, at=at, data={"position": str(position)}
    )
    return record_stance(
        target.person, ask=ask, position=position, observed_on=observed_on, source=source, evidence=evidence,
        confidence=confidence, by=by, at=at, entry=entry,
    )  # fmt: skip


@transaction.atomic
def repoint_target(
    target: Target,
    person: Person,
    *,
    by: User | None,
    at: datetime,
    post: Post | None = None,
    entry: ActivityEntry | None = None,
) -> Target:
    """Somebody else holds the seat: `target` leaves the board, `person` is on it in the same seat.

    What we want and who sees to it go along; the note, the champion's flag and the stances stay with the old
    holder. Gives the target of the new holder. The second call changes nothing and gives the same one.
    """
    board = target.target_list
    lock_owner(board)
    current = Target.objects.select_related("person").get(pk=target.pk)
    there = Target.objects.select_related("person").filter(target_list=board, person=person).first()
    if current.person_id == person.pk:
        return current
    if there and there.left_at is None and current.left_at:
        return there
    own = say("target.repointed", current, current.person, person, board, by=by, at=at, entry=entry)
    remove_target(current, by=by, at=at, entry=own)
    if there is None:
        there = _add(board, person, post or current.post, at=at, entry=own)
    values = {"wanted": current.wanted, "assigned_to": current.assigned_to, "post": post or current.post}
    return _save(there, own, version=there.version, at=at, left_at=None, **values)
