from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from meetings.calendars.enums import Shape, Whose
from meetings.scheduling.forms import EARLIEST, LATEST, OUT_OF_RANGE


class CalendarForm(forms.Form):
    """Which page of the calendar; the month of today when nothing is said."""

    shape = forms.ChoiceField(label=_("Show"), choices=Shape, required=False)
    day = forms.DateField(
        label=_("Day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=[MinValueValidator(EARLIEST, OUT_OF_RANGE), MaxValueValidator(LATEST, OUT_OF_RANGE)],
        error_messages={"invalid": _("Enter the day like 2026-10-28.")},
    )
    whose = forms.ChoiceField(label=_("Whose meetings"), choices=Whose, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""

    def page(self) -> tuple[Shape, Any, Whose]:
        """What was chosen; what makes no sense counts as not said."""
        self.is_valid()
        given = self.cleaned_data
        return Shape(given.get("shape") or Shape.MONTH), given.get("day"), Whose(given.get("whose") or Whose.MINE)
