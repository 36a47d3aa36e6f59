"""The calendar of meetings and of times on offer: a month, a week or an agenda, in the reader's own zone."""

from collections import defaultdict
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.access.views import RowRuleMixin
from meetings.calendars.enums import Shape, Whose
from meetings.calendars.forms import CalendarForm
from meetings.calendars.queries import Entry, entries
from meetings.calendars.rules import clock_words, days_of, days_shown, neighbours, span
from meetings.scheduling.forms import EARLIEST, LATEST
from meetings.scheduling.models import Meeting
from meetings.scheduling.rules import is_running

PER_DAY = 5
"""Entries of one day in the month; the agenda has them all."""


def zone_of_user(user: User) -> ZoneInfo:
    return ZoneInfo(user.time_zone or settings.TIME_ZONE)


def calendar_url(shape: str, day: date, whose: str) -> str:
    return f"{reverse('meetings_calendar')}?{urlencode({'shape': shape, 'day': day.isoformat(), 'whose': whose})}"


class CalendarView(RowRuleMixin, WagtailAdminTemplateMixin, TemplateView):
    """Meetings and times on offer as a table of days, with links to the pages before and after."""

    model = Meeting
    template_name = "meetings/calendar.html"
    page_title = _("Calendar")
    header_icon = "date"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        meetings = {"url": reverse("meetings:index"), "label": _("Meetings")}
        return [*self.breadcrumbs_items, meetings, {"url": "", "label": self.get_page_title()}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        zone = zone_of_user(user)
        now = timezone.now()
        form = CalendarForm(self.request.GET)
        shape, asked, whose = form.page()
        day: date = asked or now.astimezone(zone).date()
        days = days_shown(shape, day)
        found = drawn(entries(user, *span(days, zone), whose), zone, now, changes=can(user, Act.CHANGE, Meeting))
        cells = [_cell(each, found[each], now.astimezone(zone).date(), shape, day, whose) for each in days]
        start = {"shape": shape.value, "day": day, "whose": whose.value}
        page = {
            "form": CalendarForm(initial=start) if form.is_valid() else form,
            "shape": shape.value,
            "zone": zone.key,
            "heading": _heading(shape, days, day),
            "weeks": [cells[number : number + 7] for number in range(0, len(cells), 7)] if shape != "agenda" else [],
            "days": [cell for cell in cells if cell["entries"]],
            "links": _links(shape, day, whose),
        }
        return super().get_context_data(**kwargs) | page


def drawn(found: list[Entry], zone: ZoneInfo, now: datetime, *, changes: bool) -> dict[date, list[dict[str, Any]]]:
    """The entries of each day, with the time in the reader's zone and in that of the place."""
    by_day: dict[date, list[dict[str, Any]]] = defaultdict(list)
    for each in found:
        place = ZoneInfo(each.zone)
        ours, theirs = (clock_words(each.starts_at, each.ends_at, key) for key in (zone, place))
        moves = changes and each.meeting is not None and is_running(each.meeting)
        line = {
            "entry": each,
            "url": reverse("meeting_page" if each.meeting else "request_page", args=[each.public_id]),
            "move_url": reverse("meeting_move", args=[each.public_id]) if moves else "",
            "when": ours,
            "there": "" if _same_clock(each.starts_at, zone, place) else f"{theirs} {each.zone}",
            "day": each.starts_at.astimezone(place).date(),
        }
        for number, day in enumerate(days_of(each.starts_at, each.ends_at, zone)):
            by_day[day].append(line | {"is_first": number == 0, "key": f"{each.public_id}-{day:%m%d}"})
    return by_day


def _same_clock(at: datetime, zone: ZoneInfo, place: ZoneInfo) -> bool:
    return at.astimezone(zone).utcoffset() == at.astimezone(place).utcoffset()


def _cell(
    day: date, found: list[dict[str, Any]], today: date, shape: Shape, asked: date, whose: Whose
) -> dict[str, Any]:
    shown = found[:PER_DAY] if shape == Shape.MONTH else found
    return {
        "day": day,
        "entries": shown,
        "more": len(found) - len(shown),
        "more_url": calendar_url("agenda", day, whose),
        "is_today": day == today,
        "is_outside": shape == Shape.MONTH and day.month != asked.month,
    }


def _heading(shape: Shape, days: list[date], day: date) -> str:
    if shape == Shape.MONTH:
        return date_format(day, "YEAR_MONTH_FORMAT")
    return f"{date_format(days[0], 'DATE_FORMAT')} – {date_format(days[-1], 'DATE_FORMAT')}"


def _links(shape: Shape, day: date, whose: Whose) -> list[dict[str, Any]]:
    before, after = neighbours(shape, day)
    found = [(before, _("Earlier")), (after, _("Later"))]
    return [
        {"url": calendar_url(shape, each, whose), "label": label} for each, label in found if EARLIEST <= each <= LATEST
    ]
