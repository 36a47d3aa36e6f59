from datetime import datetime

from meetings.reminders.actions import send_reminder
from meetings.reminders.queries import due_reminders


def send_due_reminders(at: datetime) -> int:
    """Remind of what is near, each reminder in its own transaction; says how many were dealt with.

    Safe to run twice and side by side.
    """
    return sum(send_reminder(each, at=at) is not None for each in due_reminders(at))
