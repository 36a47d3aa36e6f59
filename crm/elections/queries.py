from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q, QuerySet

from crm.access.models import User
from crm.base.dates import is_current
from crm.elections.enums import SeatChange
from crm.elections.models import RolledSeat, RollOver
from crm.elections.registry import Orphan
from crm.elections.rules import Shift, shifts
from crm.followups.enums import CommitmentState
from crm.followups.models import Commitment
from crm.followups.queries import open_tasks
from crm.imports.enums import Outcome, PreviewKind
from crm.imports.rules import Plan, Row, value_of
from crm.people.enums import Visibility
from crm.people.models import Membership, Organization, Person, Post
from crm.targets.models import Target

CHUNK = 500


def holders_on(day: date, *, body: Organization) -> dict[int, set[int]]:
    """Who holds each post of a body on a day."""
    held = Membership.objects.current_on(day).filter(post__organization=body, person__isnull=False)
    return _by_post(held.order_by().values_list("post_id", "person_id"))


def _by_post(pairs: Any) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for post, person in pairs:
        found[post].add(person)
    return dict(found)


def shifts_between(body: Organization, last_day: date, first_day: date) -> list[Shift]:
    """What happened to the seats of a body from the last day of one term to the first day of the next."""
    return shifts(holders_on(last_day, body=body), holders_on(first_day, body=body))


def seats_of(roll_over: RollOver, user: User | AnonymousUser, change: SeatChange) -> QuerySet[RolledSeat]:
    """The seats with this fate, with post and people; none of somebody this user may not see."""
    seen = Person.objects.visible_to(user).order_by().values("pk")
    rows = roll_over.seats.filter(change=change).select_related("post", "from_post", "old_holder", "new_holder")
    old, new = Q(old_holder=None) | Q(old_holder__in=seen), Q(new_holder=None) | Q(new_holder__in=seen)
    return rows.filter(old, new)


def counts_of(roll_over: RollOver) -> dict[str, int]:
    """How many seats had which fate."""
    rows = roll_over.seats.order_by().values_list("change").annotate(n=Count("pk"))
    found: dict[str, int] = dict(rows)
    return {change.value: found.get(change.value, 0) for change in SeatChange}


def successors(roll_over: RollOver) -> dict[int, int]:
    """Who sits now where each of those who lost their seat sat."""
    rows = roll_over.seats.filter(old_holder__isnull=False, new_holder__isnull=False).exclude(change=SeatChange.KEPT)
    return dict(rows.order_by().values_list("old_holder_id", "new_holder_id"))


def leavers(roll_over: RollOver) -> set[int]:
    """Those who hold no seat of the body any more."""
    gone = roll_over.seats.exclude(change=SeatChange.KEPT).filter(old_holder__isnull=False)
    stay = roll_over.seats.filter(new_holder__isnull=False).values_list("new_holder_id", flat=True)
    return set(gone.values_list("old_holder_id", flat=True)) - set(stay)


def foreseen(plan: Plan) -> Iterator[dict[str, Any]]:
    """The seats that would change hands once a plan is applied, as rows of its preview.

    Read on the day most of the new terms begin. Posts nobody here holds yet are left out: a first import is
    no change of term.
    """
    rows = [row for row in plan.rows[Membership] if row.outcome != Outcome.REFUSED and "post_id" in row.values]
    day = _first_day(rows)
    if day is None:
        return
    posts = Post.objects.select_related("organization").in_bulk(_keys(rows, "post_id"))
    # In many parliaments the old term ends on the very day the new one begins: look the day after.
    settled = day + timedelta(days=1)
    before, standing = _standing(posts, day - timedelta(days=1)), _standing(posts, settled)
    after = {post: standing.get(post, set()) for post in before}
    names: dict[int, str] = {}
    for row in rows:
        _foresee(row, settled, after, names)
    yield from _told(shifts(before, after), posts, names)


