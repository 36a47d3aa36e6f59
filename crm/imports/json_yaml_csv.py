"""Reading JSON, YAML and CSV written by others: every scalar comes out as text, nothing is executed or unfolded.

Text, because ids carry leading zeros and YAML 1.1 turns `No` into false and `07` into 7.
"""

import csv
import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _

from crm.imports.errors import SourceError, TooManyRowsError

MAX_BYTES = 40_000_000
MAX_DEPTH = 40
MAX_CELLS = 200
MAX_ROWS = 50_000
DELIMITERS = (",", ";", "\t")


class _TextLoader(yaml.CSafeLoader):
    """Knows no type but text, list, mapping and null."""


_TextLoader.yaml_implicit_resolvers = {
    letter: kept
    for letter, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    if (kept := [pair for pair in resolvers if pair[0] == "tag:yaml.org,2002:null"])
}


class Folder:
    """The files of one source; remembers what was read, so that the import can name it by one hash."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows = 0
        self._digest = hashlib.sha256()

    def find(self, stem: str, *suffixes: str) -> Path | None:
        """The first file with this name and one of these endings, in the order given."""
        paths = (self.path / f"{stem}.{suffix}" for suffix in suffixes)
        return next((path for path in paths if path.is_file()), None)

    def load(self, path: Path) -> Any:
        """What the file says, read by its ending. Raises `SourceError` with a sentence that names the file.

        Raises `TooManyRowsError` when it, or all files read so far together, hold more than 50,000 rows: the
        entries of a list; a file that is no list is one row, unless its reader knows of lists in it.
        """
        raw = read_bytes(path)
        self._digest.update(path.name.encode() + b"\0" + raw)
        readers = {".json": _read_json, ".yaml": _read_yaml, ".yml": _read_yaml, ".csv": _read_csv, ".tsv": _read_csv}
        reader = readers.get(path.suffix.lower())
        if reader is None:
            raise SourceError(_("“%(file)s” is not a .json, .yaml or .csv file; choose one of those.") % named(path))
        data = reader(path, read_text(path, raw))
        rows = len(data) if isinstance(data, list) else 1
        check_rows(path, rows)
        self.rows += rows
        check_rows(self.path, self.rows)
        return _all_text(path, data)

    @property
    def hash(self) -> str:
        """SHA-256 of everything read so far, with the names of the files."""
        return self._digest.hexdigest()


def check_rows(path: Path, count: int) -> None:
    """Refuse a source of more rows than one import takes, whatever its format. Raises `TooManyRowsError`."""
    if count > MAX_ROWS:
        raise TooManyRowsError(_("“%(file)s” has more than 50,000 rows; split it and import the parts.") % named(path))


def named(path: Path) -> dict[str, str]:
    return {"file": path.name}


def read_bytes(path: Path, limit: int = MAX_BYTES) -> bytes:
    """What the file holds. Raises `SourceError` when it cannot be read, is larger than `limit` bytes or empty."""
    try:
        size = path.stat().st_size
        raw = path.read_bytes() if size <= limit else b""
    except OSError as error:
        sentence = _("“%(file)s” cannot be read (%(why)s); check the path and its permissions.")
        raise SourceError(sentence % {"file": path.name, "why": error.strerror}) from error
    if size > limit:
        sentence = _("“%(file)s” is larger than %(limit)s MB; split it and import the parts.")
        raise SourceError(sentence % {"file": path.name, "limit": limit // 1_000_000})
    if not raw.strip():
        raise SourceError(_("“%(file)s” is empty; export it again.") % named(path))
    return raw


def read_text(path: Path, raw: bytes) -> str:
    """The text in UTF-8, UTF-16 or cp1252. Raises `SourceError` when it is none of them."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\0" in raw[:1] or b"\0" in raw[1:2]:
        encodings = ["utf-16-le" if raw[1:2] == b"\0" else "utf-16-be"]
    else:
        encodings = ["utf-8-sig"] if b"\0" in raw else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    sentence = _("“%(file)s” is not a text file; export it as JSON, YAML or CSV and try again.")
    raise SourceError(sentence % named(path))


