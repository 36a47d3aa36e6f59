import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.access.models import User
from crm.batches.actions import preview_import, request_apply, stage_import
from crm.batches.tasks import run_import
from crm.imports.models import ImportBatch
from tests.factories.imports import AT

INVENTED = Path(__file__).parent.parent / "imports" / "invented_congress"


@pytest.fixture(autouse=True)
def imports_root(tmp_path: Path, settings: Any) -> Iterator[Path]:
    settings.IMPORTS_ROOT = tmp_path / "imports"
    yield settings.IMPORTS_ROOT


@pytest.fixture
def packed() -> Callable[..., SimpleUploadedFile]:
    """The invented Congress as a ZIP; `edit` changes files by name."""

    def pack(**edits: bytes) -> SimpleUploadedFile:
        files = {path.name: path.read_bytes() for path in sorted(INVENTED.iterdir())}
        return zip_of({f"us-congress/{name}": edits.get(name, content) for name, content in files.items()})

    return pack


def zip_of(files: dict[str, bytes], name: str = "us-congress.zip") -> SimpleUploadedFile:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return SimpleUploadedFile(name, kept.getvalue())


def previewed(upload: Any, by: User | None = None, **given: Any) -> ImportBatch:
    """Staged and checked."""
    batch = stage_import([upload], profile="us-congress", by=by, at=AT, **given)
    return worked(preview_import(batch, by=by, at=AT))


def applied(upload: Any, by: User | None = None, **given: Any) -> ImportBatch:
    batch = previewed(upload, by)
    return worked(request_apply(batch, by=by, at=AT, **given))


def worked(batch: ImportBatch) -> ImportBatch:
    """What a worker would do now."""
    run_import(batch.pk, clock=lambda: AT)
    batch.refresh_from_db()
    return batch
