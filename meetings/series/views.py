"""A series on the pages of its meetings, and its steps. Every step starts from one of the meetings."""

from datetime import datetime, timedelta
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.access.views import visible_or_404
from meetings.scheduling.enums import MeetingState
from meetings.scheduling.models import Meeting
from meetings.scheduling.rules import is_running, zone_of
from meetings.scheduling.views import MeetingStep, line, meeting_url
from meetings.series.actions import carry_over, change_series, end_series, plan_occurrences, start_series
from meetings.series.enums import Frequency, SeriesState
from meetings.series.forms import WEEKDAYS, CarryForm, ChangeSeriesForm, PlanForm, StartSeriesForm, change_initial
from meetings.series.models import MeetingSeries
from meetings.series.queries import carried_tasks, next_of, open_items, series_of, undone_tasks
from meetings.series.rules import LAST, parse_rule
from meetings.steps.forms import Facts, StepForm, VersionForm

SHOWN = 8
NTH = {1: _("first"), 2: _("second"), 3: _("third"), 4: _("fourth"), LAST: _("last")}


def series_panel(meeting: Meeting, user: User) -> dict[str, Any] | None:
    """The series of a meeting with what comes next, or the way to make it one."""
    if not can(user, Act.VIEW, MeetingSeries):
        return None
    series, may = series_of(meeting), can(user, Act.CHANGE, meeting)
    if series is None and not (may and is_running(meeting)):
        return None
    return {
        "title": _("Series"),
        "template": "meetings/panel_series.html",
        "aside": True,
        "meeting": meeting,
        "series": series,
        "may_change": may,
        **(_about(series, meeting, user) if series else {}),
    }


def _about(series: MeetingSeries, meeting: Meeting, user: User) -> dict[str, Any]:
    coming = Meeting.objects.visible_to(user).filter(occurrence__series=series, state=MeetingState.CONFIRMED)
    coming = coming.filter(starts_at__gt=timezone.now()).exclude(pk=meeting.pk).select_related("venue")
    is_past = meeting.starts_at <= timezone.now()
    left = is_past and (open_items(meeting).exists() or undone_tasks(meeting, user).exists())
    return {
        "rule": rule_words(series),
        "is_running": series.state == SeriesState.RUNNING,
        "rows": [line(each) for each in coming.order_by("starts_at", "id")[:SHOWN]],
        "carried": list(carried_tasks(meeting, user)),
        "may_carry": bool(left and next_of(meeting)),
    }


def rule_words(series: MeetingSeries) -> str:
    """`Every 2 weeks: Tuesday, Thursday`."""
    rule = parse_rule(series.rule)
    days = ", ".join(str(WEEKDAYS[each]) for each in rule.weekdays)
    if rule.freq == Frequency.WEEKLY:
        words = ngettext("Every week: %(days)s", "Every %(number)s weeks: %(days)s", rule.interval)
    else:
        words = ngettext("Every month: %(days)s", "Every %(number)s months: %(days)s", rule.interval)
        days = f"{NTH[rule.nth]} {days}"
    return words % {"number": rule.interval, "days": days}


class SeriesStep(MeetingStep):
    """A step of the series this meeting belongs to."""

    def subject(self) -> Meeting:
        meeting = super().subject()
        found = series_of(meeting)
        if found is None:
            raise Http404
        self.series: MeetingSeries = visible_or_404(MeetingSeries, self.request, pk=found.pk)
        return meeting

    def get_form(self, data: Any = None) -> StepForm:
        return VersionForm(data, initial={"version": self.series.version})

    def next_url(self, result: Any) -> str:
        return meeting_url(self.meeting, "series")

    def current_facts(self, current: Any, form: StepForm) -> Facts:
        return [(str(_("Rule")), rule_words(self.series)), (str(_("State")), self.series.get_state_display())]


class StartSeriesView(MeetingStep):
    page_title = _("Repeat this meeting")
    button = _("Plan the meetings and invite everybody")
    intro = _("Each meeting stands alone in everybody's calendar and can be moved or cancelled by itself.")
    done = _("The series is planned.")

    def get_form(self, data: Any = None) -> StepForm:
        start = self.meeting.starts_at.astimezone(zone_of(self.meeting.time_zone)).date()
        return StartSeriesForm(data, initial={"weekdays": [str(start.weekday())], "until": start + timedelta(days=91)})

    def perform(self, form: Any, *, by: User, at: datetime) -> MeetingSeries:
        start = self.meeting.starts_at.astimezone(zone_of(self.meeting.time_zone)).date()
        return start_series(self.meeting, rule=form.rule(start), until=form.cleaned_data["until"], by=by, at=at)

    def next_url(self, result: Any) -> str:
        return meeting_url(self.meeting, "series")


class PlanSeriesView(SeriesStep):
    page_title = _("Plan more meetings")
    button = _("Plan and invite everybody")
    done = _("The meetings are planned.")

    def get_form(self, data: Any = None) -> StepForm:
        return PlanForm(data, series=self.series)

    def perform(self, form: Any, *, by: User, at: datetime) -> list[Meeting]:
        return plan_occurrences(self.series, until=form.cleaned_data["until"], by=by, at=at)


class ChangeSeriesView(SeriesStep):
    page_title = _("Change the series")
    button = _("Change and tell everybody")
    intro = _(
        "Meetings to come move with it and everybody is asked again. What happened, and what you moved by hand, stays."
    )
    done = _("The series is changed. Everybody invited gets the new times.")

    def get_form(self, data: Any = None) -> StepForm:
        return ChangeSeriesForm(data, initial=change_initial(self.series))

    def current_facts(self, current: Any, form: StepForm) -> Facts:
        return self.get_form().facts()

    def perform(self, form: Any, *, by: User, at: datetime) -> MeetingSeries:
        given = form.cleaned_data
        values = {name: given[name] for name in ("first_on", "starts_at_time", "duration_minutes", "version")}
        return change_series(self.series, rule=form.rule(given["first_on"]), by=by, at=at, **values)


class EndSeriesView(SeriesStep):
    page_title = _("End the series")
    button = _("End it and cancel its coming meetings")
    intro = _("Every meeting of the series that has not begun is cancelled, and everybody invited is told.")
    done = _("The series is ended.")

    def perform(self, form: Any, *, by: User, at: datetime) -> MeetingSeries:
        return end_series(self.series, version=form.cleaned_data["version"], by=by, at=at)


class CarryOverView(SeriesStep):
    page_title = _("Carry over to the next meeting")
    button = _("Carry over")
    intro = _("Points are added to the agenda of the next meeting; everybody invited to it reads them.")
    done = _("Carried over.")

    def get_form(self, data: Any = None) -> StepForm:
        return CarryForm(data, meeting=self.meeting, user=self.request.user)  # type: ignore[arg-type]

    def perform(self, form: Any, *, by: User, at: datetime) -> Meeting:
        return carry_over(self.meeting, items=form.chosen("items"), tasks=form.chosen("tasks"), by=by, at=at)

    def next_url(self, result: Any) -> str:
        return meeting_url(result, "agenda")
