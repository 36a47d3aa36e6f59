"""Text as we keep it, compare it and search it."""

import re
import unicodedata

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")

# What a spreadsheet takes for the start of a formula, also in full width and after spaces or quotes.
_FORMULA = re.compile(r"^[\s'\"]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]")


def safe_cell(value: str) -> str:
    """The text as a spreadsheet cell that no program takes for a formula: a quote goes in front."""
    return f"'{value}" if _FORMULA.match(value) else value


def plain_cell(value: str) -> str:
    """The inverse of `safe_cell`: the text of a cell without the quote that kept it from being a formula."""
    return value[1:] if value.startswith("'") and _FORMULA.match(value[1:]) else value


def clean_text(value: str, *, limit: int | None = None) -> str:
    """NFC, without control, line-separator and direction characters, trimmed, clamped to `limit`."""
    text = _CONTROL.sub("", unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n")))
    text = text.strip()
    return text[:limit] if limit else text


def one_line(value: str, *, limit: int | None = None) -> str:
    """`clean_text` with every run of white space folded to one space."""
    text = " ".join(clean_text(value).split())
    return text[:limit] if limit else text


def fold(value: str) -> str:
    """How a name is searched: case and accents away, white space folded."""
    decomposed = unicodedata.normalize("NFKD", value.casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())
