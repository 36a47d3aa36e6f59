"""The briefing as an accessible PDF (PDF/UA-1), laid out by ``templates/typst/briefing.typ``.

Every word travels as one JSON input, so nothing in it is ever read as Typst markup.
"""

import datetime
import functools
import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import typst
from django.utils import translation
from django.utils.translation import gettext as _

from .html import presented
from .snapshot import Content

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "templates" / "typst" / "briefing.typ"
FONTS = ROOT / "static" / "fonts"

MISSING = re.compile(r"error: PDF/UA-1 error: the text `\"(.+?)\"` could not be displayed")
UNPRINTABLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
INVISIBLE = dict.fromkeys([0x200D, 0xFE0E, 0xFE0F])


def render_pdf(content: Content, *, title: str, language: str) -> bytes:
    """The PDF of a snapshot; the same content, title and language give the same bytes.

    Letters our fonts lack are set in a font of the machine; where that has none either, the
    letter's code stands in its place (``[U+4E2D]``) and the first page says so.
    Raises ValueError like ``validate_content``.
    """
    with translation.override(language):
        shown = presented(content, language=language)
        parts = {**shown, "document_title": title, "labels": _labels(), **_language(language)}
    inputs = json.dumps(_printable(parts), ensure_ascii=False)
    at = datetime.datetime.fromisoformat(content["generated_at"])
    for system_fonts in (False, True):
        try:
            return _compile(inputs, at=at, system_fonts=system_fonts)
        except typst.TypstError as error:
            missing = MISSING.findall(error.diagnostic)
            if not missing:
                raise
    return _compile_without(missing, inputs, at=at)


def _compile_without(missing: list[str], inputs: str, *, at: datetime.datetime) -> bytes:
    """Typst may name further missing letters once the first are gone: so again, until none is."""
    while missing:
        inputs = _spelled_out(inputs, set("".join(missing)))
        try:
            return _compile(inputs, at=at, system_fonts=True)
        except typst.TypstError as error:
            missing = MISSING.findall(error.diagnostic)
            if not missing:
                raise
    raise AssertionError("unreachable: the loop returns or raises")


def _spelled_out(inputs: str, letters: set[str]) -> str:
    numbers = [ord(letter) for letter in letters if ord(letter) > 0x7F]
    codes = {number: f"[U+{number:04X}]" for number in numbers if number not in INVISIBLE}
    if not codes:
        raise ValueError("The briefing holds text that no font can show. Remove it and try again.")
    briefing = json.loads(inputs.translate(INVISIBLE | codes))
    briefing["letters_missing"] = True
    return json.dumps(briefing, ensure_ascii=False)


def _compile(inputs: str, *, at: datetime.datetime, system_fonts: bool) -> bytes:
    return typst.compile(
        str(TEMPLATE),
        root=str(TEMPLATE.parent),
        font_paths=_fonts(system_fonts),
        ignore_system_fonts=not system_fonts,
        format="pdf",
        sys_inputs={"briefing": inputs},
        pdf_standards=["ua-1"],
        timestamp=at,
    )


@functools.cache
def _fonts(system_fonts: bool) -> typst.Fonts:
    return typst.Fonts(include_system_fonts=system_fonts, font_paths=[str(FONTS)])


def _language(language: str) -> dict[str, str]:
    """Typst wants ``pt`` and ``BR`` apart, and knows two-letter regions only."""
    code, *rest = language.split("-")
    region = next((part for part in rest if len(part) == 2 and part.isalpha()), "")
    return {"lang": code.lower(), "region": region.upper()}


def _printable(value: Any) -> Any:
    """The same value without control characters, lone surrogates and direction overrides.

    The overrides would let one name turn around the words that follow it.
    """
    if isinstance(value, dict):
        return {key: _printable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_printable(item) for item in value]
    return UNPRINTABLE.sub(_replacement, value) if isinstance(value, str) else value


def _replacement(match: re.Match[str]) -> str:
    letter = match[0]
    if unicodedata.category(letter) == "Cf":
        return ""
    return " " if unicodedata.category(letter) == "Cc" else "\ufffd"


def _labels() -> dict[str, str]:
    return {
        "when": _("When"),
        "where": _("Where"),
        "join": _("Join online"),
        "ask": _("The ask"),
        "bill": _("Bill"),
        "fact": _("Fact"),
        "value": _("What we know"),
        "source": _("Source, date and age"),
        "stale": _("Out of date"),
        "period": _("Period"),
        "made": _("Made %(when)s") % {"when": "{when}"},
        "made_by": _("Made %(when)s by %(who)s") % {"when": "{when}", "who": "{who}"},
        "page": _("Page %(page)s of %(total)s") % {"page": "{page}", "total": "{total}"},
        "letters": _(
            "Some letters could not be printed and appear as codes such as [U+4E2D]. "
            "Read this briefing on screen to see them."
        ),
    }
