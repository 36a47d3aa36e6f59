"""Steps of a request: sending the draft, following up, a time they hold, staff instead (also later), a no."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.people.models import Membership, Person
from meetings.pipeline.actions import (
    follow_up_request,
    hold_times,
    move_to_staff,
    plan_next_action,
    send_staff_instead,
    take_back_staff,
)
from meetings.pipeline.forms import (
    CloseForm,
    FollowUpForm,
    HoldForm,
    MeetingStaffForm,
    NextActionForm,
    PolicymakerBackForm,
    SendForm,
    StaffForm,
)
from meetings.requests.queries import last_met, office_of, rules_of
from meetings.requests.rules import is_form_only, is_overdue, next_words
from meetings.requests.views import RequestStep, office_words, request_url
from meetings.scheduling.actions import close_request, send_request
from meetings.scheduling.enums import AnswerSource, RequestChannel, RequestState
from meetings.scheduling.models import Meeting, MeetingRequest
from meetings.scheduling.queries import requests_to_follow_up
from meetings.scheduling.views import MeetingStep, meeting_url
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
        people = colleagues(self.row.person, self.row.office_id, self.request.user)
        return StaffForm(data, initial={"version": self.row.version}, people=people)

    def perform(self, form: Any, *, by: User, at: datetime) -> MeetingRequest:
        version = form.cleaned_data["version"]
        return move_to_staff(self.row, staff=form.chosen(), version=version, by=by, at=at)


def colleagues(person: Person, office: Any, user: Any) -> Any:
    """Who works in an office beside its policymaker, as far as this user may see them, by name."""
    jobs = Membership.objects.current_on(timezone.localdate()).filter(organization=office)
    people = Person.objects.visible_to(user).filter(pk__in=jobs.order_by().values("person"))
    return people.exclude(pk=person.pk).order_by("sort_name", "id")


class MeetingStaffView(MeetingStep):
    """The office confirmed, then says that staff come instead."""

    page_title = _("Staff come instead")
    button = _("Note who comes")
    done = _("Noted. The meeting stands, and the policymaker gets no more mail about it.")
    intro = _(
        "The meeting stands and still counts for the policymaker. Who comes instead is invited; the policymaker gets "
        "one last mail that takes it out of the calendar, if the invitation has left."
    )

    def get_form(self, data: Any = None) -> StepForm:
        user: Any = self.request.user
        row, person = self.meeting.request, self.meeting.person
        office = row.office_id if row else office_of(person, user, timezone.localdate())
        people = colleagues(person, office, user)
        return MeetingStaffForm(data, initial={"version": self.meeting.version}, people=people)

    def perform(self, form: Any, *, by: User, at: datetime) -> Meeting:
        version, words = form.cleaned_data["version"], form.cleaned_data["comment"]
        source = AnswerSource.PHONE
        return send_staff_instead(
            self.meeting, staff=form.chosen(), source=source, version=version, by=by, at=at, words=words
        )

    def next_url(self, result: Any) -> str:
        return meeting_url(self.meeting, "who")


class PolicymakerBackView(MeetingStep):
    """Staff were to come instead; now the policymaker comes."""

    page_title = _("The policymaker comes after all")
    button = _("Invite the policymaker again")
    done = _("The policymaker is expected again and asked for an answer.")
    intro = _("The policymaker gets the invitation again, if we have an e-mail address. The time and the place stay.")

    def get_form(self, data: Any = None) -> StepForm:
        row, user = self.meeting.request, self.request.user
        staff = row.staff_instead if row else None
        name = staff.name if staff and can(user, Act.VIEW, staff) else ""
        return PolicymakerBackForm(data, initial={"version": self.meeting.version}, staff=name)

    def perform(self, form: Any, *, by: User, at: datetime) -> Meeting:
        given = form.cleaned_data
        keeps = given.get("keeps_staff", False)
        return take_back_staff(self.meeting, keeps_staff=keeps, version=given["version"], by=by, at=at)

    def next_url(self, result: Any) -> str:
        return meeting_url(self.meeting, "who")


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
