"""Who is invited and what they answered, on the meeting page and in its small steps."""

from datetime import datetime
from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from meetings.attendees.actions import add_attendee, remove_attendee
from meetings.attendees.forms import AddAttendeeForm, guest_choices, staff_choices
from meetings.scheduling.enums import AttendeeRole, MeetingState, PartStat
from meetings.scheduling.models import Attendee, Meeting
from meetings.scheduling.queries import active_attendees, office_answer
from meetings.scheduling.rules import is_running
from meetings.scheduling.views import MeetingStep, meeting_url
from meetings.steps.forms import StepForm, VersionForm

BADGES = {PartStat.ACCEPTED: "good", PartStat.TENTATIVE: "warn", PartStat.DECLINED: "bad"}
NAMED = (AttendeeRole.POLICYMAKER, AttendeeRole.LEAD)
"""Whose names everybody invited knows; the others' are shown only to staff who coordinate."""


def attendees_panel(meeting: Meeting, user: User) -> dict[str, Any]:
    """Everybody invited with the newest answer, its source and time; names only for those who just attend."""
    sees_all = can(user, Act.VIEW, Attendee)
    invited = active_attendees(meeting).prefetch_related("answers__noted_by")
    people = list(invited if sees_all else active_attendees(meeting).filter(role__in=NAMED))
    office = office_answer(meeting) if sees_all else None
    return {
        "title": _("Who comes"),
        "rows": [_row(each, sees_all=sees_all) for each in people],
        "template": "meetings/panel_attendees.html",
        "meeting": meeting,
        "office": office if office and office.attendee else None,
        "office_badge": BADGES.get(office.partstat, "") if office else "",
        "sees_all": sees_all,
        "may_change": can(user, Act.CHANGE, meeting) and is_running(meeting),
        "is_over": meeting.state in {MeetingState.HELD, MeetingState.NO_SHOW},
    }


def _row(attendee: Attendee, *, sees_all: bool) -> dict[str, Any]:
    answers = list(attendee.answers.all()) if sees_all and attendee.answered_at else []
    return {
        "attendee": attendee,
        "answer": answers[-1] if answers else None,
        "badge": BADGES.get(PartStat(attendee.partstat), ""),
    }


class AddAttendeeView(MeetingStep):
    page_title = _("Invite somebody")
    button = _("Invite")
    intro = _("Only the new person gets a mail. Nobody else has to answer again.")
    done = _("Invited.")

    def get_form(self, data: Any = None) -> StepForm:
        user: Any = self.request.user
        choices = {"staff": staff_choices(), "people": guest_choices(user)}
        return AddAttendeeForm(data, initial={"version": self.meeting.version}, by=user, **choices)

    def perform(self, form: Any, *, by: User, at: datetime) -> Attendee | None:
        invited = form.invited(at.date())
        return add_attendee(self.meeting, invited, version=form.cleaned_data["version"], by=by, at=at)

    def next_url(self, result: Any) -> str:
        return meeting_url(self.meeting, "who")


class AttendeeStep(MeetingStep):
    """A step about one of those still invited."""

    def subject(self) -> Meeting:
        meeting = super().subject()
        found = active_attendees(meeting).filter(public_id=self.kwargs["attendee"]).first()
        if found is None:
            raise Http404
        self.attendee = found
        return meeting

    def get_page_subtitle(self) -> str:
        return self.attendee.name

    def next_url(self, result: Any) -> str:
        return meeting_url(self.meeting, "who")


class RemoveAttendeeView(AttendeeStep):
    form_class = VersionForm
    page_title = _("Uninvite")
    button = _("Uninvite and tell only them")
    done = _("Uninvited. Nobody else hears of it.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        told = _("%(name)s gets a mail that takes the meeting out of the calendar, if the invitation has left.")
        untold = _("%(name)s has no e-mail address here, so nobody is mailed: tell them yourself.")
        words = (told if self.attendee.email else untold) % {"name": self.attendee.name}
        return super().get_context_data(intro=words, **kwargs)

    def perform(self, form: Any, *, by: User, at: datetime) -> Attendee:
        return remove_attendee(self.attendee, version=form.cleaned_data["version"], by=by, at=at)
