from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Model

from crm.access.models import User
from crm.activity.enums import ActorKind
from crm.activity.models import ActivityEntry, ActivityLink
from crm.activity.rules import type_key


def record(
    verb: str,
    obj: Model,
    *,
    by: User | None,
    at: datetime,
    about: Iterable[Model | None] = (),
    actor_kind: ActorKind | None = None,
    data: dict[str, Any] | None = None,
) -> ActivityEntry:
    """Append one entry to the timeline of `obj` and of every row in `about`.

    `by=None` means Parley itself unless `actor_kind` says the public or an office. `data` holds ids and
    codes only. A second call appends a second entry: callers guard it with their own constraint.
    """
    kind = actor_kind or (ActorKind.STAFF if by else ActorKind.SYSTEM)
    entry = ActivityEntry.objects.create(
        actor_kind=kind,
        actor=by,
        verb=verb,
        object_type=type_key(obj),
        object_id=obj.pk,
        occurred_at=at,
        data=data or {},
    )
    targets = {(type_key(row), row.pk) for row in about if row is not None} - {(entry.object_type, entry.object_id)}
    ActivityLink.objects.bulk_create(
        ActivityLink(entry=entry, target_type=kind, target_id=pk) for kind, pk in sorted(targets)
    )
    return entry


def link(entry: ActivityEntry, obj: Model) -> None:
    """Show an entry on one more row's timeline: for rows made as part of a bigger step. Second call: nothing."""
    if (entry.object_type, entry.object_id) != (type_key(obj), obj.pk):
        ActivityLink.objects.get_or_create(entry=entry, target_type=type_key(obj), target_id=obj.pk)


def link_all(entry: ActivityEntry, kind: str, keys: Iterable[int]) -> None:
    """Show an entry on the timelines of many rows of one kind. Second call: nothing."""
    links = (ActivityLink(entry=entry, target_type=kind, target_id=pk) for pk in sorted(keys))
    ActivityLink.objects.bulk_create(links, batch_size=500, ignore_conflicts=True)


def say(
    verb: str,
    obj: Model,
    *about: Model | None,
    by: User | None,
    at: datetime,
    entry: ActivityEntry | None = None,
    **told: Any,
) -> ActivityEntry:
    """Record an entry of its own, or join the entry of the bigger step this is part of; gives that entry."""
    if entry is None:
        return record(verb, obj, about=about, by=by, at=at, **told)
    for row in filter(None, (obj, *about)):
        link(entry, row)
    return entry
