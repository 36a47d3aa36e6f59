"""Planning a lobby day, and changing it by hand."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.access.models import User
from meetings.lobbydays.models import Delegate, LobbyPlan
from meetings.lobbydays.queries import is_confirmed, minute_of, offices_seen, starts_at
from meetings.lobbydays.views import DayStep, DelegateStep, OfficeStep
from meetings.scheduling.models import Meeting
from meetings.scheduling.views import meeting_url
from meetings.steps.forms import StepForm, VersionForm
from meetings.teams.actions import confirm_office, drop_delegate, join_team, leave_team, plan_day, set_time
from meetings.teams.forms import ConfirmOfficeForm, JoinForm, LeaveForm, TimeForm


class PlanView(DayStep):
    form_class = StepForm
    page_title = _("Plan the day")
    intro = _(
        "Everybody in the delegation gets offices of their own district first. Confirmed meetings and what you set "
        "by hand stay as they are. Nothing is mailed until you publish."
    )
    button = _("Plan")
    done = _("The day is planned. Look at it, then publish.")

    def perform(self, form: Any, *, by: User, at: datetime) -> LobbyPlan | None:
        return plan_day(self.day, by=by, at=at)


class ConfirmOfficeView(OfficeStep):
    page_title = _("The office confirmed its time")
    intro = _("A meeting is made, and the office and the team get their invitations.")
    button = _("Confirm and invite")
    done = _("Confirmed. Planning again leaves this meeting and its team as they are.")

    def get_form(self, data: Any = None) -> StepForm:
        initial = {"version": self.office.version, "title": self.day.title}
        return ConfirmOfficeForm(data, initial=initial)

    def perform(self, form: Any, *, by: User, at: datetime) -> Meeting:
        return confirm_office(self.office, **form.cleaned_data, by=by, at=at)

    def next_url(self, result: Meeting) -> str:
        return meeting_url(result)


class TeamView(OfficeStep):
    """The team and the time of one office, with a small form for each change by hand."""

    template_name = "meetings/lobby_team.html"
    page_title = _("Team and time")
    button = _("Put on the team")
    done = _("Changed. Planning keeps it this way.")

    def coming(self) -> Any:
        return Delegate.objects.visible_to(self.request.user).filter(lobby_day=self.day, left_at=None)

    def get_form(self, data: Any = None) -> StepForm:
        return JoinForm(data, delegates=self.coming())

    def perform(self, form: Any, *, by: User, at: datetime) -> Any:
        given = form.cleaned_data
        return join_team(self.office, given["delegate"], leads=given["leads"], by=by, at=at)

    def next_url(self, result: Any) -> str:
        return reverse("lobby_team", args=[self.day.public_id, self.office.public_id])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        office = next(each for each in offices_seen(self.day, self.request.user) if each.pk == self.office.pk)  # type: ignore[arg-type]
        page = {
            "day": self.day,
            "office": office,
            "starts_at": starts_at(office),
            "is_confirmed": is_confirmed(office),
            "time_form": kwargs.get("time_form") or TimeForm(),
        }
        return super().get_context_data(**page | kwargs)


class LeaveTeamView(TeamView):
    """One press of a button beside a name."""

    done = _("Off the team. Planning keeps it this way.")

    def get_form(self, data: Any = None) -> StepForm:
        return LeaveForm(data, delegates=self.coming())

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect(self.next_url(None))

    def perform(self, form: Any, *, by: User, at: datetime) -> Any:
        return leave_team(self.office, form.cleaned_data["delegate"], by=by, at=at)

    def show(self, form: StepForm, *, status: int = 200) -> HttpResponse:
        page = self.get_context_data(form=JoinForm(delegates=self.coming()), refused=form)
        return self.render_to_response(page, status=status)


class OfficeTimeView(LeaveTeamView):
    done = _("Moved. Planning keeps it this way.")

    def get_form(self, data: Any = None) -> StepForm:
        return TimeForm(data)

    def perform(self, form: Any, *, by: User, at: datetime) -> Any:
        return set_time(self.office, start=minute_of(form.cleaned_data["start"]), by=by, at=at)


class DropView(DelegateStep):
    page_title = _("Somebody cannot come")
    intro = _("They come off every team and every confirmed meeting. Then plan again.")
    button = _("They cannot come")
    done = _("Noted. Plan again, so that the teams are complete.")

    def get_form(self, data: Any = None) -> StepForm:
        return VersionForm(data, initial={"version": self.delegate.version})

    def perform(self, form: Any, *, by: User, at: datetime) -> Delegate:
        return drop_delegate(self.delegate, version=form.cleaned_data["version"], by=by, at=at)
