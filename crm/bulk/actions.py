"""Acts on many people: chosen once, done in chunks, each chunk whole or not at all."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from crm.access.models import User
from crm.activity.actions import link_all, record
from crm.activity.models import ActivityEntry
from crm.activity.rules import type_key
from crm.bulk.enums import BulkOutcome, BulkState
from crm.bulk.errors import CannotRunError, NobodyChosenError, TooManyPeopleError
from crm.bulk.models import BulkAct, BulkTarget
from crm.bulk.queries import is_silent
from crm.bulk.registry import BulkActKind, act_kind
from crm.bulk.rules import CHUNK, MOST
from crm.people.models import Person


@transaction.atomic
def plan_act(kind: BulkActKind, people: Any, *, query: str, by: User, at: datetime) -> BulkAct:
    """Note down whom an act is for; who turns up in the list later is not touched. Nothing changes yet.

    A second call makes a second plan. Raises `NobodyChosenError` and `TooManyPeopleError`.
    """
    ids = list(dict.fromkeys(people.order_by("sort_name", "pk").values_list("pk", flat=True)[: MOST + 1]))
    if not ids:
        raise NobodyChosenError
    if len(ids) > MOST:
        raise TooManyPeopleError
    out = kind.allowed(by, ids)
    act = BulkAct.objects.create(act=kind.key, query=query, total=len(ids) - len(out), started_by=by, started_at=at)
    targets = (BulkTarget(bulk_act=act, person_id=pk, outcome=str(out.get(pk, ""))[:120]) for pk in ids)
    BulkTarget.objects.bulk_create(targets, batch_size=1000)
    return act


@transaction.atomic
def start_act(act: BulkAct, *, params: dict[str, Any], at: datetime, entry: ActivityEntry | None = None) -> BulkAct:
    """Set a planned act going, with one entry for all of it: `entry`, else its own.

    The second call raises `CannotRunError`.
    """
    locked = BulkAct.objects.select_for_update().get(pk=act.pk)
    if locked.state != BulkState.PLANNED:
        raise CannotRunError
    if entry is None:
        data = {"count": locked.total}
        entry = record(f"bulk.{locked.act}", locked, by=locked.started_by, at=at, data=data)
    locked.entry = entry
    locked.params, locked.state, locked.started_at, locked.moved_at = params, BulkState.RUNNING, at, at
    locked.save()
    return locked


def begin_work(
    kind: BulkActKind, *, total: int, params: dict[str, Any], entry: ActivityEntry, by: User, at: datetime
) -> BulkAct:
    """Set work going that is not for people one by one: its kind's `work` does a part of it each time it is called.

    A second call begins it a second time: callers look first whether it is under way.
    """
    begun = {"started_at": at, "moved_at": at, "state": BulkState.RUNNING}
    return BulkAct.objects.create(act=kind.key, total=total, params=params, entry=entry, started_by=by, **begun)


@transaction.atomic
def stop_act(act: BulkAct, *, by: User, at: datetime) -> BulkAct:
    """Stop before the next chunk; what is done stays done. A second call changes nothing."""
    locked = BulkAct.objects.select_for_update().get(pk=act.pk)
    if locked.state == BulkState.RUNNING:
        locked.state, locked.moved_at = BulkState.CANCELLED, at
        locked.save()
        record("bulk.stopped", locked, by=by, at=at)
    return locked


@transaction.atomic
def resume_act(act: BulkAct, *, at: datetime) -> BulkAct:
    """Go on where a stopped, failed or silent act was. Raises `CannotRunError` for one that runs or is finished."""
    locked = BulkAct.objects.select_for_update().get(pk=act.pk)
    if locked.state not in {BulkState.CANCELLED, BulkState.FAILED} and not is_silent(locked, at):
        raise CannotRunError
    locked.state, locked.moved_at = BulkState.RUNNING, at
    locked.params.pop("sentence", None)
    locked.save()
    return locked


@transaction.atomic
def fail_act(pk: int, *, at: datetime, sentence: str = "") -> None:
    """Note that a chunk broke off and, where somebody can do something about it, why; it may go on.

    A second call changes nothing.
    """
    act = BulkAct.objects.select_for_update().get(pk=pk)
    if act.state == BulkState.RUNNING:
        act.state, act.moved_at = BulkState.FAILED, at
        act.params |= {"sentence": sentence} if sentence else {}
        act.save(update_fields=["state", "moved_at", "params"])


@transaction.atomic
def work_chunk(pk: int, *, at: datetime) -> bool:
    """Do the next 200 people, or the next part, of a running act; False when nothing is left to do.

    Any number of workers may call it: the act's row is locked first, then the people, so that nobody is done
    twice and nobody's edit is overwritten unseen.
    """
    act = BulkAct.objects.select_for_update(of=("self",)).select_related("started_by", "entry").get(pk=pk)
    kind = act_kind(act.act)
    if act.state != BulkState.RUNNING or kind is None or act.entry is None:
        return False
    done = kind.work(act, act.entry, at) if kind.work else _do(act, act.entry, kind, at)
    if not done:
        act.state, act.finished_at = BulkState.FINISHED, at
    act.done, act.moved_at = act.done + done, at
    act.save(update_fields=["state", "done", "moved_at", "finished_at", "params"])
    return bool(done)


def _do(act: BulkAct, entry: ActivityEntry, kind: BulkActKind, at: datetime) -> int:
    """The next people; how many they were."""
    targets, by = list(act.targets.filter(outcome="").order_by("id")[:CHUNK]), act.started_by
    ids = [target.person_id for target in targets]
    seen = Person.objects.visible_to(by).order_by("pk").select_for_update(of=("self",)).filter(pk__in=ids)
    people = list(seen) if kind.permitted(by) else []
    rest = BulkOutcome.GONE if kind.permitted(by) else BulkOutcome.REFUSED
    out = dict(kind.allowed(by, [person.pk for person in people]))
    wanted = [person for person in people if person.pk not in out]
    changed = kind.perform(wanted, act.params, by, at, entry) if wanted else ()
    done = {person.pk for person in wanted} if changed is None else set(changed)
    if isinstance(changed, Mapping):
        done = {pk for pk, outcome in changed.items() if outcome == BulkOutcome.CHANGED}
    for person in wanted:
        out[person.pk] = (BulkOutcome.CHANGED if person.pk in done else BulkOutcome.SAME).value
    out |= changed if isinstance(changed, Mapping) else {}
    outcomes: dict[str, list[int]] = defaultdict(list)
    for target in targets:
        outcomes[str(out.get(target.person_id, rest.value))[:120]].append(target.pk)
    for outcome, pks in outcomes.items():
        BulkTarget.objects.filter(pk__in=pks).update(outcome=outcome)
    link_all(entry, type_key(Person), done)
    return len(targets)


def forget_plans(plans: Any) -> int:
    """Throw away plans nobody started; they changed nothing. The second call finds none."""
    count: int = plans.count()
    plans.delete()
    return count
