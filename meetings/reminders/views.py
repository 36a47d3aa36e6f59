"""Reminders on the meeting page and in their two steps."""

from datetime import datetime
from typing import Any

from django.http import Http404
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from meetings.reminders.actions import add_reminder, remove_reminder
from meetings.reminders.forms import ReminderForm
from meetings.reminders.models import Reminder
from meetings.reminders.queries import reminders_of
from meetings.reminders.rules import offset_words
from meetings.scheduling.models import Attendee, Meeting
from meetings.scheduling.rules import is_running, zone_of
from meetings.scheduling.views import MeetingStep, meeting_url
from meetings.steps.forms import StepForm, VersionForm


def reminders_panel(meeting: Meeting, user: User) -> dict[str, Any] | None:
    """When our side is reminded, and what became of each reminder."""
    if not can(user, Act.VIEW, Reminder):
        return None
    names = can(user, Act.VIEW, Attendee)
    return {
        "title": _("Reminders"),
        "rows": [_row(each, meeting, names=names) for each in reminders_of(meeting)],
        "template": "meetings/panel_reminders.html",
        "aside": True,
        "meeting": meeting,
        "may_change": can(user, Act.CHANGE, meeting) and is_running(meeting),
    }


def _row(reminder: Reminder, meeting: Meeting, *, names: bool) -> dict[str, Any]:
    zone = zone_of(meeting.time_zone)
    done = getattr(reminder, "now_done", [])
    whom: Any = _("everybody of our side")
    if reminder.attendee is not None:
        whom = reminder.attendee.name if names else _("one person")
    return {
        "reminder": reminder,
        "words": offset_words(reminder.before),
        "whom": reminder.get_role_display() or whom,
        "due_at": reminder.due_at(meeting.starts_at),
        "due_words": date_format(reminder.due_at(meeting.starts_at).astimezone(zone), "DATETIME_FORMAT"),
        "run": done[0] if done else None,
    }


class AddReminderView(MeetingStep):
    page_title = _("Set a reminder")
    button = _("Set the reminder")
    intro = _("It moves with the meeting. The office is never reminded.")
    done = _("The reminder is set.")

    def get_form(self, data: Any = None) -> StepForm:
        return ReminderForm(data, initial={"version": self.meeting.version}, meeting=self.meeting)

    def perform(self, form: Any, *, by: User, at: datetime) -> Reminder:
        return add_reminder(self.meeting, **form.reminder(), by=by, at=at)

    def next_url(self, result: Any) -> str:
        return meeting_url(self.meeting, "reminders")


class RemoveReminderView(MeetingStep):
    form_class = VersionForm
    page_title = _("Take off the reminder")
    button = _("Take it off")
    done = _("The reminder is taken off.")

    def subject(self) -> Meeting:
        meeting = super().subject()
        found = meeting.reminders.filter(public_id=self.kwargs["reminder"]).first()
        if found is None:
            raise Http404
        self.reminder = found
        return meeting

    def get_page_subtitle(self) -> str:
        return offset_words(self.reminder.before)

    def perform(self, form: Any, *, by: User, at: datetime) -> None:
        remove_reminder(self.reminder, by=by, at=at)

    def next_url(self, result: Any) -> str:
        return meeting_url(self.meeting, "reminders")
