from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from meetings.availability.models import CalendarUpload

SILENT_FOR = timedelta(seconds=60)


def silent_uploads(at: datetime) -> QuerySet[CalendarUpload]:
    """Those that nobody took or whose worker fell silent, oldest first."""
    late = CalendarUpload.objects.under_way().filter(moved_at__lt=at - SILENT_FOR)
    return late.order_by("asked_at", "id")


def is_silent(upload: CalendarUpload, at: datetime) -> bool:
    return not upload.is_over and upload.moved_at < at - SILENT_FOR


def latest_upload(user: Any, institution: Any) -> CalendarUpload | None:
    """One's newest file for a calendar of an institution."""
    return CalendarUpload.objects.visible_to(user).filter(institution=institution).first()
