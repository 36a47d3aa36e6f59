"""The merge language of editors: `{{ field | default: "friend" }}` and `{% if field %}…{% endif %}`.

Closed on purpose: a compiled text can read the strings it is given and nothing else. Values are
escaped for the place they stand in and are never read as merge language themselves.
"""

import html
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

from django.utils.translation import gettext as _

from crm.messaging.html5 import MarkupPlace

SOURCE_LIMIT = 64 * 1024
OUTPUT_LIMIT = 256 * 1024
TOKEN_LIMIT = 300

_OPENING = re.compile(r"\{\{|\{%")
_STRAY = re.compile(r"\}\}|%\}")
_FIELD = re.compile(r'([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*)(?:\s*\|\s*default:\s*"([^"\n]*)")?')
_IF = re.compile(r"if\s+([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*)")
_SOURCE_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# C0 and C1 controls and the bidi overrides that can make a name read backwards.
_VALUE_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_SCHEME = re.compile(r"(?i)https?://|mailto:")
_ADDRESS_TEXT = re.compile(r"[^\s<>\"'\\]*")


class Part(StrEnum):
    """Where the text goes; it decides how values are escaped."""

    TEXT = "text"
    HTML = "html"
    SUBJECT = "subject"
    URL = "url"


class Context(StrEnum):
    """How one value is escaped. LINK and HREF begin an address, QUERY is a piece further in."""

    PLAIN = "plain"
    LINE = "line"
    MARKUP = "markup"
    LINK = "link"
    HREF = "href"
    QUERY = "query"


_CONTEXTS = {
    Part.HTML: {
        "text": Context.MARKUP,
        "attribute": Context.MARKUP,
        "link": Context.HREF,
        "query": Context.QUERY,
    },
    Part.URL: {"link": Context.LINK, "query": Context.QUERY},
}


