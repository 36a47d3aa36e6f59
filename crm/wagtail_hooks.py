"""Registers the admin screens of this app, and nothing else."""

from typing import Any

from django.templatetags.static import static
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.viewsets.model import ModelViewSetGroup
from wagtail.permissions import register_permission_policy
from wagtail_modeladmin.options import ModelAdminGroup, modeladmin_register

from crm import bodies_hooks, comfort_hooks, power_hooks  # noqa: F401  (they register themselves)
from crm.access.enums import Act
from crm.access.models import Team
from crm.access.viewsets import RowRuleMenuItem, RowRulePolicy
from crm.batches.viewsets import ImportViewSet
from crm.briefings import views as briefings
from crm.briefings.models import BriefingSnapshot, TalkingPoint
from crm.briefings.viewsets import TalkingPointViewSet
from crm.campaigns.models import Campaign
from crm.campaigns.viewsets import CampaignViewSet
from crm.contacts.views import AddContactView
from crm.criteria.views import may_keep, save_filter_button
from crm.duplicates.models import DuplicatePair
from crm.duplicates.views import CompareView, DuplicateListView, MergeWithView, may_merge
from crm.elections import views as elections
from crm.elections.models import RollOver
from crm.fields.models import CustomField
from crm.fields.views import AnswerFieldsView, fields_panel
from crm.fields.viewsets import CustomFieldAdmin
from crm.followups.models import Task
from crm.followups.registry import register_my_day
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
from crm.imports.models import ImportBatch
from crm.influence.viewsets import power_menu_items
from crm.issues.models import Ask, Issue
from crm.issues.views import AddStanceView, MovedView, stances_panel, take_back_stance_view
from crm.issues.viewsets import AskViewSet, IssueAdmin
from crm.mailings.views import MAILING_URLS
from crm.messaging.models import InboundMessage, Message
from crm.messaging.viewsets import InboundMessageViewSet, MailView, MessageViewSet
from crm.notes.views import AddNoteView, notes_panel
from crm.offices.views import AddStaffView, SetOfficeRulesView, end_job_view, rules_panel
from crm.people.models import Organization, Person, Post
from crm.people.registry import (
    register_bulk_act,
    register_list_header,
    register_person_action,
    register_person_column,
    register_person_panel,
)
from crm.people.viewsets import CommitteeAdmin, OrganizationAdmin, PersonViewSet, PostAdmin
from crm.petitions.viewsets import signatures_panel
from crm.places.models import Area
from crm.places.views import AreaPageView, PostcodeView
from crm.places.viewsets import AreaAdmin
from crm.prospects.models import Prospect
from crm.prospects.views import AddProspectView, my_day_section, prospects_panel
from crm.prospects.viewsets import ProspectViewSet
from crm.relationships.models import Relationship, RelationshipType
from crm.relationships.viewsets import RelationshipTypeAdmin
from crm.segments.models import FrozenList, Segment
from crm.segments.viewsets import FrozenListViewSet, SegmentViewSet
from crm.tags.models import Tag, TagGroup
from crm.tags.views import PutTagView, SetServedAreasView, served_areas_panel, tags_panel, take_tag_view
from crm.tags.viewsets import TagAdmin, TagGroupAdmin
from crm.targets.models import Target, TargetList
from crm.targets.viewsets import TargetListViewSet, boards_panel
from crm.teams.viewsets import TeamAdmin
from crm.votes.models import Scorecard, VoteEvent
from crm.votes.views import votes_panel
from crm.votes.viewsets import ScorecardViewSet, VoteEventViewSet

# Before anything below makes Wagtail register its fallback policy.
for model in (Person, Task, Campaign, Ask, Issue, Organization, Post, Area, TalkingPoint, Message, InboundMessage):
    register_permission_policy(model, RowRulePolicy(model))

for linked in (Relationship, RelationshipType, Tag, TagGroup, CustomField, Team):
    register_permission_policy(linked, RowRulePolicy(linked))


register_permission_policy(ImportBatch, RowRulePolicy(ImportBatch))

for counted in (TargetList, Target, Prospect, VoteEvent, Scorecard):
    register_permission_policy(counted, RowRulePolicy(counted))

for kept in (Segment, FrozenList):
    register_permission_policy(kept, RowRulePolicy(kept))

register_list_header("save_filter", save_filter_button)
register_bulk_act("keep_list", _("Keep as a list"), "crm_keep_people", allowed=may_keep, order=80)

register_person_panel("stances", 20, stances_panel)
register_person_panel("whip_boards", 24, boards_panel)
register_person_panel("votes", 25, votes_panel)
register_person_panel("prospects", 28, prospects_panel)
register_my_day("prospects", 40, my_day_section)
register_person_panel("commitments", 30, commitments_panel)
register_person_panel("tasks", 40, tasks_panel)
register_person_panel("tags", 15, tags_panel)
register_person_panel("areas", 16, served_areas_panel)
register_person_panel("rules", 12, rules_panel)
register_person_panel("fields", 17, fields_panel)
register_person_panel("notes", 60, notes_panel)
register_person_panel("signatures", 70, signatures_panel)
register_person_action(_("Merge with …"), "crm_merge_person", may_merge, order=90)
register_person_action(_("Make a briefing"), "briefing_create", (Act.ADD, BriefingSnapshot), order=20)
register_person_column("open_commitments", _("Open commitments"), open_commitment_counts)


