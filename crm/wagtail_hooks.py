"""Registers the admin screens of this app, and nothing else."""

from typing import Any

from django.templatetags.static import static
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.viewsets.model import ModelViewSetGroup
from wagtail.permissions import register_permission_policy
from wagtail_modeladmin.options import ModelAdminGroup, modeladmin_register

from crm.access.enums import Act
from crm.access.viewsets import RowRulePolicy
from crm.briefings import views as briefings
from crm.briefings.models import BriefingSnapshot, TalkingPoint
from crm.briefings.viewsets import TalkingPointViewSet
from crm.campaigns.models import Campaign
from crm.campaigns.viewsets import CampaignViewSet
from crm.followups.models import Task
from crm.followups.views import (
    AddCommitmentView,
    AddTaskView,
    MyDayPanel,
    commitments_panel,
    finish_task_view,
    open_commitment_counts,
    settle_commitment_view,
    tasks_panel,
)
from crm.followups.viewsets import TaskViewSet
from crm.issues.models import Ask, Issue
from crm.issues.views import AddStanceView, stances_panel
from crm.issues.viewsets import AskViewSet, IssueAdmin
from crm.messaging.models import InboundMessage, Message
from crm.messaging.viewsets import InboundMessageViewSet, MailView, MessageViewSet
from crm.notes.views import AddNoteView, notes_panel
from crm.offices.views import AddStaffView
from crm.people.models import Organization, Person, Post
from crm.people.registry import register_person_action, register_person_column, register_person_panel
from crm.people.views import AddContactView
from crm.people.viewsets import CommitteeAdmin, OrganizationAdmin, PersonViewSet, PostAdmin
from crm.petitions.viewsets import signatures_panel
from crm.places.models import Area
from crm.places.viewsets import AreaAdmin

# Before anything below makes Wagtail register its fallback policy.
for model in (Person, Task, Campaign, Ask, Issue, Organization, Post, Area, TalkingPoint, Message, InboundMessage):
    register_permission_policy(model, RowRulePolicy(model))

register_person_panel("stances", 20, stances_panel)
register_person_panel("commitments", 30, commitments_panel)
register_person_panel("tasks", 40, tasks_panel)
register_person_panel("notes", 60, notes_panel)
register_person_panel("signatures", 70, signatures_panel)
register_person_action(_("Make a briefing"), "briefing_create", (Act.ADD, BriefingSnapshot), order=20)
register_person_column("open_commitments", _("Open commitments"), open_commitment_counts)


class StrategyGroup(ModelViewSetGroup):
    """What we want and why."""

    menu_label = _("Strategy")
    menu_icon = "pick"
    menu_order = 140
    items = (CampaignViewSet("campaigns"), AskViewSet("asks"))


@modeladmin_register
class ReferenceGroup(ModelAdminGroup):
    """Lists that are mostly imported and looked up."""

    menu_label = _("Reference")
    menu_icon = "list-ul"
    menu_order = 150
    items = (OrganizationAdmin, CommitteeAdmin, PostAdmin, AreaAdmin, IssueAdmin)


@hooks.register("register_admin_viewset")
def register_viewsets() -> list[Any]:
    return [
        PersonViewSet("people"),
        TaskViewSet("tasks"),
        StrategyGroup(),
        TalkingPointViewSet(),
        MessageViewSet(),
        InboundMessageViewSet(),
    ]


@hooks.register("register_admin_urls")
def register_urls() -> list[URLPattern]:
    person = "people/<str:public_id>"
    return [
        path(f"{person}/staff/", AddStaffView.as_view(), name="crm_add_staff"),
        path(f"{person}/contacts/", AddContactView.as_view(), name="crm_add_contact"),
        path(f"{person}/positions/", AddStanceView.as_view(), name="crm_add_stance"),
        path(f"{person}/commitments/", AddCommitmentView.as_view(), name="crm_add_commitment"),
        path(f"{person}/tasks/", AddTaskView.as_view(), name="crm_add_task"),
        path(f"{person}/notes/", AddNoteView.as_view(), name="crm_add_note"),
        path("mail/<str:public_id>/", MailView.as_view(), name="crm_mail"),
        path("my-tasks/<str:public_id>/done/", finish_task_view, name="crm_finish_task"),
        path("commitments/<str:public_id>/settle/", settle_commitment_view, name="crm_settle_commitment"),
    ]


@hooks.register("register_admin_urls")
def briefing_urls() -> list[URLPattern]:
    person = "briefings/person/<str:public_id>/"
    return [
        path(person, briefings.BriefingListView.as_view(), name="briefing_list"),
        path(f"{person}new/", briefings.BriefingCreateView.as_view(), name="briefing_create"),
        path("briefings/<str:public_id>/", briefings.briefing_snapshot, name="briefing_snapshot"),
        path("briefings/<str:public_id>/briefing.pdf", briefings.briefing_pdf, name="briefing_pdf"),
    ]


@hooks.register("construct_homepage_panels")
def home_panels(request: Any, panels: list[Any]) -> None:
    """Our day first; Wagtail's own news is not for our staff."""
    panels[:] = [panel for panel in panels if getattr(panel, "name", "") != "whats_new_in_wagtail_version"]
    panels.append(MyDayPanel())


@hooks.register("construct_help_menu")
def help_menu(request: Any, items: list[Any]) -> None:
    """Without the news of Wagtail's own release, which would wear a badge for everybody."""
    items[:] = [item for item in items if not item.name.startswith("whats-new-in-wagtail")]


@hooks.register("insert_global_admin_css")
def admin_css() -> SafeString:
    """Our stylesheet for our screens."""
    return format_html('<link rel="stylesheet" href="{}">', static("css/admin.css"))
