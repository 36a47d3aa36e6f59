"""Light text of editors - paragraphs, `## ` headings, `- ` lists, `[words](https://…)` - as HTML and
as plain text. Merge fields pass through untouched; run it once per revision, before the merge.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from crm.messaging.merge import SOURCE_LIMIT, MergeSyntaxError

_TOKEN = re.compile(r"\{\{[^{}\n]{0,300}\}\}|\{%[^{}\n]{0,300}%\}")
_LONE_TOKEN = re.compile(r"\{%[^{}\n]{0,300}%\}")
_LINK_START = re.compile(r"\[[^\[\]\n]{1,500}\]\(")
_LINK = re.compile(r"\[([^\[\]\n]{1,500})\]\(((?:\{\{[^{}\n]{0,300}\}\}|[^\s()<>\"'{}\\]){1,2000})\)")
_TARGET = re.compile(r"(?i)https?://|mailto:|\{\{")


@dataclass(frozen=True)
class Block:
    """`kind` is paragraph, heading, list or token (a merge condition alone on its line)."""

    kind: str
    lines: tuple[str, ...]


def text_to_html(text: str) -> str:
    """Safe HTML: whatever is not light text is escaped. Raises `MergeSyntaxError` for a bad link."""
    return "\n".join(_html_block(block) for block in _blocks(_checked(text)))


def text_to_plain(text: str) -> str:
    """The text part: links become "words (address)". Raises `MergeSyntaxError` for a bad link."""
    pieces = [
        block.lines[0] if block.kind == "token" else _plain_block(block) + "\n\n" for block in _blocks(_checked(text))
    ]
    return "".join(pieces).rstrip("\n") + "\n"


def _checked(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text.encode("utf-8", "replace")) > SOURCE_LIMIT:
        raise MergeSyntaxError(1, 1, _("The text is larger than 64 kB; shorten it."))
    for match in _LINK_START.finditer(text):
        link = _LINK.match(text, match.start())
        if link is None or not _TARGET.match(link.group(2)):
            line = text.count("\n", 0, match.start()) + 1
            column = match.start() - text.rfind("\n", 0, match.start())
            sentence = _("Write a link as [words](https://address); only https, http and mailto work.")
            raise MergeSyntaxError(line, column, sentence)
    return text


def _blocks(text: str) -> Iterator[Block]:
    kind, lines = "", list[str]()
    for line in [*text.split("\n"), ""]:
        line_kind, content = _classified(line.strip())
        if lines and (line_kind != kind or line_kind in {"heading", "token"}):
            yield Block(kind, tuple(lines))
            lines = []
        kind = line_kind
        if kind:
            lines.append(content)


def _classified(line: str) -> tuple[str, str]:
    if not line:
        return "", ""
    if line.startswith("## "):
        return "heading", line[3:].strip()
    if line.startswith("- "):
        return "list", line[2:].strip()
    if _LONE_TOKEN.fullmatch(line):
        return "token", line
    return "paragraph", line


def _html_block(block: Block) -> str:
    lines = [_inline(line) for line in block.lines]
    match block.kind:
        case "token":
            return block.lines[0]
        case "heading":
            return f"<h2>{lines[0]}</h2>"
        case "list":
            return "<ul>" + "".join(f"<li>{line}</li>" for line in lines) + "</ul>"
        case _:
            return "<p>" + "<br>\n".join(lines) + "</p>"


def _inline(line: str) -> str:
    pieces: list[str] = []
    position = 0
    for match in _LINK.finditer(line):
        label, target = match.groups()
        pieces.append(_escaped(line[position : match.start()]))
        pieces.append(f'<a href="{_escaped(target)}">{_escaped(label)}</a>')
        position = match.end()
    return "".join([*pieces, _escaped(line[position:])])


def _escaped(text: str) -> str:
    pieces: list[str] = []
    position = 0
    for match in _TOKEN.finditer(text):
        pieces += [html.escape(text[position : match.start()]), match.group()]
        position = match.end()
    return "".join([*pieces, html.escape(text[position:])])


def _plain_block(block: Block) -> str:
    lines = [_LINK.sub(_plain_link, line) for line in block.lines]
    return "\n".join(f"- {line}" for line in lines) if block.kind == "list" else "\n".join(lines)


def _plain_link(match: re.Match[str]) -> str:
    label, target = match.groups()
    address = re.sub(r"(?i)^mailto:", "", target)
    return address if label in {target, address} else f"{label} ({address})"
