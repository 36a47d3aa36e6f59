"""The steps of an import before and after the engine: handed in, checked, asked for, stopped, thrown away.

Work itself is done by a task (`crm.batches.tasks`). A stop is a mark beside the file, not a row: while the
import writes, SQLite lets nobody else write.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import get_language

from crm.access.models import User
from crm.activity.actions import record
from crm.batches.errors import FileGoneError, NotWaitingError, UnrecognisedSourceError
from crm.batches.zip import delete_folder, source_path, store_uploads
from crm.imports.actions import check_undoable, undo_import
from crm.imports.enums import WORKING, ImportMode, ImportState
from crm.imports.models import STOP, ImportBatch
from crm.imports.popolo import Tick, no_tick
from crm.imports.registry import find_profile, recognise
from crm.imports.resources import undo_report

KEPT_ROWS = 500
KEEP_FILES = timedelta(days=30)
CHECKABLE = (ImportState.STAGED, ImportState.PREVIEWED, ImportState.CANCELLED, ImportState.FAILED)


def stage_import(
    files: list[Any],
    *,
    profile: str = "",
    options: dict[str, Any] | None = None,
    mode: ImportMode = ImportMode.UPDATE,
    by: User | None,
    at: datetime,
) -> ImportBatch:
    """Keep the files privately, recognise them unless `profile` says what they are; nothing else happens yet.

    A second call makes a second batch: importing a file twice is allowed and changes nothing. Raises
    `UnrecognisedSourceError`, `UnknownProfileError` and `SourceError`; then nothing is kept.
    """
    named = find_profile(profile)[1] if profile else {}
    root = Path(settings.IMPORTS_ROOT)
    folder, digest = store_uploads(files, root)
    try:
        path = source_path(root / folder)
        found = profile or _recognised(path)
        with transaction.atomic():
            batch = ImportBatch.objects.create(
                profile=found,
                source_name=path.name if path.is_file() or len(files) > 1 else (files[0].name or path.name)[:250],
                source_hash=digest,
                mode=mode,
                options=named | (options or {}),
                folder=folder,
                language=get_language() or settings.LANGUAGE_CODE,
                created_by=by,
                staged_at=at,
            )
            record("import.staged", batch, by=by, at=at, data={"profile": found})
    except BaseException:
        delete_folder(root / folder)
        raise
    return batch


def _recognised(path: Path) -> str:
    profile = recognise(path)
    if profile is None:
        raise UnrecognisedSourceError
    return profile.name


@transaction.atomic
def preview_import(
    batch: ImportBatch,
    *,
    options: dict[str, Any] | None = None,
    mode: ImportMode | None = None,
    by: User | None,
    at: datetime,
) -> ImportBatch:
    """Ask for a (new) preview, perhaps with other answers. The second call, while it is made, raises."""
    changes: dict[str, Any] = {}
    if options is not None:
        changes["options"] = options
    if mode is not None:
        changes["mode"] = mode
    return _ask(batch, ImportState.CHECKING, among=CHECKABLE, by=by, at=at, **changes)


@transaction.atomic
def request_apply(batch: ImportBatch, *, skip_bad_rows: bool = False, by: User | None, at: datetime) -> ImportBatch:
    """Ask that exactly the previewed plan be applied. The second call raises `NotWaitingError`."""
    among = (ImportState.PREVIEWED,)
    return _ask(batch, ImportState.APPLYING, among=among, by=by, at=at, skip_bad_rows=skip_bad_rows)


@transaction.atomic
def request_undo(batch: ImportBatch, *, by: User | None, at: datetime) -> ImportBatch:
    """Ask that an applied batch be taken back; refuses what `undo_import` would refuse, and a second call."""
    check_undoable(batch, at)
    return _ask(batch, ImportState.UNDOING, among=(ImportState.APPLIED,), needs_file=False, by=by, at=at)


@transaction.atomic
def take_back(batch: ImportBatch, *, by: User | None, at: datetime, tick: Tick = no_tick) -> dict[str, Any]:
    """Undo an applied batch and keep the report with it. Refuses what `undo_import` refuses, so also a second call."""
    report = undo_report(undo_import(batch, by=by, at=at, tick=tick))
    kept = report | {"kept": report["kept"][:KEPT_ROWS], "stayed": len(report["kept"])}
    ImportBatch.objects.filter(pk=batch.pk).update(report=batch.report | {"undo": kept})
    return report


def _ask(
    batch: ImportBatch,
    state: ImportState,
    *,
    among: Iterable[ImportState],
    by: User | None,
    at: datetime,
    needs_file: bool = True,
    **changes: Any,
) -> ImportBatch:
    if needs_file and not (batch.folder and batch.path.is_dir()):
        raise FileGoneError
    rows = ImportBatch.objects.filter(pk=batch.pk, state__in=among)
    if not rows.update(state=state, sentence="", owner="", beat_at=at, asked_by=by, **changes):
        raise NotWaitingError
    batch.mark(STOP).unlink(missing_ok=True)
    batch.refresh_from_db()
    return batch


def cancel_import(batch: ImportBatch, *, by: User | None, at: datetime, is_alive: bool = True) -> ImportBatch:
    """Stop an import at any time before it is written; what was begun is taken back. The second call does nothing.

    A living worker hears it within a moment and says so on the timeline. Without one (`is_alive=False`), and
    before any work, it is stopped at once.
    """
    if batch.state in WORKING and is_alive:
        batch.mark(STOP).write_text(str(by.pk) if by else "")
        return batch
    stoppable = (ImportState.STAGED, ImportState.PREVIEWED, ImportState.CHECKING, ImportState.APPLYING)
    with transaction.atomic():
        rows = ImportBatch.objects.filter(pk=batch.pk, state__in=stoppable)
        if rows.update(state=ImportState.CANCELLED, owner="", sentence=""):
            record("import.cancelled", batch, by=by, at=at)
        else:
            undoing = ImportBatch.objects.filter(pk=batch.pk, state=ImportState.UNDOING)
            undoing.update(state=ImportState.APPLIED, owner="")
    batch.refresh_from_db()
    return batch


@transaction.atomic
def discard_import(batch: ImportBatch, *, by: User | None, at: datetime) -> ImportBatch:
    """Throw the file and the preview of an import away that changed nothing. The second call raises."""
    rows = ImportBatch.objects.filter(pk=batch.pk, state__in=CHECKABLE)
    if not rows.update(state=ImportState.DISCARDED, folder="", plan_digest="", sentence=""):
        raise NotWaitingError
    batch.preview_rows.all().delete()
    record("import.discarded", batch, by=by, at=at)
    if batch.folder:
        folder = batch.path
        transaction.on_commit(lambda: delete_folder(folder))
    batch.refresh_from_db()
    return batch


def tidy_imports(at: datetime) -> int:
    """Delete files 30 days after their import was applied, and imports nobody went on with for as long.

    Says how many. The second call finds nothing.
    """
    done = 0
    over = at - KEEP_FILES
    for batch in ImportBatch.objects.filter(state__in=CHECKABLE, staged_at__lt=over):
        discard_import(batch, by=None, at=at)
        done += 1
    finished = (ImportState.APPLIED, ImportState.UNDONE)
    for batch in ImportBatch.objects.filter(state__in=finished, applied_at__lt=over).exclude(folder=""):
        delete_folder(batch.path)
        ImportBatch.objects.filter(pk=batch.pk).update(folder="")
        done += 1
    return done