def _all_text(path: Path, data: Any) -> Any:
    """Refuse what a database cannot keep as text: NUL and halves of characters, which JSON can escape."""
    waiting = [data]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += [*value, *value.values()]
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str) and not _is_text(value):
            raise SourceError(_("“%(file)s” holds characters that are no text; download it again.") % named(path))
    return data


def _is_text(value: str) -> bool:
    try:
        return "\0" not in value and bool(value.isascii() or value.encode())
    except UnicodeEncodeError:
        return False


def _read_json(path: Path, text: str) -> Any:
    try:
        return json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except json.JSONDecodeError as error:
        sentence = _("“%(file)s” is not valid JSON at line %(line)s; mend that line or download the file again.")
        raise SourceError(sentence % {"file": path.name, "line": error.lineno}) from error
    except RecursionError as error:
        raise _too_deep(path) from error


def _read_yaml(path: Path, text: str) -> Any:
    try:
        _check_yaml(path, text)
        return yaml.load(text, _TextLoader)
    except (yaml.MarkedYAMLError, yaml.reader.ReaderError) as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        line = mark.line + 1 if mark else "?"
        sentence = _("“%(file)s” is not plain YAML at line %(line)s; mend that line or download the file again.")
        raise SourceError(sentence % {"file": path.name, "line": line}) from error
    except RecursionError as error:
        raise _too_deep(path) from error


def _check_yaml(path: Path, text: str) -> None:
    """Refuse what unfolds or nests without end, before anything is built: the C composer would overflow its stack."""
    depth = 0
    for event in yaml.parse(text, yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.AliasEvent):
            sentence = _("“%(file)s” uses a YAML alias at line %(line)s; save it without aliases.")
            line = event.start_mark.line + 1 if event.start_mark else "?"
            raise SourceError(sentence % {"file": path.name, "line": line})
        if depth > MAX_DEPTH:
            raise _too_deep(path)


def _too_deep(path: Path) -> SourceError:
    return SourceError(_("“%(file)s” is nested too deeply to be a list of people; check the file.") % named(path))


def _read_csv(path: Path, text: str) -> list[dict[str, str]]:
    """Rows by column name. Raises `SourceError` for a row with more cells than the header: columns have shifted."""
    header = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[dict[str, str]] = []
    try:
        names = next(reader)
        for cells in reader:
            if len(cells) > len(names) or len(names) > MAX_CELLS:
                raise SourceError(_ragged(path, reader.line_num))
            rows.append(dict.fromkeys(names, "") | dict(zip(names, cells, strict=False)))
            check_rows(path, len(rows))
    except csv.Error as error:
        raise SourceError(_ragged(path, reader.line_num)) from error
    return rows


def _ragged(path: Path, line: int) -> str:
    sentence = _("“%(file)s” has cells without a column name at line %(line)s; mend that line and try again.")
    return sentence % {"file": path.name, "line": line}


def text(row: Mapping[str, Any], key: str) -> str:
    """A cell as text; anything that is no text reads as empty."""
    value = row.get(key)
    return value if isinstance(value, str) else ""


def mapping(row: Mapping[str, Any], key: str) -> dict[str, Any]:
    """A nested mapping; anything else reads as empty."""
    value = row.get(key)
    return value if isinstance(value, dict) else {}


def mappings(value: Any) -> list[dict[str, Any]]:
    """The mappings of a list; anything else reads as an empty list."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def need_list(file: str, data: Any) -> list[dict[str, Any]]:
    """The mappings a file lists. Raises `SourceError` when it lists none."""
    rows = mappings(data)
    if not rows:
        raise SourceError(_("“%(file)s” holds no list of rows; download it again or take it away.") % {"file": file})
    return rows
