"""What was mailed for a meeting, and the page that says what a cancellation will mail."""

from datetime import datetime
from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.base.errors import StaleVersionError
from crm.messaging.enums import MessageStatus
from crm.messaging.models import Message
from meetings.attendees.views import AttendeeStep
from meetings.invitations.actions import send_again
from meetings.invitations.models import InvitationSend
from meetings.invitations.queries import histories
from meetings.scheduling.actions import cancel_meeting
from meetings.scheduling.models import Meeting
from meetings.scheduling.queries import active_attendees
from meetings.scheduling.views import MeetingStep, when_words
from meetings.steps.forms import VersionForm

BADGES = {
    MessageStatus.ACCEPTED: "good",
    MessageStatus.FAILED: "bad",
    MessageStatus.UNKNOWN: "bad",
    MessageStatus.HELD: "bad",
    MessageStatus.SUPPRESSED: "bad",
    MessageStatus.EXPIRED: "bad",
}
SHOWN = 50


def mails_panel(meeting: Meeting, user: User) -> dict[str, Any] | None:
    """Every calendar mail of the meeting, the newest first, with what became of it."""
    if not can(user, Act.VIEW, Message):
        return None
    sends = InvitationSend.objects.filter(attendee__meeting=meeting).select_related("message", "attendee")
    rows = [
        {"send": send, "mail": send.message, "badge": BADGES.get(MessageStatus(send.message.status), "")}
        for send in sends.order_by("-id")[:SHOWN]
    ]
    return {"title": _("Mails sent"), "rows": rows, "template": "meetings/panel_mails.html"}


class MeetingCancelView(MeetingStep):
    """Says what will be sent to whom before it is sent."""

    template_name = "meetings/cancel.html"
    page_title = _("Cancel the meeting")
    button = _("Cancel the meeting and tell them")
    done = _("The meeting is cancelled. The cancellations are on their way.")

    def perform(self, form: Any, *, by: User, at: datetime) -> Meeting:
        return cancel_meeting(self.meeting, version=form.cleaned_data["version"], by=by, at=at)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        invited = list(active_attendees(self.meeting))
        knows = {pk for pk, past in histories(invited).items() if past.has_invitation}
        lists = {
            "meeting": self.meeting,
            "when": when_words(self.meeting.starts_at, self.meeting.ends_at, self.meeting.time_zone),
            "told": [each for each in invited if each.pk in knows],
            "taken_back": [each for each in invited if each.email and each.pk not in knows],
            "untold": [each for each in invited if not each.email],
        }
        return super().get_context_data(**lists | kwargs)


class SendAgainView(AttendeeStep):
    """For somebody who lost the invitation, or may never have got it."""

    form_class = VersionForm
    page_title = _("Send the invitation again")
    button = _("Send the invitation again")
    intro = _("Only this person gets a mail, which asks for an answer. The answer given so far stands until then.")
    done = _("The invitation goes out once more.")

    def subject(self) -> Meeting:
        meeting = super().subject()
        if not self.attendee.email:
            raise Http404
        return meeting

    def perform(self, form: Any, *, by: User, at: datetime) -> Message | None:
        if form.cleaned_data["version"] != self.meeting.version:
            raise StaleVersionError(self.meeting)
        self.attendee.meeting = self.meeting
        return send_again(self.attendee, by=by, at=at)
