"""The lobby days, the page of one day, and the steps that fill it."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.access.views import require, visible_or_404
from crm.activity.views import timeline_context
from crm.people.models import Person
from crm.people.queries import member_of
from crm.segments.queries import people_of
from crm.targets.models import Target
from meetings.lobbydays.actions import (
    DELEGATE_FIELDS,
    DelegateInput,
    add_building,
    add_delegate,
    add_offices,
    add_people,
    create_day,
    edit_day,
    edit_delegate,
    edit_office,
    finish_day,
    remove_office,
    set_walk,
)
from meetings.lobbydays.enums import DayState
from meetings.lobbydays.forms import (
    AddOfficesForm,
    AddPeopleForm,
    DayEditForm,
    DayForm,
    DelegateForm,
    OfficeForm,
    WalkForm,
)
from meetings.lobbydays.models import Delegate, LobbyDay, LobbyOffice, WalkingTime
from meetings.lobbydays.queries import conflicts_in, delegates_seen, grid_of, is_confirmed, offices_seen, starts_at
from meetings.scheduling.views import meeting_url
from meetings.steps.forms import Facts, StepForm, VersionForm
from meetings.steps.views import AdminPage, StepView


def day_url(day: LobbyDay, anchor: str = "") -> str:
    return reverse("lobby_day", args=[day.public_id]) + (f"#{anchor}" if anchor else "")


class DaysView(AdminPage):
    """Every lobby day, the latest first."""

    model = LobbyDay
    template_name = "meetings/lobby_days.html"
    page_title = _("Lobby days")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        days = LobbyDay.objects.visible_to(self.request.user).select_related("ask")
        may_add = can(self.request.user, Act.ADD, LobbyDay)
        return super().get_context_data(days=days, may_add=may_add, **kwargs)


class DayMixin:
    """The day in the address."""

    model: Any = LobbyDay

    def subject(self) -> Any:
        self.day: LobbyDay = visible_or_404(LobbyDay, self.request, public_id=self.kwargs["public_id"])  # type: ignore[attr-defined]
        return self.day

    def back_url(self) -> str:
        return day_url(self.day)

    def trail(self) -> list[tuple[str, Any]]:
        return [(reverse("lobby_days"), _("Lobby days")), (day_url(self.day), self.day.title)]


class DayPageView(DayMixin, AdminPage):
    """Times × teams, who is left out and why, and everybody who comes."""

    template_name = "meetings/lobby_day.html"

    def get_page_title(self) -> str:
        return self.day.title

    def trail(self) -> list[tuple[str, Any]]:
        return super().trail()[:1]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        day, user = self.day, self.request.user
        offices = offices_seen(day, user)  # type: ignore[arg-type]
        page = {
            "day": day,
            "zone": ZoneInfo(day.time_zone),
            "grid": grid_of(offices),
            "offices": [office_line(office) for office in offices],
            "unserved": [office for office in offices if starts_at(office) is None],
            "without_team": [o for o in offices if starts_at(o) and not o.team.all()],
            "conflicts": conflicts_in(day, offices),
            "delegates": delegates_seen(day, user),  # type: ignore[arg-type]
            "last": day.plans.first(),
            "may_change": can(user, Act.CHANGE, day) and day.state != DayState.DONE,
            "timeline": timeline_context(day, user),  # type: ignore[arg-type]
        }
        return super().get_context_data(**page | kwargs)


def office_line(office: LobbyOffice) -> dict[str, Any]:
    """One office in the list of the day."""
    return {
        "office": office,
        "starts_at": starts_at(office),
        "is_confirmed": is_confirmed(office),
        "meeting_url": meeting_url(office.meeting) if office.meeting else "",
    }


class DayStep(DayMixin, StepView):
    row_act = Act.CHANGE

    def current_facts(self, current: Any, form: StepForm) -> Facts:
        return self.get_form().facts()


class DayCreateView(StepView):
    model = LobbyDay
    row_act = Act.ADD
    form_class = DayForm
    page_title = _("New lobby day")
    button = _("Set up the day")
    done = _("The day is set up. Add offices and delegates, then plan.")

    def back_url(self) -> str:
        return reverse("lobby_days")

    def trail(self) -> list[tuple[str, Any]]:
        return [(reverse("lobby_days"), _("Lobby days"))]

    def perform(self, form: Any, *, by: User, at: datetime) -> LobbyDay:
        return create_day(**form.cleaned_data, owner=by, by=by, at=at)

    def next_url(self, result: LobbyDay) -> str:
        return day_url(result)


class DayEditView(DayStep):
    page_title = _("Change the terms of the day")
    done = _("Saved. Plan again, so that the teams follow.")

    def get_form(self, data: Any = None) -> StepForm:
        return DayEditForm(data, day=self.day)

    def perform(self, form: Any, *, by: User, at: datetime) -> LobbyDay:
        return edit_day(self.day, **form.cleaned_data, by=by, at=at)


class DayFinishView(DayStep):
    page_title = _("The day is over")
    intro = _("Nothing is planned or mailed any more. What the delegation told still waits for you.")
    button = _("Close the day")
    done = _("The day is closed.")

    def get_form(self, data: Any = None) -> StepForm:
        return VersionForm(data, initial={"version": self.day.version})

    def perform(self, form: Any, *, by: User, at: datetime) -> LobbyDay:
        return finish_day(self.day, version=form.cleaned_data["version"], by=by, at=at)


class AddOfficesView(DayStep):
    page_title = _("Add offices")
    button = _("Add them")
    done = _("Added. Who was there already is there once.")

    def get_form(self, data: Any = None) -> StepForm:
        return AddOfficesForm(data, user=self.request.user)

    def perform(self, form: Any, *, by: User, at: datetime) -> list[LobbyOffice]:
        given, seen = form.cleaned_data, Person.objects.visible_to(by)
        people: list[Person] = [given["person"]] if given["person"] else []
        if given["board"]:
            held = Target.objects.visible_to(by).filter(target_list=given["board"], left_at=None)
            people += list(seen.filter(pk__in=held.order_by().values("person")).order_by("sort_name", "id"))
        if given["committee"]:
            people += list(member_of(seen, given["committee"], self.day.held_on).order_by("sort_name", "id"))
        if given["segment"]:
            people += list(people_of(given["segment"], by, self.day.held_on)[:500])
        return add_offices(self.day, people, building=given["building"], by=by, at=at)


class AddPeopleView(DayStep):
    page_title = _("Take people of ours along")
    button = _("Take them along")
    done = _("Added. Who was there already is there once.")

    def get_form(self, data: Any = None) -> StepForm:
        return AddPeopleForm(data, user=self.request.user)

    def perform(self, form: Any, *, by: User, at: datetime) -> list[Delegate]:
        given = form.cleaned_data
        people: list[Person] = [given["person"]] if given["person"] else []
        if given["segment"]:
            people += list(people_of(given["segment"], by, self.day.held_on)[:500])
        return add_people(self.day, people, by=by, at=at)


class AddDelegateView(DayStep):
    page_title = _("Add a delegate")
    button = _("Add to the delegation")
    done = _("Added. Plan again, so that they get a team.")

    def get_form(self, data: Any = None) -> StepForm:
        return DelegateForm(data, user=self.request.user)

    def perform(self, form: Any, *, by: User, at: datetime) -> Delegate:
        given = {name: form.cleaned_data[name] for name in DELEGATE_FIELDS}
        return add_delegate(self.day, DelegateInput(**given), by=by, at=at)


class WalkView(DayStep):
    form_class = WalkForm
    page_title = _("Ways between the buildings")
    template_name = "meetings/lobby_walks.html"
    done = _("Saved. Plan again, so that the times follow.")

    def perform(self, form: Any, *, by: User, at: datetime) -> WalkingTime:
        return set_walk(**form.cleaned_data, by=by, at=at)

    def next_url(self, result: Any) -> str:
        return self.request.path

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        walks = WalkingTime.objects.select_related("start", "end")
        return super().get_context_data(walks=walks, **kwargs)


class OfficeStep(DayStep):
    """A step of one office of the day."""

    def subject(self) -> Any:
        super().subject()
        seen = {"lobby_day": self.day, "public_id": self.kwargs["office"]}
        self.office: LobbyOffice = visible_or_404(LobbyOffice, self.request, **seen)
        require(self.request, self.row_act, self.office)
        self.office.lobby_day = self.day
        return self.day


class OfficeEditView(OfficeStep):
    page_title = _("Change the office")
    done = _("Saved. Plan again, so that the teams follow.")

    def get_form(self, data: Any = None) -> StepForm:
        return OfficeForm(data, user=self.request.user, office=self.office)

    def perform(self, form: Any, *, by: User, at: datetime) -> LobbyOffice:
        given = dict(form.cleaned_data)
        name = given.pop("new_building")
        if name:
            given["building"] = add_building(name=name, by=by, at=at)
        return edit_office(self.office, **given, by=by, at=at)


class OfficeRemoveView(OfficeStep):
    form_class = StepForm
    page_title = _("Take the office off the day")
    button = _("Take it off")
    done = _("The office is off the day.")

    def perform(self, form: Any, *, by: User, at: datetime) -> None:
        remove_office(self.office, by=by, at=at)


class DelegateStep(DayStep):
    def subject(self) -> Any:
        super().subject()
        seen = {"lobby_day": self.day, "public_id": self.kwargs["delegate"]}
        self.delegate: Delegate = visible_or_404(Delegate, self.request, **seen)
        require(self.request, self.row_act, self.delegate)
        self.delegate.lobby_day = self.day
        return self.day


class DelegateEditView(DelegateStep):
    page_title = _("Change the entry")
    done = _("Saved. Plan again, so that the teams follow.")

    def get_form(self, data: Any = None) -> StepForm:
        return DelegateForm(data, user=self.request.user, delegate=self.delegate)

    def perform(self, form: Any, *, by: User, at: datetime) -> Delegate:
        return edit_delegate(self.delegate, **form.cleaned_data, by=by, at=at)
