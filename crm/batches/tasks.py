"""The work of an import: check, apply, take back. The queue is only an alarm clock; the state is in our own row.

Any number of workers may be woken for one batch: one claims it, and it is taken over when that one falls silent for a
minute. Nothing is half done: each step is one transaction, and a step that was begun is begun anew.
"""

import json
import logging
import time
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_tasks import task

from crm.access.models import User
from crm.activity.actions import record
from crm.base.errors import ParleyError
from crm.base.tasks import call_worker
from crm.batches.actions import cancel_import, take_back
from crm.batches.errors import FileGoneError, ImportStoppedError
from crm.batches.queries import progress_of, unfinished
from crm.batches.resources import plan_digest, preview_of
from crm.batches.zip import source_path
from crm.imports.actions import apply_plan, kept_report
from crm.imports.enums import WORKING, ImportMode, ImportState
from crm.imports.errors import StalePlanError
from crm.imports.models import PROGRESS, STOP, ImportBatch, ImportPreviewRow
from crm.imports.queries import plan_import
from crm.imports.registry import read_source
from crm.imports.rules import Plan

logger = logging.getLogger(__name__)
Clock = Callable[[], datetime]
SECONDS_BETWEEN_BEATS = 0.5
TRIES = 3


@task()
def work_on_import(pk: int) -> str:
    """Do what is asked of a batch; the answer says how it stands then."""
    return run_import(pk, clock=timezone.now)


def wake(batch: ImportBatch) -> None:
    """Call a worker once the transaction is committed."""
    call_worker(work_on_import, batch.pk)


def continue_imports(at: datetime) -> int:
    """Take up, here and now, every batch whose worker fell silent; says how many. Safe to run side by side."""
    waiting = unfinished(at)
    for batch in waiting:
        run_import(batch.pk, clock=timezone.now)
    return len(waiting)


def run_import(pk: int, *, clock: Clock) -> str:
    """Claim a batch and do what its state asks. Does nothing when another has it in hand or nothing is asked."""
    batch = _claim(pk, clock())
    if batch is None:
        return ""
    work = _Work(batch, clock)
    steps = {ImportState.CHECKING: _check, ImportState.APPLYING: _apply, ImportState.UNDOING: _undo}
    with translation.override(batch.language or None):
        try:
            work.tick("starting", 0, 0)
            steps[ImportState(batch.state)](work)
        except ImportStoppedError:
            _stopped(work)
        except ParleyError as error:
            _failed(work, str(error.sentence))
        except Exception:
            logger.exception("Import %s broke off", pk)
            _failed(work, _("This broke off by a fault of ours and nothing was changed; the log says more. Try again."))
        finally:
            batch.mark(PROGRESS).unlink(missing_ok=True)
            batch.mark(STOP).unlink(missing_ok=True)
    batch.refresh_from_db()
    return batch.state


def _claim(pk: int, at: datetime) -> ImportBatch | None:
    batch = ImportBatch.objects.filter(pk=pk, state__in=WORKING).first()
    if batch is None or (batch.owner and progress_of(batch, at).is_alive):
        return None
    owner = uuid.uuid4().hex
    free = ImportBatch.objects.filter(pk=pk, state=batch.state, owner=batch.owner)
    if not free.update(owner=owner, beat_at=at):
        return None
    batch.refresh_from_db()
    return batch


class _Work:
    """One worker on one batch: tells how far it is, hears a stop."""

    def __init__(self, batch: ImportBatch, clock: Clock) -> None:
        self.batch = batch
        self.clock = clock
        self.told_at = 0.0

    def tick(self, step: str, done: int, total: int) -> None:
        """Say how far it is, at most twice a second. Raises `ImportStoppedError` when somebody pressed Stop."""
        if time.monotonic() - self.told_at < SECONDS_BETWEEN_BEATS:
            return
        self.told_at = time.monotonic()
        if self.batch.mark(STOP).exists():
            raise ImportStoppedError
        path = self.batch.mark(PROGRESS)
        fresh = path.with_suffix(".fresh")
        fresh.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh.write_text(json.dumps({"step": step, "done": done, "total": total}))
        fresh.replace(path)

    @property
    def mine(self) -> Any:
        return ImportBatch.objects.filter(pk=self.batch.pk, owner=self.batch.owner)


def _plan(work: _Work) -> Plan:
    batch = work.batch
    if not (batch.folder and batch.path.is_dir()):
        raise FileGoneError
    work.tick("reading", 0, 0)
    source = read_source(source_path(batch.path), profile=batch.profile, options=batch.options)
    work.told_at = 0.0
    return plan_import(source, mode=ImportMode(batch.mode), tick=work.tick)


def _check(work: _Work) -> None:
    plan = _plan(work)
    _keep_preview(work, plan, plan_digest(plan), "")


@transaction.atomic
def _keep_preview(work: _Work, plan: Plan, digest: str, sentence: str) -> None:
    """Put the preview on the table in one go, instead of the one before."""
    batch = work.batch
    values: dict[str, Any] = {"plan_digest": digest, "report": kept_report(plan), "sentence": sentence}
    if not work.mine.filter(state=batch.state).update(state=ImportState.PREVIEWED, owner="", **values):
        return
    batch.preview_rows.all().delete()
    ImportPreviewRow.objects.bulk_create(preview_of(plan, batch), batch_size=1000)


def _apply(work: _Work) -> None:
    """Work the plan out anew; it is applied when it is still the one previewed, else the new one is shown."""
    batch = work.batch
    for _attempt in range(TRIES):
        plan = _plan(work)
        digest = plan_digest(plan)
        if digest != batch.plan_digest:
            _keep_preview(
                work,
                plan,
                digest,
                _("The registry changed since you looked, so nothing was written; this is the new preview."),
            )
            return
        work.told_at = 0.0
        try:
            skip = batch.skip_bad_rows
            apply_plan(plan, batch=batch, skip_bad_rows=skip, by=batch.asked_by, at=work.clock(), tick=work.tick)
        except StalePlanError:
            continue
        return
    raise StalePlanError


def _undo(work: _Work) -> None:
    batch = work.batch
    take_back(batch, by=batch.asked_by, at=work.clock(), tick=work.tick)


def _stopped(work: _Work) -> None:
    told = work.batch.mark(STOP)
    asked = told.read_text() if told.exists() else ""
    by = User.objects.filter(pk=int(asked)).first() if asked.isdigit() else None
    cancel_import(work.batch, by=by, at=work.clock(), is_alive=False)


@transaction.atomic
def _failed(work: _Work, sentence: str) -> None:
    batch = work.batch
    state = ImportState.APPLIED if batch.state == ImportState.UNDOING else ImportState.FAILED
    if not work.mine.filter(state=batch.state).update(state=state, sentence=sentence, owner=""):
        return
    if state == ImportState.FAILED:
        record("import.failed", batch, by=None, at=work.clock())
