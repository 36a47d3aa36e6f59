"""What every profile yields: rows in the words of Popolo, before anybody looked into the database.

A row names other rows by `ref`, a name that holds inside one file or folder only. Nothing here is saved.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from crm.imports.enums import ProblemKind
from crm.people.models import (
    ContactDetail,
    Identifier,
    Membership,
    Office,
    Organization,
    OtherName,
    Person,
    Post,
)
from crm.places.models import Area

# The order in which rows can be written: each names only earlier ones, or its own kind.
MODELS: tuple[type[Model], ...] = (
    Area,
    Organization,
    Person,
    Post,
    Identifier,
    OtherName,
    ContactDetail,
    Office,
    Membership,
)


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a source. `values` are columns, `links` name rows by ref, `kind` is what the source calls it."""

    model: type[Model]
    ref: str
    values: Mapping[str, Any]
    links: Mapping[str, str] = field(default_factory=dict)
    kind: str = ""
    source_url: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one row: `where` finds it in the file, `sentence` says what to do."""

    kind: ProblemKind
    model: type[Model]
    where: str
    column: str
    value: str
    sentence: Any


@dataclass(frozen=True, slots=True)
class Batch:
    """Everything one source says, in any order, with what its reader could not take and remarks on the source."""

    profile: str
    source: str
    source_name: str
    source_hash: str
    records: tuple[Record, ...]
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()

    # Whether a row we know and the source no longer holds has gone, or the source is only a part.
    is_complete: bool = False

    def of(self, model: type[Model]) -> list[Record]:
        """The rows of one model, each after the row it calls its parent, whatever their order in the source."""
        records = [record for record in self.records if record.model is model]
        waiting = {record.ref: record for record in records}
        ordered: list[Record] = []
        for record in records:
            branch = []
            while waiting.pop(record.ref, None):
                branch.append(record)
                record = waiting.get(record.links.get("parent", ""), record)
            ordered += reversed(branch)
        return ordered + _twins(records, ordered)


def _twins(records: Iterable[Record], ordered: Iterable[Record]) -> list[Record]:
    """Rows whose ref another row of the source has too."""
    kept = {id(record) for record in ordered}
    return [record for record in records if id(record) not in kept]
