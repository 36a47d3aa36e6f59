"""Screens of one's own hours and calendars."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.access.views import visible_or_404
from meetings.availability import actions
from meetings.availability.forms import ExceptionForm, HoursForm
from meetings.availability.models import BusyCalendar, CalendarUpload, WorkingException, WorkingHours
from meetings.availability.queries import my_exceptions, my_hours, zone_for
from meetings.availability.rules import DEFAULT_HOURS
from meetings.steps.forms import StepForm
from meetings.steps.views import AdminPage, StepView


class MyAvailabilityView(AdminPage):
    """When I work, and the calendars that say when I am busy."""

    model = WorkingHours
    template_name = "meetings/availability/mine.html"
    page_title = _("My availability")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        found = {
            "hours": my_hours(user),
            "exceptions": my_exceptions(user, timezone.localdate()),
            "calendars": BusyCalendar.objects.visible_to(user),
            "uploads": CalendarUpload.objects.visible_to(user).under_way().filter(institution=None),
            "zone": zone_for(user).key,
            "may_change": can(user, Act.ADD, WorkingHours),
        }
        return super().get_context_data(**found | kwargs)


class MineStep(StepView):
    """A step about oneself."""

    model: Any = WorkingHours
    row_act = Act.ADD

    def back_url(self) -> str:
        return reverse("my_availability")

    def trail(self) -> list[tuple[str, Any]]:
        return [(self.back_url(), _("My availability"))]

    @property
    def me(self) -> User:
        user: Any = self.request.user
        return user


class HoursView(MineStep):
    page_title = _("My working hours")
    button = _("Save the hours")
    done = _("Your working hours are saved.")
    intro = _("One line for each day, like 09:00-12:30, 13:30-17:00. Leave days off empty.")

    def get_form(self, data: Any = None) -> StepForm:
        rows = [(row.weekday, row.starts, row.ends) for row in my_hours(self.me)] or DEFAULT_HOURS
        lines: dict[str, list[str]] = {}
        for weekday, starts, ends in rows:
            lines.setdefault(f"day{weekday}", []).append(f"{starts:%H:%M}-{ends:%H:%M}")
        return HoursForm(data, initial={name: ", ".join(spans) for name, spans in lines.items()})

    def perform(self, form: Any, *, by: User, at: datetime) -> None:
        actions.set_working_hours(by, hours=form.hours, by=by, at=at)


class ExceptionAddView(MineStep):
    form_class = ExceptionForm
    page_title = _("Days off or with other hours")
    button = _("Save the days")
    done = _("The days are saved.")
    intro = _("Without hours these are days off. The last day counts.")

    def perform(self, form: Any, *, by: User, at: datetime) -> None:
        actions.add_exception(by, **form.cleaned_data, by=by, at=at)


class ExceptionRemoveView(MineStep):
    form_class = StepForm
    page_title = _("Take these days away")
    button = _("Take away")
    done = _("The usual hours count again.")

    def subject(self) -> Any:
        self.row = visible_or_404(
            WorkingException, self.request, public_id=self.kwargs["public_id"], user_id=self.request.user.pk
        )
        return WorkingException

    def perform(self, form: Any, *, by: User, at: datetime) -> None:
        actions.remove_exception(self.row, by=by, at=at)


class CalendarStep(MineStep):
    """A step of one calendar of mine."""

    model = BusyCalendar
    row_act = Act.CHANGE

    def subject(self) -> BusyCalendar:
        self.row: BusyCalendar = visible_or_404(BusyCalendar, self.request, public_id=self.kwargs["public_id"])
        return self.row

    def get_page_title(self) -> str:
        return f"{self.page_title}: {self.row}"


class CalendarRemoveView(CalendarStep):
    form_class = StepForm
    page_title = _("Take this calendar away")
    button = _("Take away")
    done = _("The calendar and its busy times are gone.")

    def perform(self, form: Any, *, by: User, at: datetime) -> None:
        actions.remove_calendar(self.row, by=by, at=at)
