"""The task list."""

from datetime import datetime
from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, StatusTagColumn

from crm.access.models import User
from crm.access.views import RowRuleIndexView
from crm.access.viewsets import RowRuleModelViewSet
from crm.followups.actions import add_task, edit_task
from crm.followups.enums import TaskState
from crm.followups.forms import TaskForm, staff
from crm.followups.models import Task


def _is_open(task: Task) -> bool:
    return task.state == TaskState.OPEN


class TaskFilterSet(WagtailFilterSet):
    state = django_filters.ChoiceFilter(label=_("State"), choices=TaskState)
    assignee = django_filters.ModelChoiceFilter(label=_("Who"), queryset=lambda _request: staff())

    class Meta:
        model = Task
        fields: list[str] = []


class TaskIndexView(RowRuleIndexView):
    """Open and closed tasks, the earliest due first."""

    is_searchable = True

    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().select_related("assignee")

    def search_queryset(self, queryset: Any) -> Any:
        for word in self.search_query.split():
            queryset = queryset.filter(title__icontains=word)
        return queryset


class TaskViewSet(RowRuleModelViewSet):
    model = Task
    name = "tasks"
    icon = "tasks"
    menu_label = _("Tasks")
    menu_order = 130
    add_to_admin_menu = True
    index_view_class = TaskIndexView
    form_class = TaskForm
    filterset_class = TaskFilterSet
    ordering = "due_on"
    list_per_page = 25
    list_display = [
        "title",
        Column("assignee", label=_("Who"), accessor=lambda task: task.assignee or ""),
        # Wagtail's own date column only knows the past: it calls every day to come "just now".
        Column("due_on", label=_("By"), accessor=lambda task: task.due_on or "", sort_key="due_on"),
        StatusTagColumn(
            "state", label=_("State"), accessor="get_state_display", primary=lambda task: task.state == "open"
        ),
    ]

    def create(self, form: Any, *, by: User, at: datetime) -> Task:
        return add_task(**form.changes(), by=by, at=at)

    def update(self, row: Task, form: Any, *, version: int, by: User, at: datetime) -> Task:
        return edit_task(row, version=version, by=by, at=at, **form.changes())
