"""What every profile yields: rows in the words of Popolo, before anybody looked into the database.

A row names other rows by `ref`, a name that holds inside one file or folder only. Nothing here is saved.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from django.db.models import Model

from crm.consent.enums import Purpose
from crm.consent.rules import Wording
from crm.imports.enums import ProblemKind
from crm.notes.models import InternalNote
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
from crm.places.models import Area, AreaCode, AreaName, AreaOverlap, AreaStatistic, PostcodeArea
from crm.tags.models import Tag, Tagging, TagGroup

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
    AreaName,
    AreaCode,
    AreaStatistic,
    AreaOverlap,
    PostcodeArea,
    TagGroup,
    Tag,
    Tagging,
    InternalNote,
)


@dataclass(frozen=True, slots=True)
class Spec:
    """How rows of a model are found again: `key` names columns; without one the row is found by its identifiers."""

    key: tuple[str, ...]
    values: tuple[str, ...]
    required: frozenset[str] = frozenset()
    # A second key, for rows an import wrote itself: a changed phone number is an update, not a second number.
    own_key: tuple[str, ...] = ()
    # What tells two rows of one file apart that share the key: the same seat held twice from an unknown day on.
    apart: tuple[str, ...] = ()
    # Columns that say when the row was made.
    stamps: tuple[str, ...] = ()
    # Columns that say who made it: a source holds such rows only when somebody is named for them.
    authors: tuple[str, ...] = ()


OWNERS = ("person_id", "organization_id")
SPECS: dict[type[Model], Spec] = {
    Area: Spec(
        ("identifier", "valid_from"), ("name", "classification", "parent_id", "code", "valid_from", "valid_until")
    ),
    Organization: Spec(
        (),
        (
            *("name", "classification", "parent_id", "area_id", "level"),
            *("founding_date", "dissolution_date", "description", "sources"),
        ),
    ),
    Person: Spec(
        (),
        (
            *("name", "given_name", "additional_name", "family_name", "honorific_prefix", "honorific_suffix"),
            *("sort_name", "gender", "birth_date", "death_date", "category", "level", "language", "summary", "sources"),
        ),
    ),
    Post: Spec(("organization_id", "label"), ("role", "area_id"), frozenset({"organization_id"})),
    Identifier: Spec(("scheme", "identifier"), OWNERS, frozenset(OWNERS)),
    OtherName: Spec(
        (*OWNERS, "name", "language"),
        ("note", "start_date", "end_date"),
        frozenset(OWNERS),
        apart=("note", "start_date", "end_date"),
    ),
    ContactDetail: Spec(
        (*OWNERS, "type", "value"), ("value", "label", "note"), frozenset(OWNERS), own_key=(*OWNERS, "type", "label")
    ),
    Office: Spec(
        ("person_id", "identifier"),
        (
            *("classification", "address", "suite", "building", "city", "state", "postcode"),
            *("voice", "fax", "hours", "latitude", "longitude"),
        ),
        frozenset({"person_id"}),
    ),
    Membership: Spec(
        (
            *("person_id", "member_organization_id", "organization_id", "post_id", "area_id"),
            *("legislative_period", "start_date"),
        ),
        # Seat, period and first day are found by; of a term that stood here without dates they are told too.
        (
            *("role", "label", "rank", "side", "on_behalf_of_id", "end_date"),
            *("area_id", "legislative_period", "start_date"),
        ),
        frozenset({"person_id", "member_organization_id", "organization_id", "post_id"}),
        apart=("role", "label", "on_behalf_of_id", "end_date"),
    ),
    AreaName: Spec(("area_id", "language"), ("name",), frozenset({"area_id"})),
    AreaCode: Spec(("area_id", "scheme", "code"), (), frozenset({"area_id"})),
    AreaStatistic: Spec(("area_id", "indicator", "year"), ("value",), frozenset({"area_id"})),
    AreaOverlap: Spec(
        ("from_area_id", "to_area_id"),
        ("population_share", "area_share"),
        frozenset({"from_area_id", "to_area_id"}),
    ),
    PostcodeArea: Spec(("postcode", "area_id"), ("share",), frozenset({"area_id"})),
    TagGroup: Spec(("key",), ("name",)),
    Tag: Spec(("group_id", "name"), (), frozenset({"group_id"})),
    Tagging: Spec(("tag_id", "person_id"), (), frozenset({"tag_id", "person_id"}), stamps=("tagged_at",)),
    InternalNote: Spec(("person_id", "text"), (), frozenset({"person_id"}), authors=("author_id",)),
}


# Whose word stands when two sources differ about one row: a profile gives way to every later one and to all that
# are not named. What is the same row in two sources would else change with each of them in turn.
GIVE_WAY = ("popolo",)
GIVE_WAY_ON_AREAS = ("popolo", "openstates", "reference", "us-congress", "ocd-divisions")


def gives_way(profile: str, writer: str, model: type[Model]) -> bool:
    """Whether what `writer` wrote stands against `profile`. Between two lists of a CRM the first word stands."""
    if profile.startswith("csv"):
        return writer != profile
    order = GIVE_WAY_ON_AREAS if model in (Area, AreaName) else GIVE_WAY
    ranks = {name: rank for rank, name in enumerate(order)}
    return ranks.get(profile, len(order)) < ranks.get(writer, len(order))


# The words of the other list stand in the evidence of the record.
IMPORTED_WORDING = Wording("import", 1, Purpose.UPDATES, "")

Tick = Callable[[str, int, int], None]
"""Told which step is under way and how many of how many rows are done; raises to stop the work."""


def no_tick(step: str, done: int, total: int) -> None:
    """Nobody watches."""


# Shared by all that hold nothing: a hundred thousand empty mappings would take as many pieces of memory.
NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a source. `values` are columns, `links` name rows by ref, `kind` is what the source calls it.

    `defaults` are columns for a row that is not here yet: a name made up from an id never replaces a real one.
    """

    model: type[Model]
    ref: str
    values: Mapping[str, Any]
    links: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    kind: str = ""
    source_url: str = ""
    defaults: Mapping[str, Any] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one row: `where` finds it in the file, `sentence` says what to do.

    An error that costs the whole row stops an all-or-nothing import; one that only costs a value
    (`left_out=False`: an impossible date of birth) is listed and the row goes on without it.
    """

    kind: ProblemKind
    model: type[Model]
    where: str
    column: str
    value: str
    sentence: Any
    left_out: bool = True


def bad_rows(problems: Iterable[Problem]) -> int:
    """How many rows an error keeps out; any stops an all-or-nothing import. Conflicts and unresolved rows do not."""
    return len({(p.model, p.where) for p in problems if p.kind == ProblemKind.ERROR and p.left_out})


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

    # Rows the source names and does not hold, by ref: the scheme and identifier they may be known under here.
    elsewhere: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    # Whether a person without a known id may be found by a mail address: not where offices share one.
    joins_by_email: bool = False

    # Who must never be mailed again, by address with the reason; and who said yes, on which lawful basis.
    refusals: Mapping[str, str] = field(default_factory=dict)
    subscribers: tuple[str, ...] = ()
    basis: Mapping[str, str] = field(default_factory=dict)

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


class Sheet:
    """Collects what the readers of a profile yield: records get the address of their file, the rest stays as it is."""

    def __init__(self, address: str = "") -> None:
        self.address = address
        self.records: list[Record] = []
        self.problems: list[Problem] = []
        self.notes: list[str] = []

    def add(self, file: str, found: Iterable[Record | Problem | str]) -> None:
        """Take what one file says; remarks on the source are plain text."""
        for item in found:
            if isinstance(item, Record):
                self.records.append(item if item.source_url else replace(item, source_url=self.address + file))
            elif isinstance(item, Problem):
                self.problems.append(item)
            else:
                self.notes.append(item)


def partial_date(value: str) -> str:
    """A date with what is not known of it left away: 1975-00-00 is 1975; 9999-12-31 is no end at all."""
    day = value.strip()
    while day.endswith("-00"):
        day = day.removesuffix("-00")
    return "" if day.startswith("9999") else day
