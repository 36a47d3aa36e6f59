"""Registers polls and holds: the page behind the links of polls, and the screens for staff."""

from django.urls import URLPattern, path
from wagtail import hooks
from wagtail.permissions import register_permission_policy

from crm.access.viewsets import RowRulePolicy
from crm.consent.registry import register_own_page
from meetings.holds.views import WithdrawHoldView, holds_panel
from meetings.polls.models import Poll
from meetings.polls.rules import LINK
from meetings.polls.views import PollNewView, RequestPollView, poll_page, polls_panel
from meetings.polls.viewsets import (
    AddGuestView,
    AskAgainView,
    DecideView,
    PollPageView,
    PollViewSet,
    RemindView,
    TakeOutView,
)
from meetings.scheduling.registry import register_request_panel

__all__ = ["PollViewSet"]

register_permission_policy(Poll, RowRulePolicy(Poll))
register_own_page(LINK, poll_page)
register_request_panel("holds", 10, holds_panel)
register_request_panel("polls", 20, polls_panel)


@hooks.register("register_admin_urls")
def poll_urls() -> list[URLPattern]:
    row = "meetings/poll/<str:public_id>/"
    who = f"{row}who/<str:participant>/"
    return [
        path("meetings/poll/new/", PollNewView.as_view(), name="poll_new"),
        path("meetings/request/<str:public_id>/poll/", RequestPollView.as_view(), name="request_poll"),
        path(
            "meetings/request/<str:public_id>/hold/<str:hold>/withdraw/",
            WithdrawHoldView.as_view(),
            name="hold_withdraw",
        ),
        path(row, PollPageView.as_view(), name="poll_page"),
        path(f"{row}add/", AddGuestView.as_view(), name="poll_add"),
        path(f"{row}remind/", RemindView.as_view(), name="poll_remind"),
        path(f"{row}decide/", DecideView.as_view(), name="poll_decide"),
        path(f"{who}again/", AskAgainView.as_view(), name="poll_again"),
        path(f"{who}out/", TakeOutView.as_view(), name="poll_out"),
    ]
