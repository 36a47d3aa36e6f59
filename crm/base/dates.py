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


class PartialDateField(models.CharField):
    """A date as precisely as the source knew it; empty means unknown or open."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 10)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)
        self.validators = [*self.validators, validate_partial_date]
