"""Writing export files. The state is in our own rows; the queue is only an alarm clock."""

import logging
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_tasks import task

from crm.access.enums import Act
from crm.access.rules import can
from crm.base.errors import NotAllowedError, ParleyError
from crm.base.tasks import call_worker
from crm.exports.actions import SILENT_FOR, beat, delete_old_files, end_export, finish_export
from crm.exports.csv import write_csv
from crm.exports.enums import ExportState, FileFormat
from crm.exports.errors import ExportStoppedError, TooManyToPrintError
from crm.exports.models import ExportJob
from crm.exports.popolo import write_popolo
from crm.exports.queries import cells, chunks, silent_jobs
from crm.exports.registry import ExportKind, export_kind
from crm.exports.typst import MOST_PRINTED, write_pdf
from crm.exports.xlsx import write_xlsx

logger = logging.getLogger(__name__)


@task()
def write_export(pk: int) -> str:
    """Write the file of a job; the answer says how it stands then."""
    return run_export(pk)


def wake(job: ExportJob) -> None:
    """Call a worker once the transaction is committed."""
    call_worker(write_export, job.pk)


def run_export(pk: int) -> str:
    """Write the file anew from its first row, then the log. A finished or stopped job stays as it is."""
    job = ExportJob.objects.select_related("requested_by").get(pk=pk)
    kind = export_kind(job.kind)
    if job.state != ExportState.RUNNING or kind is None:
        return job.state
    with translation.override(job.language or None):
        try:
            count = _write(job, kind)
            if finish_export(job, kind, count=count, at=timezone.now()) is None:
                raise ExportStoppedError
        except ParleyError as error:
            end_export(job, ExportState.FAILED, at=timezone.now(), sentence=str(error.sentence))
        except Exception:
            logger.exception("Export %s broke off", pk)
            sentence = _("This broke off by a fault of ours and no file was kept; the log says more. Try again.")
            end_export(job, ExportState.FAILED, at=timezone.now(), sentence=sentence)
    job.refresh_from_db()
    return job.state


def _write(job: ExportJob, kind: ExportKind) -> int:
    user, on = job.requested_by, timezone.localdate()
    if not can(user, Act.EXPORT, kind.model):
        raise NotAllowedError
    job.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    job.path.touch(mode=0o600)
    counted = _Counted(job, chunks(kind, kind.rows(user, job.query, job.ids, on), user, on))
    _write_as(FileFormat(job.file_format), job, kind, counted, on)
    return counted.done


class _Counted:
    """Chunks on their way into the file: tells how far it is, hears a stop."""

    def __init__(self, job: ExportJob, parts: Iterator[list[Any]]) -> None:
        self.job, self.parts, self.done = job, parts, 0

    def __iter__(self) -> Iterator[list[Any]]:
        for part in self.parts:
            yield part
            self.done += len(part)
            if not beat(self.job, done=self.done, at=timezone.now()):
                raise ExportStoppedError

    def rows(self, kind: ExportKind, names: Sequence[str]) -> Iterator[list[str]]:
        resource = kind.resource_class()
        for part in self:
            for row in part:
                yield cells(resource, row, names)


def _write_as(file_format: FileFormat, job: ExportJob, kind: ExportKind, counted: _Counted, on: date) -> None:
    if file_format == FileFormat.JSON:
        write_popolo(job.path, counted)
        return
    if file_format == FileFormat.PDF:
        people: list[Any] = []
        for part in counted:
            people += part
            if len(people) > MOST_PRINTED:
                raise TooManyToPrintError
        write_pdf(job.path, people, by=str(job.requested_by), on=on, language=job.language)
        return
    fields = kind.resource_class().fields
    names = [name for name in job.columns if name in fields]
    header = [str(fields[name].column_name) for name in names]
    write = write_csv if file_format == FileFormat.CSV else write_xlsx
    write(job.path, header, counted.rows(kind, names))


def continue_exports(at: datetime) -> int:
    """Delete files of yesterday and write, here and now, what lost its worker; says how many."""
    delete_old_files(at)
    waiting = silent_jobs(at, SILENT_FOR)
    for job in waiting:
        run_export(job.pk)
    return len(waiting)
