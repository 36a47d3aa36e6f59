"""What this app adds to the admin. Registers only; the screens are in each slice's viewsets and views."""

from typing import Any

from django.urls import path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.permissions import register_permission_policy

from crm.access.enums import Act
from crm.access.viewsets import RowRulePolicy
from crm.briefings import views as briefings
from crm.briefings.models import BriefingSnapshot, TalkingPoint
from crm.briefings.viewsets import TalkingPointViewSet
from crm.people.registry import register_person_action

register_permission_policy(TalkingPoint, RowRulePolicy(TalkingPoint))
register_person_action(_("Make a briefing"), "briefing_create", (Act.ADD, BriefingSnapshot), order=20)


@hooks.register("register_admin_viewset")
def talking_points() -> TalkingPointViewSet:
    return TalkingPointViewSet()


@hooks.register("register_admin_urls")
def briefing_urls() -> list[Any]:
    person = "briefings/person/<str:public_id>/"
    return [
        path(person, briefings.BriefingListView.as_view(), name="briefing_list"),
        path(f"{person}new/", briefings.BriefingCreateView.as_view(), name="briefing_create"),
        path("briefings/<str:public_id>/", briefings.briefing_snapshot, name="briefing_snapshot"),
        path("briefings/<str:public_id>/briefing.pdf", briefings.briefing_pdf, name="briefing_pdf"),
    ]