class StrategyGroup(ModelViewSetGroup):
    """What we want and why."""

    menu_label = _("Strategy")
    menu_icon = "pick"
    menu_order = 140
    items = (
        CampaignViewSet("campaigns"),
        AskViewSet("asks"),
        TargetListViewSet(),
        ProspectViewSet(),
        ScorecardViewSet(),
        VoteEventViewSet(),
    )

    def get_submenu_items(self) -> list[Any]:
        return [*super().get_submenu_items(), *power_menu_items()]


@modeladmin_register
class ReferenceGroup(ModelAdminGroup):
    """Lists that are mostly imported and looked up."""

    menu_label = _("Reference")
    menu_icon = "list-ul"
    menu_order = 150
    items = (
        OrganizationAdmin,
        CommitteeAdmin,
        PostAdmin,
        AreaAdmin,
        IssueAdmin,
        RelationshipTypeAdmin,
        TagGroupAdmin,
        TagAdmin,
        CustomFieldAdmin,
        TeamAdmin,
    )


@hooks.register("register_admin_viewset")
def register_viewsets() -> list[Any]:
    return [
        PersonViewSet("people"),
        ImportViewSet("imports"),
        SegmentViewSet(),
        FrozenListViewSet(),
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
        path(f"{person}/staff/<int:job_id>/end/", end_job_view, name="crm_end_job"),
        path(f"{person}/office-rules/", SetOfficeRulesView.as_view(), name="crm_set_office_rules"),
        path(f"{person}/contacts/", AddContactView.as_view(), name="crm_add_contact"),
        path(f"{person}/positions/", AddStanceView.as_view(), name="crm_add_stance"),
        path("positions/moved/", MovedView.as_view(), name="crm_moved"),
        path("positions/<int:pk>/take-back/", take_back_stance_view, name="crm_take_back_stance"),
        path(f"{person}/prospects/", AddProspectView.as_view(), name="crm_add_prospect"),
        path(f"{person}/commitments/", AddCommitmentView.as_view(), name="crm_add_commitment"),
        path(f"{person}/tasks/", AddTaskView.as_view(), name="crm_add_task"),
        path(f"{person}/notes/", AddNoteView.as_view(), name="crm_add_note"),
        path("mail/<str:public_id>/", MailView.as_view(), name="crm_mail"),
        path("my-tasks/<str:public_id>/done/", finish_task_view, name="crm_finish_task"),
        path("commitments/<str:public_id>/settle/", settle_commitment_view, name="crm_settle_commitment"),
    ]


hooks.register("register_admin_urls", lambda: MAILING_URLS)


@hooks.register("register_admin_urls")
def briefing_urls() -> list[URLPattern]:
    person = "briefings/person/<str:public_id>/"
    return [
        path(person, briefings.BriefingListView.as_view(), name="briefing_list"),
        path(f"{person}new/", briefings.BriefingCreateView.as_view(), name="briefing_create"),
        path("briefings/<str:public_id>/", briefings.briefing_snapshot, name="briefing_snapshot"),
        path("briefings/<str:public_id>/briefing.pdf", briefings.briefing_pdf, name="briefing_pdf"),
    ]


@hooks.register("register_admin_urls")
def field_urls() -> list[URLPattern]:
    return [path("people/<str:public_id>/fields/", AnswerFieldsView.as_view(), name="crm_answer_fields")]


@hooks.register("register_admin_urls")
def tag_urls() -> list[URLPattern]:
    person = "people/<str:public_id>"
    return [
        path(f"{person}/tags/", PutTagView.as_view(), name="crm_put_tag"),
        path(f"{person}/tags/<str:tag_id>/take/", take_tag_view, name="crm_take_tag"),
        path(f"{person}/areas-served/", SetServedAreasView.as_view(), name="crm_set_served_areas"),
    ]


@hooks.register("register_admin_urls")
def place_urls() -> list[URLPattern]:
    return [
        path("places/postcodes/", PostcodeView.as_view(), name="crm_postcodes"),
        path("places/<str:public_id>/", AreaPageView.as_view(), name="crm_area"),
    ]


@hooks.register("register_admin_urls")
def election_urls() -> list[URLPattern]:
    row = "elections/<str:public_id>/"
    return [
        path("elections/", elections.RollOverListView.as_view(), name="crm_roll_overs"),
        path("elections/new/", elections.RollOverStartView.as_view(), name="crm_roll_over_start"),
        path(row, elections.RollOverView.as_view(), name="crm_roll_over"),
        path(f"{row}finish/", elections.FinishRollOverView.as_view(), name="crm_finish_roll_over"),
        path(f"{row}<slug:source>/<int:pk>/", elections.HandOverView.as_view(), name="crm_hand_over"),
    ]


@hooks.register("register_admin_menu_item")
def elections_item() -> RowRuleMenuItem:
    url = reverse("crm_roll_overs")
    return RowRuleMenuItem(_("Changes of term"), url, model=RollOver, icon_name="calendar-check", order=156)


@hooks.register("register_admin_urls")
def duplicate_urls() -> list[URLPattern]:
    merge = {"kind": "people"}
    return [
        path("duplicates/", DuplicateListView.as_view(), name="crm_duplicates"),
        path("duplicates/people/<str:public_id>/", MergeWithView.as_view(), merge, name="crm_merge_person"),
        path("duplicates/<str:kind>/<str:public_id>/", MergeWithView.as_view(), name="crm_merge_with"),
        path("duplicates/<str:kind>/<str:public_id>/<str:other_id>/", CompareView.as_view(), name="crm_compare"),
    ]


@hooks.register("register_admin_menu_item")
def duplicates_item() -> RowRuleMenuItem:
    url = reverse("crm_duplicates")
    return RowRuleMenuItem(_("Duplicates"), url, model=DuplicatePair, icon_name="copy", order=155)


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
