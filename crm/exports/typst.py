"""A list of people as an accessible PDF (PDF/UA-1) to print, laid out by ``templates/typst/people.typ``.

Every word travels as one JSON input, so nothing in it is ever read as Typst markup.
"""

import functools
import json
import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import typst
from django.conf import settings
from django.utils import formats
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

MOST_PRINTED = 2_000
ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "templates" / "typst" / "people.typ"
FONTS = ROOT / "static" / "fonts"
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u200d\u202a-\u202e\u2066-\u2069\ufe0e\ufe0f\ud800-\udfff]")
MISSING = re.compile(r"error: PDF/UA-1 error: the text `\"(.+?)\"` could not be displayed")


def write_pdf(path: Path, people: Sequence[Any], *, by: str, on: date, language: str) -> None:
    """The people with seat, party and office phone. Letters no font has appear as their codes."""
    pack = {
        "title": _("People"),
        "organisation": settings.ORGANISATION_NAME,
        "made": _("Printed by %(who)s on %(when)s") % {"who": by, "when": formats.date_format(on)},
        "warning": _("Personal data: keep it with you and destroy it after use."),
        "head": [_("Name"), _("Seat"), _("Party"), _("Office phone")],
        "page": _("Page %(page)s of %(total)s") % {"page": "{page}", "total": "{total}"},
        "rows": [_row(person) for person in people],
        "lang": (language or "en").split("-")[0].lower(),
        "rtl": bool(language) and get_language_info(language)["bidi"],
    }
    made_at = datetime.combine(on, time.min, tzinfo=UTC)
    path.write_bytes(compile_pdf(TEMPLATE, "people", json.dumps(pack, ensure_ascii=False), at=made_at))


def _row(person: Any) -> list[str]:
    told = person.told
    return [printable(text) for text in (person.name, told["seat"], told["party"], told["office_phone"])]


def printable(text: str) -> str:
    """Without control characters and direction overrides, which would turn around the words that follow."""
    return UNPRINTABLE.sub(lambda match: "" if unicodedata.category(match[0]) == "Cf" else " ", text)


def compile_pdf(template: Path, name: str, pack: str, *, at: datetime) -> bytes:
    """An accessible PDF of `pack`, which the template reads as the input `name`. The same again is the same bytes.

    Typst names missing letters one refusal at a time: so again, until none is.
    """
    while True:
        try:
            return _compile(template, {name: pack}, at)
        except typst.TypstError as error:
            letters = {letter for text in MISSING.findall(error.diagnostic) for letter in text if ord(letter) > 0x7F}
            if not letters:
                raise
            pack = pack.translate({ord(letter): f"[U+{ord(letter):04X}]" for letter in letters})


def _compile(template: Path, inputs: dict[str, str], at: datetime) -> bytes:
    return typst.compile(
        str(template),
        root=str(template.parent),
        font_paths=_fonts(),
        ignore_system_fonts=False,
        format="pdf",
        sys_inputs=inputs,
        pdf_standards=["ua-1"],
        timestamp=at,
    )


@functools.cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=True, font_paths=[str(FONTS)])