def _first_day(rows: Iterable[Row]) -> date | None:
    """The whole day on which most of the new memberships begin."""
    starts = Counter(row.values.get("start_date") for row in rows if row.outcome == Outcome.CREATED)
    days = [(count, text) for text, count in starts.items() if text and len(text) == 10]
    return date.fromisoformat(max(days)[1]) if days else None


def _keys(rows: Iterable[Row], column: str) -> set[int]:
    return {key for row in rows if (key := value_of(row.values.get(column)))}


def _standing(posts: Collection[int], day: date) -> dict[int, set[int]]:
    """Who holds these posts on a day."""
    found: dict[int, set[int]] = defaultdict(set)
    keys = sorted(posts)
    for start in range(0, len(keys), CHUNK):
        held = Membership.objects.current_on(day).filter(post__in=keys[start : start + CHUNK], person__isnull=False)
        for post, person in held.order_by().values_list("post_id", "person_id"):
            found[post].add(person)
    return dict(found)


def _foresee(row: Row, day: date, after: dict[int, set[int]], names: dict[int, str]) -> None:
    """Put one row into the picture; somebody who does not exist yet has a key below zero."""
    post, person = value_of(row.values["post_id"]), row.values.get("person_id")
    if post not in after or person is None:
        return
    key = value_of(person) or -id(person)
    if key < 0:
        names[key] = str(person.values.get("name", ""))
    says = {**(row.existing or row.values), **row.changes}
    if is_current(says.get("start_date") or "", says.get("end_date") or "", day):
        after[post].add(key)
    else:
        after[post].discard(key)


def _told(found: Iterable[Shift], posts: Mapping[int, Post], names: dict[int, str]) -> Iterator[dict[str, Any]]:
    changed = [shift for shift in found if shift.change != SeatChange.KEPT]
    keys = {key for shift in changed for key in (shift.old_holder, shift.new_holder) if key and key > 0}
    people = Person.objects.in_bulk(keys)
    words = names | {key: person.name for key, person in people.items()}
    for shift in changed:
        post, known = posts[shift.post], [people.get(shift.old_holder or 0), people.get(shift.new_holder or 0)]
        # One column says whom the row is about; the more hidden of the two decides who sees it.
        shown = sorted(filter(None, known), key=lambda person: person.visibility != Visibility.TEAM)
        yield {
            "kind": PreviewKind.SEATS,
            "model": post.organization.name[:40],
            "where": post.label,
            "person_id": shown[0].pk if shown else None,
            "changes": {
                str(shift.change.label): [words.get(shift.old_holder or 0, ""), words.get(shift.new_holder or 0, "")]
            },
        }


def orphaned_tasks(user: User, people: Collection[int], at: datetime) -> list[Orphan]:
    """Open tasks about these people that this user may see."""
    rows = open_tasks(user).filter(person__in=list(people)).select_related("assignee")
    return [Orphan(row.pk, row.person_id or 0, row.title, _by_whom(row.assignee, row.due_on)) for row in rows]


def orphaned_commitments(user: User, people: Collection[int], at: datetime) -> list[Orphan]:
    """Open promises both ways with these people."""
    rows = Commitment.objects.visible_to(user).filter(person__in=list(people), state=CommitmentState.OPEN)
    return [Orphan(row.pk, row.person_id, row.words[:120], row.get_direction_display()) for row in rows]


def orphaned_targets(user: User, people: Collection[int], at: datetime) -> list[Orphan]:
    """Places on open whip boards."""
    rows = Target.objects.visible_to(user).filter(person__in=list(people), left_at=None, target_list__is_open=True)
    return [
        Orphan(row.pk, row.person_id, row.target_list.name, str(row.post or ""))
        for row in rows.select_related("target_list", "post")
    ]


def _by_whom(who: User | None, day: date | None) -> str:
    return ", ".join(filter(None, (str(who) if who else "", day.isoformat() if day else "")))
