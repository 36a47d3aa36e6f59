from datetime import UTC, datetime
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from crm.imports.enums import ImportState
from crm.imports.models import ImportBatch, ImportPreviewRow

AT = datetime(2026, 6, 15, 12, tzinfo=UTC)


def import_batch(**fields: Any) -> ImportBatch:
    """An import with nothing but a name; states and files are the test's business."""
    given: dict[str, Any] = {
        "profile": "us-congress",
        "source_name": "people.json",
        "mode": "update",
        "state": ImportState.PREVIEWED,
        "report": {"counts": {}},
        "staged_at": AT,
    }
    return ImportBatch.objects.create(**given | fields)


def preview_row(batch: ImportBatch, **fields: Any) -> ImportPreviewRow:
    number = batch.preview_rows.count()
    given: dict[str, Any] = {"number": number, "kind": "errors", "model": "Person", "where": f"row {number}"}
    return ImportPreviewRow.objects.create(batch=batch, **given | fields)


def upload(name: str = "people.csv", content: bytes = b"x") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)
