"""Rows turned into what the components show."""

from collections.abc import Mapping
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import get_language_info, gettext

from crm.petitions.models import Petition
from crm.petitions.queries import DistrictRow, published_breakdown

ROWS_SHOWN = 10


def district_rows(petition: Petition) -> dict[str, Any]:
    """The district table of a petition: one query. The largest by name, everything else in one last row."""
    breakdown = published_breakdown(petition)
    named = [row for row in breakdown if row.area is not None]
    rest = [*named[ROWS_SHOWN:], *(row for row in breakdown if row.area is None)]
    shown = [{"name": row.name, "count": row.count} for row in named[:ROWS_SHOWN]]
    largest = max([row.count for row in named], default=1)
    if rest:
        shown.append({"name": gettext("Elsewhere"), "count": total(rest)})
    return {"rows": shown, "largest": max(largest, total(rest)), "note": _note() if rest else ""}


def total(rows: list[DistrictRow]) -> int:
    return sum(row.count for row in rows)


def _note() -> str:
    return gettext("Districts with only a few signatures are counted together, so that nobody can be recognised.")


def download_card(value: Mapping[str, Any]) -> dict[str, str]:
    """A download block as `components/download.html` wants it."""
    document = value["document"]
    return {
        "title": value["title"] or document.title,
        "url": document.url,
        "kind": document.file_extension.upper(),
        "size": filesizeformat(document.file_size) if document.file_size else "",
        "language": language_name(value["language"]),
        "code": value["language"],
        "note": value["note"],
        "audience": value["audience"],
    }


def language_name(code: str) -> str:
    """A language in its own words: `Español`; a code nobody knows stays a code."""
    try:
        return str(get_language_info(code)["name_local"]).capitalize()
    except KeyError:
        return code
