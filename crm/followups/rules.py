"""When a promise counts as overdue, and when its due day begins."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from crm.followups.enums import CommitmentDirection, CommitmentState, TaskState
from crm.followups.models import Commitment, Task

DUE_AT = time(9)
"""A day that is due begins at nine o'clock where the meeting was."""

TASK_AFTER = {CommitmentState.KEPT: TaskState.DONE, CommitmentState.PARTLY: TaskState.DONE}
"""What becomes of a promise's task when the promise is settled; every other end drops the task."""

TITLES = {
    CommitmentDirection.OURS: _("Keep our promise: %(words)s"),
    CommitmentDirection.THEIRS: _("Ask whether they kept their promise: %(words)s"),
}


def is_overdue(item: Commitment | Task, on: date) -> bool:
    """Open after its day has passed; on the day itself it is still in time."""
    return item.state == "open" and item.due_on is not None and item.due_on < on


def is_good_news(promise: Commitment) -> bool:
    """They kept their word: nobody needs to be reminded. Our own kept word leaves theirs to ask about."""
    return promise.state == CommitmentState.KEPT and promise.direction == CommitmentDirection.THEIRS


def due_moment(due_on: date, zone: str) -> datetime:
    """Nine o'clock of the due day in an IANA zone."""
    return datetime.combine(due_on, DUE_AT, tzinfo=ZoneInfo(zone))
