"""Taking rows out of the house. A file can be fetched only once the log says who took it and why."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from crm.access.models import User
from crm.activity.actions import record
from crm.activity.rules import type_key
from crm.base.text import one_line
from crm.exports.enums import ExportState, FileFormat
from crm.exports.models import ExportJob, ExportLog
from crm.exports.registry import ExportKind

KEPT_FOR = timedelta(days=1)
SILENT_FOR = timedelta(seconds=90)


@transaction.atomic
def request_export(
    kind: ExportKind,
    *,
    query: str,
    ids: Sequence[str],
    columns: Sequence[str],
    file_format: FileFormat,
    reason: str,
    total: int,
    by: User,
    at: datetime,
    language: str = "",
) -> ExportJob:
    """Ask for a file; `tasks.run_export` writes it. A second call asks for a second file."""
    return ExportJob.objects.create(
        kind=kind.key,
        query=query,
        ids=list(ids),
        columns=list(columns),
        file_format=file_format,
        reason=one_line(reason, limit=300),
        language=language,
        total=total,
        requested_by=by,
        requested_at=at,
        moved_at=at,
    )


@transaction.atomic
def finish_export(job: ExportJob, kind: ExportKind, *, count: int, at: datetime) -> ExportLog | None:
    """Write down that the file of a running job leaves the house; None when it was stopped. Second call: None."""
    locked = ExportJob.objects.select_for_update(of=("self",)).select_related("requested_by").get(pk=job.pk)
    if locked.state != ExportState.RUNNING:
        return None
    by = locked.requested_by
    log = ExportLog.objects.create(
        object_type=type_key(kind.model),
        query=locked.query,
        columns=locked.columns,
        file_format=locked.file_format,
        count=count,
        reason=locked.reason,
        exported_by=by,
        exported_at=at,
    )
    record("export.made", log, by=by, at=at, data={"count": count, "format": locked.file_format})
    locked.log, locked.state, locked.done, locked.total, locked.moved_at = log, ExportState.READY, count, count, at
    locked.save()
    return log


def end_export(job: ExportJob, state: ExportState, *, at: datetime, sentence: str = "") -> bool:
    """Stop a running job, or note that it failed; False when it was not running. No file is kept."""
    running = ExportJob.objects.filter(pk=job.pk, state=ExportState.RUNNING)
    ended = running.update(state=state, sentence=sentence[:300], moved_at=at)
    job.path.unlink(missing_ok=True)
    return bool(ended)


def beat(job: ExportJob, *, done: int, at: datetime) -> bool:
    """Note how far a running job is; False when somebody stopped it."""
    return bool(ExportJob.objects.filter(pk=job.pk, state=ExportState.RUNNING).update(done=done, moved_at=at))


def delete_old_files(at: datetime) -> int:
    """Delete files a day after they were written; says how many. The second call finds none."""
    old = ExportJob.objects.filter(state=ExportState.READY, moved_at__lt=at - KEPT_FOR)
    jobs = list(old)
    for job in jobs:
        job.path.unlink(missing_ok=True)
    ExportJob.objects.filter(pk__in=[job.pk for job in jobs]).update(state=ExportState.EXPIRED)
    return len(jobs)
