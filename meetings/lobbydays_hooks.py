"""Registers the screens of lobby days."""

from typing import Any

from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from crm.access.enums import Act
from crm.access.rules import can
from meetings.debriefs.views import DebriefsView, SetAsideView, TakeOverView
from meetings.itineraries.views import PublishView, SheetsView
from meetings.lobbydays import views
from meetings.lobbydays.models import LobbyDay
from meetings.rosters.views import RosterView
from meetings.teams import views as teams
from meetings.visits.views import LinkMeetingView, UnlinkMeetingView

ROOT = "meetings/lobby-days/"
DAY = f"{ROOT}<str:public_id>/"
OFFICE = f"{DAY}office/<str:office>/"
TOLD = f"{ROOT}told/<str:debrief>/"
DELEGATE = f"{DAY}delegate/<str:delegate>/"


class LobbyDaysMenuItem(MenuItem):
    """For those who plan them."""

    def is_shown(self, request: Any) -> bool:
        return can(request.user, Act.VIEW, LobbyDay)


@hooks.register("register_admin_menu_item")
def lobby_days_menu() -> MenuItem:
    return LobbyDaysMenuItem(_("Lobby days"), reverse("lobby_days"), name="lobby-days", icon_name="group", order=125)


@hooks.register("register_admin_urls")
def lobby_day_urls() -> list[URLPattern]:
    return [
        path(ROOT, views.DaysView.as_view(), name="lobby_days"),
        path(f"{ROOT}new/", views.DayCreateView.as_view(), name="lobby_day_new"),
        path(DAY, views.DayPageView.as_view(), name="lobby_day"),
        path(f"{DAY}edit/", views.DayEditView.as_view(), name="lobby_day_edit"),
        path(f"{DAY}finish/", views.DayFinishView.as_view(), name="lobby_day_finish"),
        path(f"{DAY}walks/", views.WalkView.as_view(), name="lobby_walks"),
        path(f"{DAY}offices/", views.AddOfficesView.as_view(), name="lobby_offices_add"),
        path(f"{DAY}delegates/", views.AddDelegateView.as_view(), name="lobby_delegate_add"),
        path(f"{DAY}delegates/table/", RosterView.as_view(), name="lobby_roster"),
        path(f"{DAY}people/", views.AddPeopleView.as_view(), name="lobby_people_add"),
        path(f"{DAY}plan/", teams.PlanView.as_view(), name="lobby_plan"),
        path(f"{DAY}publish/", PublishView.as_view(), name="lobby_publish"),
        path(f"{DAY}teams.pdf", SheetsView.as_view(), name="lobby_sheets"),
        path(f"{DAY}told/", DebriefsView.as_view(), name="lobby_debriefs"),
        path(f"{TOLD}take-over/", TakeOverView.as_view(), name="lobby_debrief_take_over"),
        path(f"{TOLD}set-aside/", SetAsideView.as_view(), name="lobby_debrief_set_aside"),
        path(f"{OFFICE}edit/", views.OfficeEditView.as_view(), name="lobby_office_edit"),
        path(f"{OFFICE}remove/", views.OfficeRemoveView.as_view(), name="lobby_office_remove"),
        path(f"{OFFICE}team/", teams.TeamView.as_view(), name="lobby_team"),
        path(f"{OFFICE}team/leave/", teams.LeaveTeamView.as_view(), name="lobby_team_leave"),
        path(f"{OFFICE}time/", teams.OfficeTimeView.as_view(), name="lobby_office_time"),
        path(f"{OFFICE}confirm/", teams.ConfirmOfficeView.as_view(), name="lobby_office_confirm"),
        path(f"{OFFICE}link/", LinkMeetingView.as_view(), name="lobby_office_link"),
        path(f"{OFFICE}unlink/", UnlinkMeetingView.as_view(), name="lobby_office_unlink"),
        path(f"{DELEGATE}edit/", views.DelegateEditView.as_view(), name="lobby_delegate_edit"),
        path(f"{DELEGATE}drop/", teams.DropView.as_view(), name="lobby_delegate_drop"),
    ]
