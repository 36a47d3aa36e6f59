"""A delegate's own day behind a mailed link, and the sheets and the publishing staff do."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone, translation
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from crm.access.enums import Act
from crm.access.models import User
from crm.access.views import require
from crm.base.links import read_token
from crm.briefings.html import presented
from crm.consent.views import private
from meetings.itineraries.actions import publish_day
from meetings.itineraries.ics import Entry, build_calendar
from meetings.itineraries.models import Itinerary
from meetings.itineraries.queries import Leg, legs_of, packs_of, team_legs
from meetings.itineraries.typst import render_sheets
from meetings.lobbydays.models import LobbyDay
from meetings.lobbydays.queries import grid_of, offices_seen
from meetings.lobbydays.views import DayMixin, DayStep
from meetings.steps.forms import StepForm
from meetings.steps.views import AdminPage


class PublishView(DayStep):
    form_class = StepForm
    page_title = _("Publish the day")
    intro = _("Everybody whose day is new or has changed gets one mail with their page. Nobody else is written to.")
    button = _("Publish and mail")

    def perform(self, form: Any, *, by: User, at: datetime) -> list[Itinerary]:
        changed = publish_day(self.day, by=by, at=at)
        words = ngettext(
            "Published. %(count)s delegate has a new day.",
            "Published. %(count)s delegates have a new day.",
            len(changed),
        )
        messages.success(self.request, words % {"count": len(changed)})
        return changed


class SheetsView(DayMixin, AdminPage):
    """One printed page per team, from the plan as it stands."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        require(request, Act.VIEW, self.day)
        offices = offices_seen(self.day, request.user)  # type: ignore[arg-type]
        grid = grid_of(offices)
        sheets = [
            (lead.name, [team_legs(self.day, row.cells[n]) for row in grid.rows if row.cells[n]])  # type: ignore[arg-type]
            for n, lead in enumerate(grid.leads)
        ]
        language = translation.get_language() or "en"
        return _file(render_sheets(self.day, sheets, at=timezone.now(), language=language), self.day, "teams")


def _itinerary(token: str) -> Itinerary:
    """The itinerary a mailed link names; 404 for anything else."""
    known = read_token(token)
    if known is None or known[0] != "d":
        raise Http404
    rows = Itinerary.objects.filter(public_id=known[1]).select_related("delegate__lobby_day__ask")
    found = rows.first()
    if found is None:
        raise Http404
    return found


@require_safe
def own_day(request: HttpRequest, token: str) -> HttpResponse:
    """The published day of one delegate."""
    itinerary = _itinerary(token)
    day, legs = itinerary.delegate.lobby_day, legs_of(itinerary)
    packs = packs_of(legs)
    context = {
        "delegate": itinerary.delegate,
        "day": day,
        "zone": ZoneInfo(day.time_zone),
        "legs": [{"leg": leg, "pack": packs.get(leg.office.pk)} for leg in legs],
        "token": token,
    }
    with translation.override(itinerary.delegate.language):
        return private(render(request, "links/lobby_day.html", context))


@require_safe
def own_calendar(request: HttpRequest, token: str) -> HttpResponse:
    """The same as a calendar file."""
    itinerary = _itinerary(token)
    day = itinerary.delegate.lobby_day
    entries = [_entry(leg, day, itinerary.number) for leg in legs_of(itinerary)]
    made = build_calendar(entries, name=day.title, time_zone=day.time_zone, stamp=itinerary.published_at)
    response = HttpResponse(made, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{_name(day)}.ics"'
    return private(response)


def _entry(leg: Leg, day: LobbyDay, number: int) -> Entry:
    meeting = leg.office.meeting if leg.is_confirmed else None
    return Entry(
        meeting.uid if meeting else leg.office.public_id,
        meeting.sequence if meeting else number - 1,
        f"{day.title}: {leg.office.person.name}",
        leg.place,
        ", ".join(leg.team),
        leg.starts_at,
        leg.ends_at,
        leg.is_confirmed,
    )


@require_safe
def own_sheet(request: HttpRequest, token: str) -> HttpResponse:
    """The same to print."""
    itinerary = _itinerary(token)
    delegate = itinerary.delegate
    sheets = [(delegate.name, legs_of(itinerary))]
    made = render_sheets(delegate.lobby_day, sheets, at=itinerary.published_at, language=delegate.language)
    return private(_file(made, delegate.lobby_day, "day"))


@require_safe
def own_pack(request: HttpRequest, token: str, public_id: str) -> HttpResponse:
    """What to hand over at one meeting: a leave-behind of an office on this itinerary, nothing else."""
    packs = packs_of(legs_of(_itinerary(token)))
    pack = next((each for each in packs.values() if each.public_id == public_id), None)
    if pack is None:
        raise Http404
    context = {"content": presented(pack.content), "back_url": f"/l/{token}/day/"}
    return private(render(request, "crm/briefing_snapshot.html", context))


def _name(day: LobbyDay) -> str:
    return f"{slugify(day.title) or 'lobby-day'}-{day.held_on:%Y-%m-%d}"


def _file(pdf: bytes, day: LobbyDay, kind: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{_name(day)}-{kind}.pdf"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers | {"Cache-Control": "private, no-store"})


OWN_DAY_URLS = [
    path("l/<str:token>/day/", own_day, name="lobby_own_day"),
    path("l/<str:token>/day.ics", own_calendar, name="lobby_own_calendar"),
    path("l/<str:token>/day.pdf", own_sheet, name="lobby_own_sheet"),
    path("l/<str:token>/pack/<str:public_id>/", own_pack, name="lobby_own_pack"),
]
