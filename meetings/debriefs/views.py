"""The form behind the QR code, and the list where staff turn what came into outcomes."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.access.views import require, visible_or_404
from crm.base.errors import ParleyError
from crm.base.links import read_token
from crm.base.models import new_public_id
from crm.consent.views import private
from crm.issues.enums import Position
from meetings.debriefs.actions import set_aside, take_over, tell_visit
from meetings.debriefs.enums import DebriefState
from meetings.debriefs.forms import OFFICE_STAFF, POLICYMAKER, TellForm
from meetings.debriefs.models import Debrief
from meetings.lobbydays.models import Delegate, LobbyOffice
from meetings.lobbydays.queries import is_confirmed
from meetings.lobbydays.views import DayMixin, day_url
from meetings.outcomes.forms import How, OutcomeForm, outcome_initial
from meetings.outcomes.models import Outcome
from meetings.outcomes.views import OutcomeView, outcome_of
from meetings.scheduling.enums import AttendeeRole
from meetings.scheduling.models import Attendee, Meeting
from meetings.scheduling.queries import active_attendees
from meetings.steps.forms import StepForm
from meetings.steps.views import AdminPage, StepView

SHOWN = 200


def _office(token: str) -> LobbyOffice:
    known = read_token(token)
    rows = LobbyOffice.objects.select_related("person", "lobby_day", "meeting")
    found = rows.filter(public_id=known[1]).first() if known and known[0] == "v" else None
    if found is None:
        raise Http404
    return found


@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def visit(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows the form, POST keeps it once, however often it is sent."""
    office = _office(token)
    is_sent = request.method == "POST"
    form = TellForm(request.POST if is_sent else None, office=office, initial={"form_key": new_public_id()})
    if is_sent and form.is_valid():
        try:
            tell_visit(office, form.told(), form_key=form.cleaned_data["form_key"], at=timezone.now())
        except ParleyError as error:
            form.add_error(None, str(error.sentence))
        else:
            return private(redirect("lobby_visit_thanks", token))
    context = {"form": form, "office": office, "day": office.lobby_day}
    return private(render(request, "links/lobby_visit.html", context, status=422 if is_sent else 200))


@require_safe
def visit_thanks(request: HttpRequest, token: str) -> HttpResponse:
    """The page after the form."""
    office = _office(token)
    words = {
        "heading": gettext("Thank you"),
        "text": gettext("We have it. Somebody reads it today. You can close this page."),
        "state": "done",
        "next_url": f"/l/{token}/visit/",
        "next_label": gettext("Tell us something more about this meeting"),
    }
    return private(render(request, "links/page.html", words | {"details": [(gettext("Meeting"), office.person.name)]}))


VISIT_URLS = [
    path("l/<str:token>/visit/", visit, name="lobby_visit"),
    path("l/<str:token>/visit/thanks/", visit_thanks, name="lobby_visit_thanks"),
]


class DebriefsView(DayMixin, AdminPage):
    """What the delegation told and nobody looked at yet, the oldest first."""

    template_name = "meetings/debriefs.html"
    page_title = _("What the delegation tells")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        rows = Debrief.objects.visible_to(user).filter(office__lobby_day=self.day, state=DebriefState.NEW)
        found = list(rows.select_related("office__person", "office__meeting")[:SHOWN])
        keys = {key for row in found for key in row.came}
        seen = Delegate.objects.visible_to(user).filter(public_id__in=keys)
        names = dict(seen.values_list("public_id", "name"))
        page = {
            "cards": [{"debrief": row, "came": _came(row, names), "ready": is_confirmed(row.office)} for row in found],
            "may_change": can(user, Act.CHANGE, Debrief),
            "may_record": can(user, Act.ADD, Outcome),
        }
        return super().get_context_data(**page | kwargs)


def _came(debrief: Debrief, names: dict[str, str]) -> list[str]:
    own = {POLICYMAKER: debrief.office.person.name, OFFICE_STAFF: gettext("staff of the office")}
    return [(own | names)[key] for key in debrief.came if key in own or key in names]


class SetAsideView(StepView):
    model = Debrief
    row_act = Act.CHANGE
    form_class = StepForm
    page_title = _("Set aside")
    done = _("Set aside. Nothing was changed.")

    def subject(self) -> Debrief:
        self.debrief: Debrief = visible_or_404(Debrief, self.request, public_id=self.kwargs["debrief"])
        return self.debrief

    def back_url(self) -> str:
        return reverse("lobby_debriefs", args=[self.debrief.office.lobby_day.public_id])

    def perform(self, form: Any, *, by: User, at: datetime) -> Debrief:
        return set_aside(self.debrief, by=by, at=at)


class TakeOverView(OutcomeView):
    """The form of the outcome, filled with what was told; nothing counts before somebody presses the button."""

    done = _("The outcome is recorded.")

    def subject(self) -> Meeting:
        self.debrief: Debrief = visible_or_404(Debrief, self.request, public_id=self.kwargs["debrief"])
        require(self.request, Act.CHANGE, self.debrief)
        if self.debrief.office.meeting is None:
            raise Http404
        self.kwargs["public_id"] = self.debrief.office.meeting.public_id
        return super().subject()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.debrief.state != DebriefState.NEW:
            messages.error(request, _("Somebody has already looked at this."))
            return redirect(day_url(self.debrief.office.lobby_day))
        return super().get(request, *args, **kwargs)

    def get_form(self, data: Any = None) -> StepForm:
        invited = list(active_attendees(self.meeting))
        known = outcome_of(self.meeting)
        initial = outcome_initial(self.meeting, known, invited) | prefill(self.debrief, known, invited)
        form = OutcomeForm(data, invited=invited, initial=initial)
        form.parts[0].initial["words"] = self.debrief.commitments[:1000]
        return form

    def perform(self, form: Any, *, by: User, at: datetime) -> Outcome:
        given = form.cleaned_data
        return take_over(
            self.debrief,
            self.meeting,
            version=given["version"],
            came=form.came_keys(),
            position=Position(given["position"]) if given["position"] else None,
            commitments=form.promises(),
            **{name: given[name] for name in ("summary", "questions", "next_step", "next_step_on")},
            by=by,
            at=at,
        )


def prefill(debrief: Debrief, known: Outcome | None, invited: list[Attendee]) -> dict[str, Any]:
    """What was told, in the fields of the outcome; words recorded before stay in front."""
    told = [debrief.story, debrief.comment]
    who = gettext("Told by %(name)s:") % {"name": debrief.from_name}
    summary = "\n".join(filter(None, [known.summary if known else "", who, *told]))
    found: dict[str, Any] = {"summary": summary[:10_000], "how": How.HELD}
    if debrief.position:
        found["position"] = debrief.position
    if debrief.wants_follow_up and not (known and known.next_step):
        found["next_step"] = gettext("Get back to the office")
    if debrief.came:
        found["came"] = [each.public_id for each in invited if _was_there(debrief, each)]
        met = POLICYMAKER in debrief.came or OFFICE_STAFF not in debrief.came
        found["how"] = How.HELD if met else How.STAFF
    return found


def _was_there(debrief: Debrief, attendee: Attendee) -> bool:
    if attendee.role == AttendeeRole.POLICYMAKER:
        return POLICYMAKER in debrief.came
    team = [member.delegate for member in debrief.office.team.select_related("delegate")]
    mine = [d for d in team if (d.email and d.email == attendee.email) or d.name == attendee.name]
    return any(delegate.public_id in debrief.came for delegate in mine)
