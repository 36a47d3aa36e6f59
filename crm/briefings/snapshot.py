"""The frozen briefing: the shape stored in ``BriefingSnapshot.content``, format version 1.

The builder writes it, the HTML page and the PDF read it; nothing else may be assumed of it.
"""

import datetime
import math
import types
from typing import Any, Literal, TypedDict, Union, cast, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

VERSION = 1

Classification = Literal["internal", "delegation", "leave-behind"]
Number = int | float


class Subject(TypedDict):
    name: str
    role_line: str
    party: str
    area: str
    photo: None


class MeetingPart(TypedDict):
    when: str
    zone: str
    where: str
    join_url: str | None
    lines: list[str]


class AskPart(TypedDict):
    title: str
    detail: str
    bill: str


class Fact(TypedDict):
    """``age_days`` counts from ``as_of`` to the day of the snapshot and never changes again."""

    label: str
    value: str
    source: str
    as_of: str
    age_days: int
    stale: bool


class TablePart(TypedDict):
    columns: list[str]
    rows: list[list[str | Number]]


class ChartPart(TypedDict):
    """``points`` are ``[label, number]`` pairs, oldest first."""

    title: str
    unit: str
    points: list[list[str | Number]]


class Section(TypedDict):
    """``empty`` is the sentence shown when nothing is known; the talking points' own words are
    ``paragraphs``, one per point, or facts when each point has its own source."""

    key: str
    title: str
    facts: list[Fact]
    table: TablePart | None
    paragraphs: list[str]
    chart: ChartPart | None
    empty: str | None


class Content(TypedDict):
    version: int
    title: str
    language: str
    generated_at: str
    generated_by: str
    classification: Classification
    subject: Subject
    meeting: MeetingPart | None
    ask: AskPart | None
    sections: list[Section]


def validate_content(content: object) -> None:
    """Raise ValueError, with a sentence naming the first wrong part, unless it is a ``Content``."""
    _check(content, Content, "briefing")
    briefing = cast(Content, content)
    if briefing["version"] != VERSION:
        raise ValueError(
            f"This briefing has format version {briefing['version']}, but this program reads "
            f"version {VERSION}. Make a new briefing."
        )
    if not briefing["title"].strip():
        raise _wrong("briefing.title", "must not be empty")
    if not briefing["subject"]["name"].strip():
        raise _wrong("briefing.subject.name", "must not be empty")
    _check_language(briefing["language"])
    _check_moment(briefing["generated_at"])
    if briefing["meeting"]:
        _check_address(briefing["meeting"]["join_url"])
    for index, section in enumerate(briefing["sections"]):
        _check_section(section, f"briefing.sections[{index}]")


def _wrong(where: str, problem: str) -> ValueError:
    return ValueError(f"The briefing cannot be used: {where} {problem}. Make a new briefing.")


def _check(value: object, kind: Any, where: str) -> None:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        _check_union(value, get_args(kind), where)
    elif origin is Literal:
        if value not in get_args(kind):
            raise _wrong(where, f"must be one of {', '.join(map(repr, get_args(kind)))}")
    elif origin is list:
        if not isinstance(value, list):
            raise _wrong(where, "must be a list")
        for index, item in enumerate(value):
            _check(item, get_args(kind)[0], f"{where}[{index}]")
    elif isinstance(kind, type) and issubclass(kind, dict):
        _check_parts(value, kind, where)
    else:
        _check_plain(value, kind, where)


def _check_parts(value: object, kind: type, where: str) -> None:
    if not isinstance(value, dict):
        raise _wrong(where, "must be an object")
    hints = get_type_hints(kind)
    for key in value.keys() - hints.keys():
        raise _wrong(where, f"has an unknown part {key!r}")
    for key, hint in hints.items():
        if key not in value:
            raise _wrong(where, f"lacks the part {key!r}")
        _check(value[key], hint, f"{where}.{key}")


def _check_union(value: object, kinds: tuple[Any, ...], where: str) -> None:
    if value is None and type(None) in kinds:
        return
    choices = [kind for kind in kinds if kind is not type(None)]
    if len(choices) == 1:
        _check(value, choices[0], where)
    elif isinstance(value, bool) or not isinstance(value, tuple(choices)):
        raise _wrong(where, "must be text or a number")
    elif isinstance(value, float) and not math.isfinite(value):
        raise _wrong(where, "must be a finite number")


def _check_plain(value: object, kind: type, where: str) -> None:
    words = {str: "text", int: "a whole number", bool: "true or false", type(None): "null"}
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise _wrong(where, f"must be {words[kind]}")


def _check_language(language: str) -> None:
    parts = language.split("-")
    if not (language.isascii() and 2 <= len(parts[0]) <= 3 and all(p.isalnum() for p in parts)):
        raise _wrong("briefing.language", "must be a language code such as 'en' or 'pt-br'")


def _check_moment(text: str) -> None:
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise _wrong("briefing.generated_at", "must be a date and time with its UTC offset")


def _check_address(address: str | None) -> None:
    where = "briefing.meeting.join_url"
    if address is None:
        return
    try:
        parts = urlsplit(address)
    except ValueError:
        raise _wrong(where, "must be a web address") from None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise _wrong(where, "must be a web address that starts with https://")


def _check_section(section: Section, where: str) -> None:
    for index, fact in enumerate(section["facts"]):
        try:
            datetime.date.fromisoformat(fact["as_of"])
        except ValueError:
            raise _wrong(f"{where}.facts[{index}].as_of", "must be a date") from None
        if not fact["source"].strip():
            raise _wrong(f"{where}.facts[{index}].source", "must not be empty")
    table = section["table"]
    if table and any(len(row) != len(table["columns"]) for row in table["rows"]):
        raise _wrong(f"{where}.table", "has a row that is longer or shorter than its columns")
    if section["chart"]:
        for index, point in enumerate(section["chart"]["points"]):
            if not _is_point(point):
                raise _wrong(f"{where}.chart.points[{index}]", "must be a label and a number")


def _is_point(point: list[str | Number]) -> bool:
    return len(point) == 2 and isinstance(point[0], str) and not isinstance(point[1], str)
