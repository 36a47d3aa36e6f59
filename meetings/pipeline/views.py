"""Steps of a request: sending the draft, following up, a time they hold, staff instead, a no."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.people.models import Membership, Person
from meetings.pipeline.actions import follow_up_request, hold_times, move_to_staff, plan_next_action
from meetings.pipeline.forms import CloseForm, FollowUpForm, HoldForm, NextActionForm, SendForm, StaffForm
from meetings.requests.queries import last_met, rules_of
from meetings.requests.rules import is_form_only, is_overdue, next_words
from meetings.requests.views import RequestStep, office_words, request_url
from meetings.scheduling.actions import close_request, send_request
from meetings.scheduling.enums import RequestChannel, RequestState
from meetings.scheduling.models import MeetingRequest
from meetings.scheduling.queries import requests_to_follow_up
from meetings.steps.forms import StepForm

SHOWN = 20


class SendRequestView(RequestStep):
    """A draft goes to the office, by the way the office wants."""

    template_name = "meetings/request_send.html"
    page_title = _("Send the request")
    button = _("Send it")
    done = _("The request is on its way.")

    def get_form(self, data: Any = None) -> StepForm:
        row, user = self.row, self.request.user
        rules = rules_of(row.office_id)
        only = is_form_only(rules)
        met = last_met(user, row.person, row.office_id, rules, timezone.now())  # type: ignore[arg-type]
        start = {"version": row.version, "reference": row.reference}
        start["channel"] = RequestChannel.FORM if only and row.channel == RequestChannel.EMAIL else row.channel
        return SendForm(data, initial=start, form_only=only, needs_reason=met is not None)

    def perform(self, form: Any, *, by: User, at: datetime) -> MeetingRequest:
        return send_request(self.row, **form.cleaned_data, by=by, at=at)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(office=office_words(self.row, self.request.user), **kwargs)  # type: ignore[arg-type]


class FollowUpView(RequestStep):
    form_class = FollowUpForm
    page_title = _("Note a follow-up")
    button = _("Note it")
    done = _("Noted. The next follow-up has its day.")
    intro = _("Write or call first. Parley mails nothing here: it keeps what was said and when to ask again.")

    def perform(self, form: Any, *, by: User, at: datetime) -> MeetingRequest:
        given = form.cleaned_data | {"channel": RequestChannel(form.cleaned_data["channel"])}
        return follow_up_request(self.row, **given, by=by, at=at)


class NextActionView(RequestStep):
    page_title = _("Change what to do next")
    done = _("Saved.")

    def get_form(self, data: Any = None) -> StepForm:
        names = ("version", "next_action", "next_action_on")
        return NextActionForm(data, initial={name: getattr(self.row, name) for name in names})

    def perform(self, form: Any, *, by: User, at: datetime) -> MeetingRequest:
        return plan_next_action(self.row, **form.cleaned_data, by=by, at=at)


class HoldView(RequestStep):
    page_title = _("Note that they hold a time")
    button = _("Note it")
    done = _("Noted. Get it confirmed soon.")
    intro = _(
        "The office keeps these times for us but has not confirmed yet. Offer a time first if it is missing here."
    )

    def get_form(self, data: Any = None) -> StepForm:
        language = get_language() or "en"
        start = {"version": self.row.version}
        return HoldForm(data, initial=start, offers=self.row.offered_times, language=language)

    def perform(self, form: Any, *, by: User, at: datetime) -> MeetingRequest:
        version = form.cleaned_data["version"]
        return hold_times(self.row, offers=form.chosen(), version=version, by=by, at=at)


class StaffView(RequestStep):
    page_title = _("Staff will meet us instead")
    button = _("Note who comes")
    done = _("Noted. The request stays with the policymaker; staff get the invitation.")
    intro = _("This is an answer of the office: the meeting counts for the policymaker, and her staff are invited.")

    def get_form(self, data: Any = None) -> StepForm:
        jobs = Membership.objects.current_on(timezone.localdate()).filter(organization=self.row.office_id)
        people = Person.objects.visible_to(self.request.user).filter(pk__in=jobs.order_by().values("person"))
        others = people.exclude(pk=self.row.person_id).order_by("sort_name", "id")
        return StaffForm(data, initial={"version": self.row.version}, people=others)

    def perform(self, form: Any, *, by: User, at: datetime) -> MeetingRequest:
        version = form.cleaned_data["version"]
        return move_to_staff(self.row, staff=form.chosen(), version=version, by=by, at=at)


class CloseRequestView(RequestStep):
    form_class = CloseForm
    page_title = _("Note that it ends here")
    button = _("End the request")
    done = _("Noted. The request is closed.")

    def perform(self, form: Any, *, by: User, at: datetime) -> MeetingRequest:
        given = form.cleaned_data
        return close_request(self.row, state=RequestState(given["state"]), version=given["version"], by=by, at=at)


def my_day_section(user: User, at: datetime) -> dict[str, Any] | None:
    """This user's requests whose next action is due, the oldest first."""
    if not can(user, Act.VIEW, MeetingRequest):
        return None
    today = timezone.localdate(at)
    due = requests_to_follow_up(today).filter(owner=user, pk__in=MeetingRequest.objects.visible_to(user).values("pk"))
    rows = [
        {"row": row, "url": request_url(row), "next": next_words(row), "late": is_overdue(row, today)}
        for row in due[:SHOWN]
    ]
    template = "meetings/my_day_requests.html"
    return {"title": _("Requests to follow up"), "rows": rows, "template": template} if rows else None
