"""Partial dates (`1975`, `1975-03`, `1975-03-02` stay what they are) and the one interval helper."""

import re
from calendar import monthrange
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

PARTIAL_DATE = re.compile(r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$", re.ASCII)

_TIME = re.compile(r"[T ]\d{2}:\d{2}.*$", re.DOTALL)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FORMS = tuple(
    re.compile(form + "$", re.ASCII)
    for form in (
        r"(?P<year>\d{4})",
        r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})([-/.](?P<day>\d{1,2}))?",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
        r"(?P<month>\d{1,2})[-/.](?P<year>\d{4})",
        r"(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4})",
        r"(?P<either>\d{1,2})[-/](?P<day>\d{1,2})[-/](?P<year>\d{4})",
        r"(?P<day>\d{1,2})(?:st|nd|rd|th)?\s+(?P<month>[A-Za-z]{3,9})\.?,?\s+(?P<year>\d{4})",
        r"(?:(?P<month>[A-Za-z]{3,9})\.?)(?:\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?)?,?\s+(?P<year>\d{4})",
    )
)


def validate_partial_date(value: str) -> None:
    """Refuses anything that is not a year, a month or a real day in ISO form."""
    if not PARTIAL_DATE.match(value):
        raise ValidationError(_("Write a year, a month or a day, for example 1975, 1975-03 or 1975-03-02."))
    last_day(value)


def first_day(value: str) -> date:
    """The earliest day a partial date can mean. Raises ValidationError for a day that does not exist."""
    parts = [int(part) for part in value.split("-")]
    try:
        return date(parts[0], parts[1] if len(parts) > 1 else 1, parts[2] if len(parts) > 2 else 1)
    except ValueError as error:
        raise ValidationError(_("That day does not exist in the calendar; check the date.")) from error


def last_day(value: str) -> date:
    """The latest day a partial date can mean. Raises ValidationError for a day that does not exist."""
    parts = [int(part) for part in value.split("-")]
    if len(parts) == 3:
        return first_day(value)
    month = parts[1] if len(parts) > 1 else 12
    return date(parts[0], month, monthrange(parts[0], month)[1])


def is_current(start: str, end: str, on: date) -> bool:
    """Whether an interval of partial dates holds on a day; an empty side is open, both ends count."""
    return (not start or first_day(start) <= on) and (not end or last_day(end) >= on)


def current_q(on: date, *, start: str = "start_date", end: str = "end_date") -> Q:
    """The same answer as `is_current`, as a database filter.

    ISO text sorts like time, and a shorter prefix sorts before its days: so a start compares with
    the whole day, an end compares with the day cut to the end's own length.
    """
    day = on.isoformat()
    ended = (
        Q(**{f"{end}__lt": day[:4]})
        | Q(**{f"{end}__lt": day[:7], f"{end}__length__gt": 4})
        | Q(**{f"{end}__lt": day, f"{end}__length__gt": 7})
    )
    return (Q(**{start: ""}) | Q(**{f"{start}__lte": day})) & (Q(**{end: ""}) | ~ended)


def read_partial_date(value: str) -> str:
    """A date as people and programs write it, as precisely as it is known: `1975-06-00` and `06/1975` are `1975-06`.

    Empty when the text is. Raises ValidationError for a day that does not exist, and for one that may be two
    days: `03/04/1958` is March or April, and nobody guesses which.
    """
    text = _TIME.sub("", value.strip())
    if not text:
        return ""
    found = next((match for form in _FORMS if (match := form.match(text))), None)
    if found is None:
        raise ValidationError(_("This is no date we can read; write it like 1975, 1975-06 or 1975-06-21."))
    parts = found.groupdict()
    month, day = parts.get("month") or "0", parts.get("day") or "0"
    if not month.isdigit():
        month = str(_MONTHS.index(month[:3].lower()) + 1) if month[:3].lower() in _MONTHS else "99"
    if parts.get("either"):
        month, day = _order(parts["either"], day)
    iso = "-".join([parts["year"], *(f"{int(part):02}" for part in (month, day) if int(part))])
    if parts["year"] == "0000" or (int(day) and not int(month)):
        raise ValidationError(_("This is no date we can read; write it like 1975, 1975-06 or 1975-06-21."))
    try:
        validate_partial_date(iso)
    except ValidationError as error:
        raise ValidationError(_("That day does not exist in the calendar; check the date.")) from error
    return iso


def _order(first: str, second: str) -> tuple[str, str]:
    """Month and day of `13/10` or `10/13`."""
    if int(first) <= 12 and int(second) <= 12 and int(first) != int(second):
        raise ValidationError(_("This may be two days, for the day or the month may come first; write 1975-06-21."))
    return (second, first) if int(second) <= 12 else (first, second)


class PartialDateField(models.CharField):
    """A date as precisely as the source knew it; empty means unknown or open."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 10)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)
        self.validators = [*self.validators, validate_partial_date]
