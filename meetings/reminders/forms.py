from datetime import timedelta
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from meetings.attendees.forms import OURS
from meetings.reminders.errors import ReminderOffsetError
from meetings.scheduling.models import Meeting
from meetings.scheduling.queries import active_attendees
from meetings.steps.forms import VersionForm

UNITS = {"minutes": 1, "hours": 60, "days": 1440}


class ReminderForm(VersionForm):
    """How long before, and whom."""

    number = forms.IntegerField(
        label=_("How long before the meeting"),
        min_value=1,
        max_value=100_000,
        initial=1,
        error_messages={"required": ReminderOffsetError.sentence, "invalid": _("Enter a whole number.")},
    )
    unit = forms.ChoiceField(
        label=_("Counted in"),
        choices=[("minutes", _("minutes")), ("hours", _("hours")), ("days", _("days"))],
        initial="days",
    )
    who = forms.ChoiceField(label=_("Whom"), required=False)

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {each.public_id: each for each in active_attendees(meeting) if each.role in OURS}
        field: Any = self.fields["who"]
        roles = [(f"role:{role.value}", capfirst(str(role.label))) for role in OURS]
        people = [(f"one:{key}", each.name) for key, each in self.people.items()]
        everybody = ("", _("everybody of our side"))
        field.choices = [everybody, (_("One role"), roles), *([(_("One person"), people)] if people else [])]

    def reminder(self) -> dict[str, Any]:
        """What `add_reminder` wants to know."""
        given = self.cleaned_data
        kind, _colon, key = given["who"].partition(":")
        before = timedelta(minutes=given["number"] * UNITS[given["unit"]])
        role, attendee = (key if kind == "role" else ""), (self.people[key] if kind == "one" else None)
        return {"before": before, "role": role, "attendee": attendee, "version": given["version"]}
