"""Sheets of a lobby day as an accessible PDF (PDF/UA-1), laid out by ``templates/typst/lobby_day.typ``.

Every word travels as one JSON input, so nothing in it is ever read as Typst markup.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from crm.exports.typst import compile_pdf, printable
from meetings.itineraries.qr import qr_svg
from meetings.itineraries.queries import Leg

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "templates" / "typst" / "lobby_day.typ"
Sheet = tuple[str, Sequence[Leg]]


def render_sheets(day: Any, sheets: Sequence[Sheet], *, at: datetime, language: str) -> bytes:
    """One sheet per name, each on a page of its own, with a QR code per meeting to tell how it went."""
    with translation.override(language):
        pack = {
            "title": printable(day.title),
            "organisation": printable(settings.ORGANISATION_NAME),
            "day": f"{date_format(day.held_on, 'l')}, {date_format(day.held_on, 'DATE_FORMAT')} ({day.time_zone})",
            "head": [_("Time"), _("Meeting"), _("Where"), _("Team"), _("Tell us how it went")],
            "leads": _("leads"),
            "confirmed": _("confirmed"),
            "open": _("not confirmed yet"),
            "code": _("Code for: %(name)s") % {"name": "{name}"},
            "none": _("No meetings."),
            "warning": _("Personal data: keep it with you and destroy it after use."),
            "lang": language.split("-")[0],
            "sheets": [_sheet(name, legs, ZoneInfo(day.time_zone)) for name, legs in sheets],
        }
    return compile_pdf(TEMPLATE, "day", json.dumps(pack, ensure_ascii=False), at=at.replace(microsecond=0))


def _sheet(name: str, legs: Sequence[Leg], zone: ZoneInfo) -> dict[str, Any]:
    return {"name": printable(name), "legs": [_row(leg, zone) for leg in legs]}


def _row(leg: Leg, zone: ZoneInfo) -> dict[str, Any]:
    start, end = leg.starts_at.astimezone(zone), leg.ends_at.astimezone(zone)
    return {
        "time": f"{start:%H:%M}–{end:%H:%M}",
        "name": printable(leg.office.person.name),
        "place": printable(leg.place),
        "lead": printable(leg.lead),
        "team": [printable(each) for each in leg.team if each != leg.lead],
        "confirmed": leg.is_confirmed,
        "qr": qr_svg(leg.visit_url),
    }
