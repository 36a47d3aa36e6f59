"""What came of a meeting, on one page that a thumb can fill in two minutes."""

from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.followups.enums import CommitmentDirection
from crm.issues.enums import Position
from meetings.outcomes.actions import CommitmentInput
from meetings.outcomes.models import Outcome
from meetings.scheduling.enums import AttendeeRole, MeetingState, PartStat
from meetings.scheduling.models import Attendee, Meeting
from meetings.steps.forms import StepForm

PROMISES = 3
DATE = {"type": "date"}


class How(models.TextChoices):
    """How it went. With `STAFF` the policymaker sent somebody else: it was held, without her."""

    HELD = "held", _("It took place")
    STAFF = "staff", _("The staff met us instead")
    NO_SHOW = "no_show", _("Nobody came")


class PromiseForm(StepForm):
    """One promise; a row without words does not count."""

    direction = forms.ChoiceField(
        label=_("Whose promise"), choices=CommitmentDirection, initial=CommitmentDirection.THEIRS
    )
    words = forms.CharField(
        label=_("In the exact words"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )
    due_on = forms.DateField(
        label=_("By when"),
        required=False,
        widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d"),
        error_messages={"invalid": _("Enter the day like 2026-10-28, or leave it empty.")},
    )

    def has_changed(self) -> bool:
        """Only a row with words or a day is checked."""
        return bool(self["words"].value() or self["due_on"].value())

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("due_on") and not given.get("words"):
            self.add_error("words", _("Write down what was promised by that day, or empty the day."))
        return given


class OutcomeForm(StepForm):
    """Who came, where they stand, what was promised, what is next."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=10**8)
    how = forms.ChoiceField(
        label=_("How it went"),
        choices=How,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how it went.")},
    )
    came = forms.MultipleChoiceField(label=_("Who came"), required=False, widget=forms.CheckboxSelectMultiple)
    position = forms.ChoiceField(
        label=_("Where they stand"),
        required=False,
        widget=forms.RadioSelect,
        choices=[*reversed(Position.choices), ("", _("we could not tell"))],
    )
    questions = forms.CharField(
        label=_("Questions we have to answer"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One on each line; each becomes a task."),
    )
    next_step = forms.CharField(label=_("Next step"), required=False, max_length=250)
    next_step_on = forms.DateField(
        label=_("Next step by"), required=False, widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d")
    )
    summary = forms.CharField(
        label=_("What was said"), required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, invited: list[Attendee], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        data = args[0] if args else kwargs.get("data")
        self.invited = invited
        came: Any = self.fields["came"]
        came.choices = [(each.public_id, f"{each.name} ({each.get_role_display()})") for each in invited]
        self.parts = [
            PromiseForm(data, prefix=f"promise{n}", empty_permitted=True, use_required_attribute=False)
            for n in range(PROMISES)
        ]
        for number, row in enumerate(self.parts, start=1):
            row.legend = _("Promise %(number)s") % {"number": number}

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("how") in {How.HELD, How.STAFF} and not self._keys(given):
            self.add_error("came", _("Tick everybody who came, or choose that nobody came."))
        return given

    def _keys(self, given: dict[str, Any]) -> list[int]:
        ticked = set(given.get("came", []))
        absent = AttendeeRole.POLICYMAKER if given["how"] == How.STAFF else None
        return [each.pk for each in self.invited if each.public_id in ticked and each.role != absent]

    def came_keys(self) -> list[int]:
        """Keys of everybody who came, nobody when nobody came."""
        return [] if self.cleaned_data["how"] == How.NO_SHOW else self._keys(self.cleaned_data)

    def promises(self) -> list[CommitmentInput]:
        rows = [row.cleaned_data for row in self.parts if row.cleaned_data.get("words")]
        return [CommitmentInput(CommitmentDirection(r["direction"]), r["words"], r["due_on"]) for r in rows]


def outcome_initial(meeting: Meeting, outcome: Outcome | None, invited: list[Attendee]) -> dict[str, Any]:
    """Who said yes is ticked at first; later, what was recorded."""
    if outcome is None:
        expected = [each.public_id for each in invited if each.partstat == PartStat.ACCEPTED]
        return {"how": How.HELD, "came": expected, "position": ""}
    absent = any(each.role == AttendeeRole.POLICYMAKER and not each.came for each in invited)
    held = How.STAFF if absent else How.HELD
    names = ("version", "position", "summary", "questions", "next_step")
    return {name: getattr(outcome, name) for name in names} | {
        "how": How.NO_SHOW if meeting.state == MeetingState.NO_SHOW else held,
        "came": [each.public_id for each in invited if each.came],
    }
