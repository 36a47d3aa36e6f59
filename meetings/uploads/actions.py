"""Handing in a calendar file, and what becomes of it."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from crm.access.models import User
from crm.base.errors import StaleVersionError
from crm.base.locking import save_version
from meetings.availability.actions import (
    held_rows,
    institution_rows,
    note_problem,
    put_busy,
    read_institution,
    read_own,
)
from meetings.availability.enums import UploadState
from meetings.availability.errors import CalendarTooLargeError
from meetings.availability.ics import MAX_BYTES, Reading
from meetings.availability.models import OPEN_UPLOADS, BusyCalendar, CalendarUpload, InstitutionCalendar
from meetings.uploads.errors import CalendarGoneError
from meetings.uploads.queries import SILENT_FOR

KEPT_FOR = timedelta(days=30)


@transaction.atomic
def hand_in(
    target: BusyCalendar | InstitutionCalendar,
    *,
    raw: bytes,
    by: User,
    at: datetime,
    version: int = 0,
    language: str = "",
) -> CalendarUpload:
    """Keep a file until a worker has read it. The same file while it waits is one; another file takes its place.

    `version` is that of an institution's calendar. Raises CalendarTooLargeError, CalendarGoneError, StaleVersionError.
    """
    if len(raw) > MAX_BYTES:
        raise CalendarTooLargeError
    model: Any = type(target)
    locked = model.objects.select_for_update().filter(pk=target.pk).first()
    if locked is None:
        raise CalendarGoneError
    mine = isinstance(locked, BusyCalendar)
    if not mine and locked.version != version:
        raise StaleVersionError(locked)
    values = {"calendar": locked, "version": 0} if mine else {"institution": locked, "version": version}
    digest = hashlib.sha256(raw).hexdigest()
    before = locked.uploads.under_way().filter(asked_by=by, digest=digest, version=values["version"]).first()
    if before is not None:
        return before
    locked.uploads.filter(state__in=OPEN_UPLOADS).update(state=UploadState.STOPPED, raw=b"", moved_at=at)
    told = {"digest": digest, "raw": raw, "language": language, "asked_by": by, "asked_at": at, "moved_at": at}
    return CalendarUpload.objects.create(**values, **told)


def stop_upload(upload: CalendarUpload, *, at: datetime) -> bool:
    """Throw a file away that is not read yet; what stood before stays. False when it was over, as the second time."""
    still = CalendarUpload.objects.filter(pk=upload.pk, state__in=OPEN_UPLOADS)
    return bool(still.update(state=UploadState.STOPPED, raw=b"", moved_at=at))


def start_upload(pk: int, *, at: datetime) -> CalendarUpload | None:
    """Take a file in hand, or take it over from a worker that fell silent. None when there is nothing to do."""
    silent = Q(state=UploadState.READING, moved_at__lt=at - SILENT_FOR)
    free = CalendarUpload.objects.filter(Q(state=UploadState.WAITING) | silent, pk=pk)
    if not free.update(state=UploadState.READING, moved_at=at):
        return None
    return CalendarUpload.objects.select_related("calendar__owner", "institution", "asked_by").get(pk=pk)


def read_upload(upload: CalendarUpload, *, at: datetime) -> Reading:
    """What the file says. Writes nothing. Raises CalendarFileError."""
    raw = bytes(upload.raw)
    if upload.calendar:
        return read_own(upload.calendar, raw, at=at)
    assert upload.institution
    return read_institution(upload.institution, raw, at=at)


@transaction.atomic
def finish_upload(upload: CalendarUpload, reading: Reading, *, at: datetime) -> bool:
    """Put in what was read: busy times at once, an institution's beside it to be looked at.

    What is there already stays as it is. False when the file was stopped meanwhile, as the second time.
    Raises StaleVersionError when somebody else changed the institution's calendar meanwhile.
    """
    if not CalendarUpload.objects.select_for_update().filter(pk=upload.pk, state=UploadState.READING).exists():
        return False
    sentence = reading.problem
    if upload.calendar:
        put_busy(upload.calendar, reading, at=at)
    elif upload.institution:
        if institution_rows(upload.institution, reading) == held_rows(upload.institution):
            told = _("The calendar holds all of this already, so nothing was changed.")
            sentence = f"{told} {sentence}".strip()
        else:
            save_version(upload.institution, version=upload.version, at=at, pending=reading.kept())
    _end(upload, UploadState.DONE, sentence, at)
    return True


@transaction.atomic
def fail_upload(upload: CalendarUpload, sentence: str, *, at: datetime) -> bool:
    """Note why a file could not be read; what stood before stays. False when it was over, as the second time."""
    if not _end(upload, UploadState.FAILED, sentence, at):
        return False
    if upload.calendar:
        note_problem(upload.calendar, sentence, at=at)
    return True


def _end(upload: CalendarUpload, state: UploadState, sentence: str, at: datetime) -> bool:
    reading = CalendarUpload.objects.filter(pk=upload.pk, state=UploadState.READING)
    return bool(reading.update(state=state, sentence=sentence[:500], raw=b"", moved_at=at))


def forget_uploads(at: datetime) -> int:
    """Delete what has been over for thirty days. The second call finds none."""
    old = CalendarUpload.objects.filter(moved_at__lt=at - KEPT_FOR).exclude(state__in=OPEN_UPLOADS)
    return old.delete()[0]
