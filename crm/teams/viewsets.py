"""The list of teams and the page of one: who is in it, and who said so when."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, ObjectList

from crm.access.forms import AdminForm
from crm.access.models import Team, User
from crm.access.views import AdminRuleInspectView
from crm.access.viewsets import RowRuleModelAdmin
from crm.activity.views import timeline_context
from crm.teams.actions import create_team, rename_team, set_members


class TeamPageView(AdminRuleInspectView):
    """Who is in a team, with its timeline for those who read timelines."""

    page_title = _("Team")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        members = self.instance.members.order_by("first_name", "last_name", "id")
        found = {"team": self.instance, "members": members, "timeline": timeline_context(self.instance, user)}
        return super().get_context_data(**kwargs) | found


class TeamAdmin(RowRuleModelAdmin):
    """Colleagues who share what is kept to the team; directors say who they are."""

    model = Team
    base_url_path = "reference/teams"
    menu_icon = "group"
    list_display = ("name",)
    search_fields = ("name",)
    inspect_view_class = TeamPageView
    inspect_template_name = "crm/teams/team.html"
    edit_handler = ObjectList(
        [FieldPanel("name"), FieldPanel("members", widget=forms.CheckboxSelectMultiple)], base_form_class=AdminForm
    )

    def create(self, form: Any, *, by: User, at: datetime) -> Team:
        given = form.changes()
        return set_members(create_team(name=given["name"], by=by, at=at), given["members"], by=by, at=at)

    def update(self, row: Team, form: Any, *, version: int, by: User, at: datetime) -> Team:
        given = form.changes()
        return set_members(rename_team(row, name=given["name"], by=by, at=at), given["members"], by=by, at=at)
