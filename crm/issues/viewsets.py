"""What we want: the asks, and the tree of issues they belong to."""

from datetime import datetime
from typing import Any

import django_filters
from django.db.models import Model
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn, TitleColumn
from wagtail.admin.widgets.button import HeaderButton

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.access.views import AdminRuleIndexView, AdminRuleInspectView, RowRuleIndexView
from crm.access.viewsets import RowRuleModelAdmin, RowRuleModelViewSet
from crm.activity.views import timeline_context
from crm.campaigns.models import Campaign
from crm.issues.actions import create_ask, create_issue, edit_ask, edit_issue
from crm.issues.forms import AskForm, IssueForm
from crm.issues.models import Ask, Issue, Stance
from crm.issues.queries import issue_choices, issue_nodes, issue_path
from crm.issues.registry import issue_counters
from crm.issues.rules import Node, below, count_in
from crm.issues.views import AskPageView, RecordPositionsView, ask_state_view

FILED_SHOWN = 50


def ask_url(ask: Model) -> str:
    return reverse("asks:page", args=[ask.public_id])  # type: ignore[attr-defined]


class IssueFilter(django_filters.ChoiceFilter):
    """An issue with everything below it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=issue_choices, **kwargs)

    def filter(self, asks: Any, value: Any) -> Any:
        if not value:
            return asks
        node = next((node for node in issue_nodes() if node.issue.pk == int(value)), None)
        return asks.filter(issue__in=[found.issue.pk for found in below(node)]) if node else asks.none()


class AskFilterSet(WagtailFilterSet):
    is_open = django_filters.BooleanFilter(label=_("Open"))
    issue = IssueFilter(label=_("Issue"))
    campaign = django_filters.ModelChoiceFilter(label=_("Campaign"), queryset=lambda _request: Campaign.objects.all())

    class Meta:
        model = Ask
        fields: list[str] = []


class AskIndexView(RowRuleIndexView):
    is_searchable = True

    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().select_related("issue", "campaign")

    @property
    def header_buttons(self) -> list[Any]:
        moved = HeaderButton(_("What moved this week"), url=reverse("crm_moved"), icon_name="view")
        return [*super().header_buttons, *([moved] if can(self.request.user, Act.VIEW, Stance) else [])]


class AskViewSet(RowRuleModelViewSet):
    model = Ask
    name = "asks"
    icon = "form"
    menu_label = _("Asks")
    index_view_class = AskIndexView
    form_class = AskForm
    filterset_class = AskFilterSet
    ordering = "title"
    list_display = [
        TitleColumn("title", label=_("What we ask"), accessor="title", sort_key="title", get_url=ask_url),
        "bill",
        "issue",
        "campaign",
        BooleanColumn("is_open", label=_("Open"), sort_key="is_open"),
    ]
    search_fields = ["title", "bill"]

    def create(self, form: Any, *, by: User, at: datetime) -> Ask:
        return create_ask(**form.changes(), by=by, at=at)

    def update(self, row: Ask, form: Any, *, version: int, by: User, at: datetime) -> Ask:
        return edit_ask(row, version=version, by=by, at=at, **form.changes())

    def success_url(self, row: Ask) -> str:
        return ask_url(row)

    def get_urlpatterns(self) -> list[Any]:
        return [
            *super().get_urlpatterns(),
            path("<str:public_id>/", AskPageView.as_view(), name="page"),
            path("<str:public_id>/positions/", RecordPositionsView.as_view(), name="positions"),
            path("<str:public_id>/state/", ask_state_view, name="state"),
        ]


def counted_nodes(user: User) -> list[Node]:
    """The tree with what this user may see of everything filed: one query, and one more per counter."""
    nodes = issue_nodes()
    for counter in issue_counters():
        count_in(nodes, counter.key, counter.provider(user))
    return nodes


def _cells(node: Node) -> list[dict[str, Any]]:
    return [
        {"label": counter.label, "total": node.total[counter.key], "own": node.own[counter.key]}
        for counter in issue_counters()
    ]


class IssueTreeView(AdminRuleIndexView):
    """The tree as a table, each issue with what is filed under it and below; a search lists what it finds."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found: dict[str, Any] = {"counters": issue_counters(), "tree": []}
        if not self.query:
            found["tree"] = [self._row(node) for node in counted_nodes(self.request.user)]
        return super().get_context_data(**kwargs) | found

    def _row(self, node: Node) -> dict[str, Any]:
        helper = self.url_helper
        edits = can(self.request.user, Act.CHANGE, Issue)
        return {
            "issue": node.issue,
            "depth": min(node.depth, 8),
            "level": node.depth + 1,
            "url": helper.get_action_url("inspect", node.issue.pk),
            "edit_url": helper.get_action_url("edit", node.issue.pk) if edits else "",
            "cells": _cells(node),
        }


class IssuePageView(AdminRuleInspectView):
    """What is filed under one issue and everything below it."""

    page_title = _("Issue")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        node = next(node for node in counted_nodes(user) if node.issue.pk == self.instance.pk)
        found = {
            "issue": self.instance,
            "path": [self._link(issue) for issue in issue_path(self.instance)[:-1]],
            "parts": [{**self._link(part.issue), "cells": _cells(part)} for part in node.below],
            "cells": _cells(node),
            "counters": issue_counters(),
            "filed": self._filed([found.issue.pk for found in below(node)]),
            "edit_url": self.url_helper.get_action_url("edit", self.instance.pk)
            if can(user, Act.CHANGE, Issue)
            else "",
            "timeline": timeline_context(self.instance, user),
        }
        return super().get_context_data(**kwargs) | found

    def _link(self, issue: Issue) -> dict[str, Any]:
        return {"issue": issue, "url": self.url_helper.get_action_url("inspect", issue.pk)}

    def _filed(self, issue_ids: list[int]) -> list[dict[str, Any]]:
        user: Any = self.request.user
        return [
            {
                "label": counter.label,
                "rows": [
                    {"words": str(row), "url": counter.address(row) if counter.address else ""}
                    for row in counter.rows(issue_ids, user)[:FILED_SHOWN]
                ],
            }
            for counter in issue_counters()
            if counter.rows
        ]


class IssueAdmin(RowRuleModelAdmin):
    model = Issue
    base_url_path = "reference/issues"
    menu_icon = "list-ul"
    list_display = ("name", "parent")
    list_select_related = ("parent",)
    search_fields = ("name",)
    edit_handler = ObjectList([FieldPanel(name) for name in ("name", "slug", "parent")], base_form_class=IssueForm)
    index_view_class = IssueTreeView
    index_template_name = "crm/issue_tree.html"
    inspect_view_class = IssuePageView
    inspect_template_name = "crm/issue.html"

    def create(self, form: Any, *, by: User, at: datetime) -> Issue:
        return create_issue(**form.changes(), by=by, at=at)

    def update(self, row: Issue, form: Any, *, version: int, by: User, at: datetime) -> Issue:
        return edit_issue(row, version=version, by=by, at=at, **form.changes())
