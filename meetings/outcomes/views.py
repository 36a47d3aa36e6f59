"""Recording what came of a meeting, and the page that says what was made of it."""

from datetime import datetime
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.access.views import require
from crm.activity.rules import type_key
from crm.followups.queries import commitments_of, tasks_of
from crm.issues.enums import Position
from crm.messaging.enums import MessageStatus
from crm.messaging.models import Enrolment, Message
from meetings.outcomes.actions import record_outcome
from meetings.outcomes.forms import OutcomeForm, outcome_initial
from meetings.outcomes.models import Outcome
from meetings.scheduling.enums import MeetingState
from meetings.scheduling.models import Meeting
from meetings.scheduling.queries import active_attendees
from meetings.scheduling.views import MeetingMixin, MeetingStep, when_words
from meetings.steps.forms import Facts, StepForm
from meetings.steps.views import AdminPage


def outcome_of(meeting: Meeting) -> Outcome | None:
    found: Outcome | None = Outcome.objects.filter(meeting=meeting).select_related("recorded_by").first()
    return found


def outcome_panel(meeting: Meeting, user: User) -> dict[str, Any] | None:
    """What came of it; before that, nothing."""
    outcome = outcome_of(meeting) if can(user, Act.VIEW, Outcome) else None
    if outcome is None:
        return None
    return {
        "title": _("Outcome"),
        "template": "meetings/panel_outcome.html",
        "outcome": outcome,
        "meeting": meeting,
        "commitments": commitments_of(meeting),
        "tasks": tasks_of(meeting),
        "may_change": can(user, Act.CHANGE, Outcome) and can(user, Act.CHANGE, meeting),
    }


def next_step_panel(meeting: Meeting, user: User) -> dict[str, Any] | None:
    """The button that matters once a meeting has begun."""
    is_due = meeting.state == MeetingState.CONFIRMED and meeting.starts_at <= timezone.now()
    if not is_due or not can(user, Act.ADD, Outcome):
        return None
    return {"title": _("What came of it?"), "template": "meetings/panel_due.html", "meeting": meeting, "first": True}


class OutcomeView(MeetingStep):
    """One page, two minutes, also on a phone."""

    template_name = "meetings/outcome.html"
    page_title = _("Record the outcome")
    button = _("Record it")

    def subject(self) -> Meeting:
        meeting = super().subject()
        require(self.request, Act.ADD, Outcome)
        return meeting

    def get_form(self, data: Any = None) -> StepForm:
        invited = list(active_attendees(self.meeting))
        initial = outcome_initial(self.meeting, outcome_of(self.meeting), invited)
        return OutcomeForm(data, invited=invited, initial=initial)

    def current_facts(self, current: Any, form: StepForm) -> Facts:
        return self.get_form().facts()

    def perform(self, form: Any, *, by: User, at: datetime) -> Outcome:
        given = form.cleaned_data
        return record_outcome(
            self.meeting,
            version=given["version"],
            came=form.came_keys(),
            position=Position(given["position"]) if given["position"] else None,
            commitments=form.promises(),
            **{name: given[name] for name in ("summary", "questions", "next_step", "next_step_on")},
            by=by,
            at=at,
        )

    def next_url(self, result: Any) -> str:
        return reverse("meeting_outcome_done", args=[self.meeting.public_id])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        meeting = self.meeting
        words = {
            "meeting": meeting,
            "when": when_words(meeting.starts_at, meeting.ends_at, meeting.time_zone),
            "promised": commitments_of(meeting),
        }
        return super().get_context_data(**words | kwargs)


class OutcomeDoneView(MeetingMixin, AdminPage):
    """What was made of the outcome: tasks, promises, the thank-you draft, the sequence."""

    template_name = "meetings/outcome_done.html"
    page_title = _("The outcome is recorded")

    def subject(self) -> Meeting:
        meeting = super().subject()
        require(self.request, Act.VIEW, Outcome)
        if outcome_of(meeting) is None:
            raise Http404
        return meeting

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        meeting = self.meeting
        key = {"object_type": type_key(meeting), "object_id": meeting.pk}
        anchor = {"anchor_type": type_key(meeting), "anchor_id": meeting.pk}
        made = {
            "meeting": meeting,
            "outcome": outcome_of(meeting),
            "commitments": commitments_of(meeting),
            "tasks": tasks_of(meeting),
            "drafts": Message.objects.filter(status=MessageStatus.DRAFT, **key),
            "enrolments": Enrolment.objects.filter(**anchor).select_related("sequence", "person"),
            "back_url": self.back_url(),
        }
        return super().get_context_data(**made | kwargs)
