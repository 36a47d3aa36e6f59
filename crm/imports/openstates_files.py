"""The YAML files of an Open States tree: one file, a folder of any depth, or a zip that holds such a folder."""

import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

from django.utils.translation import gettext as _

from crm.imports.enums import ProblemKind
from crm.imports.errors import SourceError, TooManyRowsError
from crm.imports.json_yaml_csv import Folder, check_rows
from crm.imports.popolo import Problem, Sheet
from crm.people.models import Person

ENDINGS = (".yml", ".yaml")
MAX_UNPACKED = 400_000_000


@contextmanager
def tree(path: Path) -> Iterator[Path]:
    """The path itself, or a folder with what a zip holds, gone again afterwards."""
    if path.suffix.lower() != ".zip":
        yield path
        return
    with TemporaryDirectory(prefix="openstates") as folder:
        try:
            with zipfile.ZipFile(path) as packed:
                _unpack(packed, Path(folder), path.name)
        except (zipfile.BadZipFile, OSError, RuntimeError, EOFError) as error:
            raise SourceError(_("“%(file)s” cannot be unpacked; zip it again.") % {"file": path.name}) from error
        yield Path(folder)


def _unpack(packed: zipfile.ZipFile, folder: Path, name: str) -> None:
    """Only YAML files, under their own names, no more than we could read; a zip cannot reach outside the folder."""
    members = [member for member in packed.infolist() if PurePosixPath(member.filename).suffix.lower() in ENDINGS]
    check_rows(Path(name), len(members))
    if sum(member.file_size for member in members) > MAX_UNPACKED:
        raise SourceError(_("“%(file)s” holds too much; split it and import the parts.") % {"file": name})
    for number, member in enumerate(members):
        target = folder / f"{number:06}" / PurePosixPath(member.filename).name
        target.parent.mkdir()
        with packed.open(member) as source, target.open("wb") as copy:
            shutil.copyfileobj(source, copy)


def documents(folder: Folder, path: Path, sheet: Sheet) -> Iterator[tuple[str, Any]]:
    """Name and content of each file in a fixed order. One that cannot be read is a fault; the others go on.

    Like the tools of Open States we read the files that end in .yml; the sheet notes the others.
    """
    files = sorted(file for file in path.rglob("*") if file.suffix.lower() in ENDINGS) if path.is_dir() else [path]
    others = [file for file in files if file.suffix.lower() != ".yml"]
    if others and len(others) < len(files):
        files = [file for file in files if file not in others]
        sentence = _("Open States reads files that end in .yml only, so %(files)s was left out; rename it to take it.")
        sheet.notes.append(sentence % {"files": ", ".join(file.name for file in others)[:500]})
    check_rows(folder.path, len(files))
    for file in files:
        name = file.name if path.is_file() else f"{file.parent.name}/{file.name}"
        try:
            yield name, folder.load(file)
        except TooManyRowsError:
            raise
        except SourceError as error:
            sheet.problems.append(Problem(ProblemKind.ERROR, Person, name, "", "", error.sentence))
