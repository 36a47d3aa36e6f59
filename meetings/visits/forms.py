from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.scheduling.models import Meeting
from meetings.scheduling.views import when_words
from meetings.steps.forms import VersionForm


class MeetingField(forms.ModelChoiceField):
    """Meetings by time and title."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{when_words(obj.starts_at, obj.ends_at, obj.time_zone)}: {obj.title}"


class LinkForm(VersionForm):
    meeting = MeetingField(
        Meeting.objects.none(),
        label=_("Meeting"),
        to_field_name="public_id",
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose the meeting."),
            "invalid_choice": _("Choose one of the meetings in the list."),
        },
    )

    def __init__(self, *args: Any, meetings: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["meeting"].queryset = meetings  # type: ignore[attr-defined]