class MergeSyntaxError(ValueError):
    """The source cannot be used; line and column count from 1."""

    def __init__(self, line: int, column: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line
        self.column = column
        self.sentence = sentence


class MergeRenderError(ValueError):
    """This one message must be held; `sentence` tells staff why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class MissingFieldError(MergeRenderError):
    def __init__(self, field: str) -> None:
        super().__init__(_("“%(field)s” is empty for this person; fill it in or give it a default.") % {"field": field})
        self.field = field


class UnsafeLinkError(MergeRenderError):
    def __init__(self, field: str) -> None:
        super().__init__(
            _("“%(field)s” is used as a link but is not a web or mail address; correct it.") % {"field": field}
        )
        self.field = field


@dataclass(frozen=True)
class Literal:
    text: str


@dataclass(frozen=True)
class Field:
    name: str
    default: str | None
    context: Context


@dataclass(frozen=True)
class Condition:
    name: str
    body: tuple[Literal | Field, ...]


@dataclass(frozen=True)
class Merge:
    """A checked text, compiled once per revision and rendered once per message."""

    nodes: tuple[Literal | Field | Condition, ...]
    fields: frozenset[str]

    def render(self, values: Mapping[str, str]) -> str:
        """Raises `MergeRenderError` rather than send a gap, a bad link or an endless text."""
        pieces: list[str] = []
        size = 0
        for piece in _pieces(self.nodes, values):
            size += len(piece.encode("utf-8", "replace"))
            if size > OUTPUT_LIMIT:
                raise MergeRenderError(_("The finished text is larger than 256 kB; shorten it."))
            pieces.append(piece)
        return "".join(pieces)


def compile_merge(source: str, *, fields: Collection[str], part: Part) -> Merge:
    """Check `source` against the allowed `fields`; raises `MergeSyntaxError` at the first fault."""
    return _Compiler(source, frozenset(fields), part).compile()


class _Compiler:
    def __init__(self, source: str, allowed: frozenset[str], part: Part) -> None:
        self.source = source
        self.allowed = allowed
        self.part = part
        self.used: set[str] = set()
        self.place = MarkupPlace()
        if part == Part.URL:
            self.place.read('<a href="')

    def compile(self) -> Merge:
        self._check_source()
        nodes: list[Literal | Field | Condition] = []
        body: list[Literal | Field] = []
        opened: tuple[int, str] | None = None
        for start, piece, is_token in self._split():
            if not is_token or piece.startswith("{{"):
                read = self._field if is_token else self._literal
                (nodes if opened is None else body).append(read(start, piece))
            elif not self._is_end(start, piece):
                opened = self._opened(start, piece, opened)
            elif opened is None:
                raise self._error(start, _("This {% endif %} has no {% if … %} before it."))
            else:
                nodes.append(Condition(opened[1], tuple(body)))
                opened, body = None, []
        if opened is not None:
            raise self._error(opened[0], _("This {% if … %} is never closed; add {% endif %}."))
        return Merge(tuple(nodes), frozenset(self.used))

    def _check_source(self) -> None:
        if len(self.source.encode("utf-8", "replace")) > SOURCE_LIMIT:
            raise self._error(0, _("The text is larger than 64 kB; shorten it."))
        if control := _SOURCE_CONTROL.search(self.source):
            raise self._error(control.start(), _("Remove the control character here."))

    def _opened(self, start: int, piece: str, opened: tuple[int, str] | None) -> tuple[int, str]:
        if opened is not None:
            raise self._error(start, _("One {% if … %} cannot stand inside another; close the first one."))
        return start, self._condition(start, piece)

    def _split(self) -> Iterator[tuple[int, str, bool]]:
        position = 0
        while match := _OPENING.search(self.source, position):
            if match.start() > position:
                yield position, self.source[position : match.start()], False
            closing = "}}" if match.group() == "{{" else "%}"
            limit = match.start() + TOKEN_LIMIT
            end = self.source.find(closing, match.end(), limit)
            if end < 0 or "\n" in self.source[match.start() : end]:
                raise self._error(
                    match.start(),
                    _("This merge field is not closed; end it with %(closing)s on the same line.")
                    % {"closing": closing},
                )
            position = end + 2
            yield match.start(), self.source[match.start() : position], True
        if position < len(self.source):
            yield position, self.source[position:], False

    def _literal(self, start: int, text: str) -> Literal:
        self._check_address(start, text)
        if self.part in {Part.HTML, Part.URL}:
            self.place.read(text)
        # Style rules may end in }} there.
        if self.part != Part.HTML and (stray := _STRAY.search(text)):
            raise self._error(
                start + stray.start(),
                _("%(mark)s stands here without an opening mark before it.") % {"mark": stray.group()},
            )
        return Literal(text)

    def _field(self, start: int, token: str) -> Field:
        match = _FIELD.fullmatch(token[2:-2].strip())
        if match is None:
            raise self._error(
                start,
                _('Write a merge field as {{ field }} or {{ field | default: "words" }}.'),
            )
        return Field(self._known(start, match.group(1)), match.group(2), self._context(start))

    def _condition(self, start: int, token: str) -> str:
        match = _IF.fullmatch(token[2:-2].strip())
        if match is None:
            raise self._error(start, _("Only {% if field %} and {% endif %} are understood here."))
        return self._known(start, match.group(1))

    def _is_end(self, start: int, token: str) -> bool:
        """A branch may not begin or end inside a tag: what follows would be escaped wrongly."""
        if not self.place.is_text:
            raise self._error(start, _("{% if %} and {% endif %} cannot stand inside an HTML tag or a link."))
        return token[2:-2].strip() == "endif"

    def _known(self, start: int, name: str) -> str:
        if name not in self.allowed:
            raise self._error(
                start,
                _("There is no field “%(name)s”; choose one from the list of fields.") % {"name": name},
            )
        self.used.add(name)
        return name

    def _context(self, start: int) -> Context:
        if self.part == Part.TEXT:
            return Context.PLAIN
        if self.part == Part.SUBJECT:
            return Context.LINE
        context = _CONTEXTS[self.part].get(self.place.kind())
        if context is None:
            raise self._error(start, _("A merge field cannot stand here; put it in the text or in a quoted link."))
        self.place.read_value()
        return context

    def _check_address(self, start: int, text: str) -> None:
        if self.part != Part.URL:
            return
        if not _ADDRESS_TEXT.fullmatch(text) or (start == 0 and not _SCHEME.match(text)):
            raise self._error(start, _("A link must start with https://, http:// or mailto: and hold no spaces."))

    def _error(self, offset: int, sentence: str) -> MergeSyntaxError:
        line = self.source.count("\n", 0, offset) + 1
        column = offset - self.source.rfind("\n", 0, offset)
        return MergeSyntaxError(line, column, sentence)


def _pieces(nodes: tuple[Literal | Field | Condition, ...], values: Mapping[str, str]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, Literal):
            yield node.text
        elif isinstance(node, Field):
            yield _filled(node, values)
        elif _clean(values.get(node.name, "")):
            yield from _pieces(node.body, values)


def _filled(field: Field, values: Mapping[str, str]) -> str:
    value = _clean(values.get(field.name, ""))
    if not value:
        if field.default is None:
            raise MissingFieldError(field.name)
        value = field.default
    return _escaped(field, value)


def _clean(value: str) -> str:
    # A value longer than the whole message is refused by the size check without being escaped first.
    return _VALUE_CONTROL.sub("", value[: OUTPUT_LIMIT + 1]).strip()


def _escaped(field: Field, value: str) -> str:
    match field.context:
        case Context.PLAIN:
            return value
        case Context.LINE:
            return " ".join(value.split())
        case Context.MARKUP:
            return html.escape(value)
        case Context.QUERY:
            return quote(value, safe="")
        case Context.LINK | Context.HREF:
            if not _SCHEME.match(value) or not _ADDRESS_TEXT.fullmatch(value):
                raise UnsafeLinkError(field.name)
            return html.escape(value) if field.context == Context.HREF else value
