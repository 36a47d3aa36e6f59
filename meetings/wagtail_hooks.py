"""Registers the meetings' screens with Wagtail and with the pages of people."""

from typing import Any

from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.model import ModelViewSetGroup
from wagtail.permissions import register_permission_policy

import meetings.feeds_hooks  # noqa: F401
from crm.access.enums import Act
from crm.access.rules import can
from crm.access.viewsets import RowRulePolicy
from crm.followups.registry import register_my_day
from crm.palette.registry import register_provider
from crm.people.registry import register_person_action, register_person_column, register_person_panel
from meetings import (
    availability_hooks,
    boards_hooks,
    lobbydays_hooks,  # noqa: F401  (it registers itself)
    polls_hooks,
    series_hooks,  # noqa: F401  (it registers itself)
)
from meetings.agendas.views import AgendaView, agenda_panel
from meetings.attendees.views import AddAttendeeView, RemoveAttendeeView, attendees_panel
from meetings.feeds.viewsets import links_menu_item
from meetings.invitations.models import ReplyReview
from meetings.invitations.views import MeetingCancelView, SendAgainView, mails_panel
from meetings.outcomes.views import OutcomeDoneView, OutcomeView, next_step_panel, outcome_panel
from meetings.pipeline.views import CloseRequestView, SendRequestView
from meetings.replies.views import DismissView, NoteAnswerView, ResolveView, ReviewsView
from meetings.requests.views import AskView, ConfirmView, OfferTimesView, RequestPageView
from meetings.requests.viewsets import RequestViewSet
from meetings.scheduling.models import Meeting, MeetingRequest
from meetings.scheduling.queries import last_meeting_days, next_meeting_days
from meetings.scheduling.registry import register_meeting_panel
from meetings.scheduling.views import (
    MeetingEditView,
    MeetingMoveView,
    MeetingPageView,
    briefings_panel,
    my_day_section,
    palette_meetings,
    person_panel,
)
from meetings.scheduling.viewsets import MeetingViewSet

# Before anything below makes Wagtail register its fallback policy.
for model in (Meeting, MeetingRequest):
    register_permission_policy(model, RowRulePolicy(model))

register_person_action(_("Ask for a meeting"), "ask_for_meeting", (Act.ADD, MeetingRequest), order=10)
register_person_panel("meetings", 10, person_panel)
register_person_column("meeting_last", _("Last met"), last_meeting_days)
register_person_column("meeting_next", _("Next meeting"), next_meeting_days)
register_my_day("meetings", 10, my_day_section)
register_provider(palette_meetings())
register_meeting_panel("due", 10, next_step_panel)
register_meeting_panel("outcome", 20, outcome_panel)
register_meeting_panel("who", 30, attendees_panel)
register_meeting_panel("agenda", 40, agenda_panel)
register_meeting_panel("mails", 50, mails_panel)
register_meeting_panel("briefings", 10, briefings_panel)


class AnswersMenuItem(MenuItem):
    """The review list, for those who may see answers."""

    def is_shown(self, request: Any) -> bool:
        return can(request.user, Act.VIEW, ReplyReview)


class MeetingsGroup(ModelViewSetGroup):
    """Asking, meeting, answering."""

    menu_label = _("Meetings")
    menu_icon = "date"
    menu_order = 120
    items = (MeetingViewSet(), RequestViewSet(), polls_hooks.PollViewSet())

    def get_submenu_items(self) -> list[Any]:
        label = _("Answers to look at")
        answers = AnswersMenuItem(label, reverse("answers_to_look_at"), name="answers", icon_name="mail", order=300)
        own = [*availability_hooks.availability_menu_items(), links_menu_item()]
        return [*super().get_submenu_items(), *boards_hooks.menu_items(), answers, *own]


@hooks.register("register_admin_viewset")
def register_viewsets() -> list[Any]:
    return [MeetingsGroup()]


@hooks.register("register_admin_urls")
def request_urls() -> list[URLPattern]:
    row = "meetings/request/<str:public_id>/"
    return [
        path("meetings/ask/<str:public_id>/", AskView.as_view(), name="ask_for_meeting"),
        path(row, RequestPageView.as_view(), name="request_page"),
        path(f"{row}send/", SendRequestView.as_view(), name="request_send"),
        path(f"{row}offer/", OfferTimesView.as_view(), name="request_offer"),
        path(f"{row}close/", CloseRequestView.as_view(), name="request_close"),
        path(f"{row}confirm/", ConfirmView.as_view(), name="request_confirm"),
    ]


@hooks.register("register_admin_urls")
def meeting_urls() -> list[URLPattern]:
    row = "meetings/meeting/<str:public_id>/"
    who = f"{row}who/<str:attendee>/"
    return [
        path(row, MeetingPageView.as_view(), name="meeting_page"),
        path(f"{row}edit/", MeetingEditView.as_view(), name="meeting_edit"),
        path(f"{row}move/", MeetingMoveView.as_view(), name="meeting_move"),
        path(f"{row}cancel/", MeetingCancelView.as_view(), name="meeting_cancel"),
        path(f"{row}agenda/", AgendaView.as_view(), name="meeting_agenda"),
        path(f"{row}invite/", AddAttendeeView.as_view(), name="meeting_invite"),
        path(f"{who}uninvite/", RemoveAttendeeView.as_view(), name="meeting_uninvite"),
        path(f"{who}again/", SendAgainView.as_view(), name="meeting_send_again"),
        path(f"{who}answer/", NoteAnswerView.as_view(), name="meeting_answer"),
        path(f"{row}outcome/", OutcomeView.as_view(), name="meeting_outcome"),
        path(f"{row}outcome/done/", OutcomeDoneView.as_view(), name="meeting_outcome_done"),
    ]


@hooks.register("register_admin_urls")
def answer_urls() -> list[URLPattern]:
    return [
        path("meetings/answers/", ReviewsView.as_view(), name="answers_to_look_at"),
        path("meetings/answers/<str:public_id>/decide/", ResolveView.as_view(), name="answer_decide"),
        path("meetings/answers/<str:public_id>/dismiss/", DismissView.as_view(), name="answer_dismiss"),
    ]
