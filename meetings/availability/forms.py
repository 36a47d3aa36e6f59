"""Forms of hours and calendars."""

import re
from datetime import time
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from meetings.availability.enums import Weekday
from meetings.availability.ics import MAX_BYTES
from meetings.availability.rules import MAX_MINUTES
from meetings.scheduling.forms import EARLIEST, LATEST, OUT_OF_RANGE
from meetings.steps.forms import StepForm

SPAN = re.compile(r"(\d{1,2})[:.]?(\d\d)?\s*[-–—]\s*(\d{1,2})[:.]?(\d\d)?")


def day_field(label: Any, *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Enter the day."), "invalid": _("Enter the day like 2026-10-28.")},
        validators=[MinValueValidator(EARLIEST, OUT_OF_RANGE), MaxValueValidator(LATEST, OUT_OF_RANGE)],
    )


def clock_field(label: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": _("Enter the time like 14:30.")},
    )


def minutes_field(label: Any, initial: int, *, least: int = 0, most: int = MAX_MINUTES) -> forms.IntegerField:
    said = {
        "invalid": _("Enter whole minutes."),
        "min_value": _("Enter at least %(limit_value)s minutes."),
        "max_value": _("Enter at most %(limit_value)s minutes."),
        "required": _("Enter the minutes."),
    }
    return forms.IntegerField(label=label, initial=initial, min_value=least, max_value=most, error_messages=said)


def calendar_file_field(*, required: bool) -> forms.FileField:
    return forms.FileField(
        label=_("File"),
        required=required,
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty. Choose another one.")},
        help_text=_("Up to 1 MB."),
    )


class HoursForm(StepForm):
    """One line for each day: 09:00-12:30, 13:30-17:00. An empty one is a day off."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for day in Weekday:
            self.fields[f"day{day.value}"] = forms.CharField(label=day.label, required=False, max_length=100)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        self.hours: list[tuple[int, time, time]] = []
        for day in Weekday:
            name = f"day{day.value}"
            try:
                self.hours += [(day.value, *each) for each in _spans(given.get(name, ""))]
            except ValueError:
                self.add_error(name, _("Write hours like 09:00-12:30, 13:30-17:00."))
        return given


def _spans(text: str) -> list[tuple[time, time]]:
    found = []
    for part in filter(None, (each.strip() for each in re.split(r"[,;]", text))):
        match = SPAN.fullmatch(part)
        if not match:
            raise ValueError(part)
        hour, minute, last_hour, last_minute = (int(each or 0) for each in match.groups())
        found.append((time(hour, minute), time(last_hour, last_minute)))
    return found


class ExceptionForm(StepForm):
    first_on = day_field(_("First day"))
    last_on = day_field(_("Last day"))
    starts = clock_field(_("Works from"))
    ends = clock_field(_("Works to"))


class BusyCalendarForm(StepForm):
    name = forms.CharField(label=_("Name"), max_length=100, error_messages={"required": _("Give it a name.")})
    url = forms.CharField(
        label=_("Address"),
        required=False,
        max_length=1000,
        help_text=_("The secret iCal address of your calendar; nobody else sees it. It is read every four hours."),
    )
    file = calendar_file_field(required=False)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if bool(given.get("url")) == bool(given.get("file")) and not self.errors:
            raise forms.ValidationError(_("Give either an address or a file."))
        return given


class FileForm(StepForm):
    file = calendar_file_field(required=True)


def file_bytes(upload: Any) -> bytes:
    """The file, or so much of it that reading it says it is too large."""
    raw: bytes = upload.read(MAX_BYTES + 1)
    return raw
