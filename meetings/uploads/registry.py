"""The round that reads files no worker took."""

from crm.messaging.registry import register_due_job
from meetings.uploads.tasks import continue_uploads


def declare() -> None:
    """Called once when the app is ready."""
    register_due_job("calendar_files", continue_uploads)
