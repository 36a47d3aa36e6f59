from django.db import models
from django.utils.translation import gettext_lazy as _


class FileFormat(models.TextChoices):
    CSV = "csv", _("CSV, for any spreadsheet")
    XLSX = "xlsx", _("XLSX, for Excel and LibreOffice")
    JSON = "json", _("Popolo JSON, for other programs")
    PDF = "pdf", _("PDF to print: name, seat, party and office phone")


class ExportState(models.TextChoices):
    """running → ready or failed or cancelled; ready → expired after a day, when the file is deleted."""

    RUNNING = "running", _("being written")
    READY = "ready", _("ready")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("stopped")
    EXPIRED = "expired", _("deleted after a day")
