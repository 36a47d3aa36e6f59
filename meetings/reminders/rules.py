from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetings.reminders.errors import ReminderAudienceError, ReminderOffsetError, ReminderPastError
from meetings.scheduling.enums import OFFICE_ROLES
from meetings.scheduling.models import Attendee, Meeting

LONGEST = timedelta(days=60)
LINK = "q"
"""The purpose letter of the mailed link: quiet."""


def check_offset(before: timedelta) -> None:
    """Raises ReminderOffsetError."""
    if not timedelta(minutes=1) <= before <= LONGEST:
        raise ReminderOffsetError


def check_ahead(meeting: Meeting, before: timedelta, at: datetime) -> None:
    """Raises ReminderPastError when the moment has already come."""
    if meeting.starts_at - before <= at:
        raise ReminderPastError


def check_audience(meeting: Meeting, role: str, attendee: Attendee | None) -> None:
    """Our side only, and somebody still invited. Raises ReminderAudienceError."""
    if role in OFFICE_ROLES or (role and attendee is not None):
        raise ReminderAudienceError
    if attendee is not None:
        is_ours = attendee.meeting_id == meeting.pk and attendee.role not in OFFICE_ROLES
        if not is_ours or attendee.removed_at is not None:
            raise ReminderAudienceError


def may_stop(attendee: Attendee) -> bool:
    """Whether the reminder carries a way out: for everybody but our own staff."""
    return attendee.user_id is None


def default_offsets() -> list[timedelta]:
    """What every new meeting gets, as the organisation set it."""
    return [timedelta(minutes=each) for each in sorted(set(settings.MEETING_REMINDER_MINUTES), reverse=True)]


def offset_words(before: timedelta) -> str:
    """`1 day before`, in the largest unit that fits."""
    minutes = int(before.total_seconds()) // 60
    if minutes % 1440 == 0:
        count = minutes // 1440
        return ngettext("%(count)s day before", "%(count)s days before", count) % {"count": count}
    if minutes % 60 == 0:
        count = minutes // 60
        return ngettext("%(count)s hour before", "%(count)s hours before", count) % {"count": count}
    return _("%(count)s minutes before") % {"count": minutes}
