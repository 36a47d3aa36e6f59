"""Reading calendar files that were handed in. The state is in our own rows; the queue is only an alarm clock."""

import logging
from datetime import datetime

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_tasks import task

from crm.base.errors import ParleyError, StaleVersionError
from crm.base.tasks import call_worker
from meetings.availability.models import CalendarUpload
from meetings.uploads.actions import fail_upload, finish_upload, forget_uploads, read_upload, start_upload
from meetings.uploads.queries import silent_uploads

logger = logging.getLogger(__name__)


@task()
def read_upload_now(pk: int) -> None:
    """Read one file; a second run finds nothing to do."""
    run_upload(pk, at=timezone.now())


def wake(upload: CalendarUpload) -> None:
    """Call a worker once the transaction is committed."""
    call_worker(read_upload_now, upload.pk)


def run_upload(pk: int, *, at: datetime) -> None:
    """Read a file and put it in, or note in a sentence why not. Does nothing for one that is over or in hand."""
    upload = start_upload(pk, at=at)
    if upload is None:
        return
    with translation.override(upload.language or None):
        try:
            finish_upload(upload, read_upload(upload, at=at), at=at)
        except StaleVersionError:
            fail_upload(
                upload, _("Somebody changed this calendar meanwhile. Look at it and give the file again."), at=at
            )
        except ParleyError as error:
            fail_upload(upload, str(error.sentence), at=at)
        except Exception:
            logger.exception("The calendar file %s broke off", pk)
            sentence = _("This broke off by a fault of ours and nothing was changed; the log says more. Try again.")
            fail_upload(upload, sentence, at=at)


def continue_uploads(at: datetime) -> int:
    """Take up, here and now, files nobody reads, and forget old ones: a job of `run_due`. Says how many were read."""
    forget_uploads(at)
    waiting = list(silent_uploads(at))
    for upload in waiting:
        run_upload(upload.pk, at=at)
    return len(waiting)
