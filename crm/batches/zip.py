"""Files handed in for an import, kept in a private folder: limits, safe names, ZIP archives (APPNOTE 6.3.10) unpacked.

Whatever the archive says of its own sizes is not believed: bytes are counted while they come out.
"""

import hashlib
import re
import secrets
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any, Protocol

from django.utils.translation import gettext as _

from crm.base.text import one_line
from crm.imports.errors import SourceError

MAX_UPLOAD = 10_000_000
MAX_UNPACKED = 20_000_000
MAX_RATIO = 100
MAX_FILES = 30_000
BLOCK = 64 * 1024
PACKED = frozenset({".xlsx", ".zip"})
SOURCE = "source"
_UNSAFE = re.compile(r"[^\w.\- ()]+")


class Upload(Protocol):
    """What a form gives for a file, or `File(open(path))`."""

    name: str | None
    size: Any

    def chunks(self) -> Iterable[bytes]: ...


def store_uploads(uploads: list[Any], root: Path) -> tuple[str, str]:
    """Keep the files in a new private folder below `root`; gives the folder's random name and the files' hash.

    A ZIP is unpacked. Raises `SourceError`, and then nothing is kept.
    """
    if sum(upload.size or 0 for upload in uploads) > MAX_UPLOAD:
        raise SourceError(
            _("These files are larger than 10 MB together; split them, or ask for a command-line import.")
        )
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = secrets.token_urlsafe(24)
    target = root / name / SOURCE
    target.mkdir(mode=0o700, parents=True)
    digest = hashlib.sha256()
    try:
        for upload in uploads:
            _store(upload, target, digest)
    except BaseException:
        delete_folder(root / name)
        raise
    return name, digest.hexdigest()


def _store(upload: Any, target: Path, digest: Any) -> None:
    path = target / safe_name(upload.name or "")
    if path.exists():
        raise SourceError(_("Two of the files are called “%(file)s”; hand them in one by one.") % {"file": path.name})
    digest.update(path.name.encode() + b"\0")
    with path.open("wb") as kept:
        for block in upload.chunks():
            digest.update(block)
            kept.write(block)
    if path.suffix.lower() == ".zip":
        _unpack(path, target)
        path.unlink()
    elif path.suffix.lower() in PACKED:
        for _member in _members(path):
            pass


def safe_name(name: str) -> str:
    """The last part of a name, without what a file system or a page could take for something else."""
    last = PurePosixPath(name.replace("\\", "/")).name
    kept = _UNSAFE.sub("_", one_line(last)).strip(". ")
    stem, dot, ending = kept.rpartition(".")
    return f"{stem[:80]}{dot}{ending[:10]}" if stem else (kept[:80] or "file")


def source_path(folder: Path) -> Path:
    """What a reader gets: the file when there is one alone, else the folder that holds them."""
    path = folder / SOURCE
    inside = sorted(path.iterdir()) if path.is_dir() else []
    while len(inside) == 1 and inside[0].is_dir():
        path, inside = inside[0], sorted(inside[0].iterdir())
    return inside[0] if len(inside) == 1 else path


def delete_folder(folder: Path) -> None:
    """Remove a private folder with everything in it. The second call does nothing."""
    shutil.rmtree(folder, ignore_errors=True)


def _unpack(archive: Path, target: Path) -> None:
    for name, source in _members(archive):
        path = target.joinpath(*(safe_name(part) for part in PurePosixPath(name).parts))
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.exists():
            raise SourceError(_("The archive holds “%(file)s” twice; pack it again.") % {"file": path.name})
        with path.open("wb") as kept:
            for block in source:
                kept.write(block)
    if not any(path.is_file() and path != archive for path in target.rglob("*")):
        raise SourceError(_("The archive “%(file)s” holds no files; pack it again.") % {"file": archive.name})


def _members(archive: Path) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Every file of an archive with its content; what no person packed on purpose is passed over."""
    size, taken = archive.stat().st_size, 0
    limit = min(MAX_UNPACKED, MAX_RATIO * size)
    try:
        with zipfile.ZipFile(archive) as packed:
            entries = packed.infolist()
            if len(entries) > MAX_FILES:
                raise SourceError(_too_large(archive))
            for entry in entries:
                _check_entry(archive, entry)
                if entry.is_dir() or _is_litter(entry.filename):
                    continue
                with packed.open(entry) as source:
                    blocks = []
                    for block in _blocks(source):
                        taken += len(block)
                        if taken > limit:
                            raise SourceError(_too_large(archive))
                        blocks.append(block)
                yield entry.filename, iter(blocks)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
        sentence = _("“%(file)s” is no archive that can be opened; pack it again without a password.")
        raise SourceError(sentence % {"file": archive.name}) from error


def _blocks(source: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: source.read(BLOCK), b"")


def _is_litter(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return not parts or parts[0] == "__MACOSX" or parts[-1].startswith(".")


def _check_entry(archive: Path, entry: zipfile.ZipInfo) -> None:
    parts = PurePosixPath(entry.filename.replace("\\", "/")).parts
    if ".." in parts or entry.filename.startswith(("/", "\\")) or stat.S_ISLNK(entry.external_attr >> 16):
        sentence = _("“%(file)s” holds a name that leads out of the archive; pack it again.")
        raise SourceError(sentence % {"file": archive.name})


def _too_large(archive: Path) -> str:
    sentence = _("“%(file)s” unpacks to more than 20 MB, or to more than 100 times its size; split it.")
    return sentence % {"file": archive.name}
