from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.access.models import User
from meetings.scheduling.forms import EARLIEST, LATEST
from meetings.scheduling.models import Meeting
from meetings.series.enums import Frequency
from meetings.series.errors import RuleError
from meetings.series.models import MeetingSeries
from meetings.series.queries import open_items, undone_tasks
from meetings.series.rules import HORIZON, LAST, MAX_COUNT, Rule, parse_rule
from meetings.steps.forms import StepForm, VersionForm

WEEKDAYS = [_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday")]
DATE_ERRORS = {"required": _("Enter the date."), "invalid": _("Enter the date like 2026-10-28.")}


def day_field(label: Any, **options: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, error_messages=DATE_ERRORS, **options)


class RuleFields(StepForm):
    """How often, on which weekdays, until when. Months repeat the weekday of the first day: the second Tuesday."""

    interval = forms.IntegerField(
        label=_("Every"), min_value=1, max_value=52, initial=1, error_messages={"required": RuleError.sentence}
    )
    freq = forms.ChoiceField(label=_("Weeks or months"), choices=Frequency, initial=Frequency.WEEKLY)
    weekdays = forms.MultipleChoiceField(
        label=_("On which weekdays, for weeks"),
        choices=list(enumerate(WEEKDAYS)),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    last_on = day_field(_("Last day"), required=False)
    count = forms.IntegerField(label=_("or how many meetings"), min_value=1, max_value=MAX_COUNT, required=False)

    def rule(self, first: date) -> Rule:
        """The rule that was chosen, for a series that begins on `first`."""
        given = self.cleaned_data
        freq, end = Frequency(given["freq"]), {"count": given["count"], "until": given["last_on"]}
        if freq == Frequency.WEEKLY:
            days = tuple(int(each) for each in given["weekdays"]) or (first.weekday(),)
            return Rule(freq, given["interval"], days, **end)
        nth = (first.day - 1) // 7 + 1
        return Rule(freq, given["interval"], (first.weekday(),), LAST if nth == 5 else nth, **end)

    def clean_last_on(self) -> date | None:
        day: date | None = self.cleaned_data["last_on"]
        if day is not None and not EARLIEST <= day <= LATEST:
            raise forms.ValidationError(_("Enter a date between 2000 and 2100."))
        return day


class StartSeriesForm(RuleFields):
    """The rule and how far to plan."""

    until = day_field(
        _("Plan the meetings up to"),
        help_text=_("Everybody invited to this meeting is invited to each of them. You can plan further later."),
    )


class ChangeSeriesForm(VersionForm, RuleFields):
    """Another rule or another time."""

    first_on = day_field(_("First day under the new rule"))
    starts_at_time = forms.TimeField(
        label=_("Starts"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": _("Enter when it starts."), "invalid": _("Enter the start like 14:30.")},
    )
    duration_minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=1440)


def change_initial(series: MeetingSeries) -> dict[str, Any]:
    """The form as the series stands."""
    rule = parse_rule(series.rule)
    names = ("version", "first_on", "starts_at_time", "duration_minutes")
    words = {"freq": rule.freq, "interval": rule.interval, "weekdays": [str(each) for each in rule.weekdays]}
    return {name: getattr(series, name) for name in names} | words | {"last_on": rule.until, "count": rule.count}


class PlanForm(StepForm):
    """How far ahead."""

    until = day_field(_("Plan the meetings up to"))

    def __init__(self, *args: Any, series: MeetingSeries, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].initial = series.planned_until + timedelta(days=91)
        words = _("At most %(days)s days from today.")
        self.fields["until"].help_text = words % {"days": HORIZON.days}


class CarryForm(StepForm):
    """What goes on to the next meeting."""

    items = forms.MultipleChoiceField(
        label=_("Points of the agenda"), required=False, widget=forms.CheckboxSelectMultiple
    )
    tasks = forms.MultipleChoiceField(label=_("Tasks"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, meeting: Meeting, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows: dict[str, dict[str, Any]] = {
            "items": {str(each.pk): each for each in open_items(meeting)},
            "tasks": {each.public_id: each for each in undone_tasks(meeting, user)},
        }
        for name, rows in self.rows.items():
            field: Any = self.fields[name]
            field.choices = [(key, each.title) for key, each in rows.items()]
            if not rows:
                del self.fields[name]

    def chosen(self, name: str) -> list[Any]:
        return [self.rows[name][key] for key in self.cleaned_data.get(name, ())]
