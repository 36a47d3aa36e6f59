"""Registers calendar links and calendar files."""

from django.urls import URLPattern, path
from wagtail import hooks
from wagtail.permissions import register_permission_policy

from crm.access.viewsets import RowRulePolicy
from meetings.feeds.models import FeedToken
from meetings.feeds.views import MeetingFileView
from meetings.feeds.viewsets import LinksView, RevokeLinkView, RotateLinkView, file_panel
from meetings.scheduling.registry import register_meeting_panel

register_permission_policy(FeedToken, RowRulePolicy(FeedToken))
register_meeting_panel("file", 20, file_panel)


@hooks.register("register_admin_urls")
def feed_urls() -> list[URLPattern]:
    links = "meetings/calendar-links/"
    return [
        path("meetings/meeting/<str:public_id>/meeting.ics", MeetingFileView.as_view(), name="meeting_file"),
        path(links, LinksView.as_view(), name="calendar_links"),
        path(f"{links}<str:public_id>/rotate/", RotateLinkView.as_view(), name="calendar_link_rotate"),
        path(f"{links}<str:public_id>/revoke/", RevokeLinkView.as_view(), name="calendar_link_revoke"),
    ]
