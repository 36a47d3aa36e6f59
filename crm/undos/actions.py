"""Taking back what many changes made, part by part: it can be stopped, and it goes on where it was."""

from datetime import datetime

from django.db import transaction

from crm.access.models import User
from crm.activity.models import ActivityEntry
from crm.bulk.actions import begin_work
from crm.bulk.enums import BulkState
from crm.bulk.models import BulkAct
from crm.bulk.registry import BulkActKind
from crm.changes.actions import begin_undo, undo_part
from crm.undos.errors import UndoUnderWayError


@transaction.atomic
def start_undo(kind: BulkActKind, entry: ActivityEntry, *, by: User, at: datetime) -> BulkAct:
    """Begin to take an act back; whoever calls has asked whether `by` may.

    The second call, also at the same time, gives the work that runs; it raises `UndoUnderWayError` when somebody
    else runs it. Raises `TooLateToUndoError` and, when nothing is left, `NothingToUndoError`.
    """
    list(ActivityEntry.objects.select_for_update().filter(pk=entry.pk).values_list("pk"))
    running = BulkAct.objects.filter(act=kind.key, state=BulkState.RUNNING, params__entry=entry.pk).first()
    if running is not None:
        if running.started_by_id != by.pk:
            raise UndoUnderWayError
        return running
    told, count = begin_undo(entry, by=by, at=at)
    return begin_work(kind, total=count, params={"entry": entry.pk}, entry=told, by=by, at=at)


def undo_next(act: BulkAct, entry: ActivityEntry, at: datetime) -> int:
    """Set the next 500 changes back where nothing changed them since; how many were looked at, 0 at the end.

    Raises `NotAllowedError` when whoever asked may no longer change all of it.
    """
    params = act.params
    undoing = ActivityEntry.objects.get(pk=params["entry"])
    done = undo_part(undoing, into=entry, below=params.get("below"), by=act.started_by, at=at)
    if done.last is None:
        return 0
    kept = params.get("kept", 0) + len(done.kept)
    act.params = params | {"below": done.last, "kept": kept, "set_back": params.get("set_back", 0) + done.set_back}
    return done.set_back + len(done.kept)
