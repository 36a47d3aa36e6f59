"""The list of imports, and what of it runs for somebody today."""

from datetime import datetime
from typing import Any

import django_filters
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn, TitleColumn
from wagtail.admin.widgets.button import HeaderButton

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.access.views import RowRuleIndexView
from crm.access.viewsets import RowRuleModelViewSet
from crm.batches import views
from crm.batches.queries import progress_of, under_way
from crm.batches.resources import progress_facts
from crm.imports.enums import ImportState
from crm.imports.models import ImportBatch


def numbers(batch: ImportBatch) -> str:
    """What it would write or wrote, in a few words."""
    counts = batch.report.get("counts")
    if not counts:
        return ""
    words = _("%(created)s new, %(updated)s changed, %(unchanged)s unchanged")
    totals = {key: sum(found.get(key, 0) for found in counts.values()) for key in ("created", "updated", "unchanged")}
    return str(words) % totals


class ImportFilterSet(WagtailFilterSet):
    state = django_filters.ChoiceFilter(label=_("State"), choices=ImportState)

    class Meta:
        model = ImportBatch
        fields: list[str] = []


class ImportIndexView(RowRuleIndexView):
    """Who imported what and when, the newest first."""

    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().select_related("created_by")

    @property
    def header_buttons(self) -> list[Any]:
        if not can(self.request.user, Act.ADD, ImportBatch):
            return []
        return [HeaderButton(_("New import"), reverse("imports:new"), icon_name="upload")]


class ImportViewSet(RowRuleModelViewSet):
    model = ImportBatch
    name = "imports"
    icon = "upload"
    menu_label = _("Imports")
    menu_order = 112
    add_to_admin_menu = True
    index_view_class = ImportIndexView
    filterset_class = ImportFilterSet
    form_fields: tuple[str, ...] = ()
    ordering = "-staged_at"
    list_per_page = 25
    list_display = [
        TitleColumn("source_name", label=_("File"), get_url=lambda batch: views.import_url(batch)),
        Column("profile", label=_("What it is")),
        Column("numbers", label=_("Rows"), accessor=numbers),
        StatusTagColumn(
            "state",
            label=_("State"),
            accessor="get_state_display",
            primary=lambda batch: batch.state == ImportState.APPLIED,
        ),
        Column("created_by", label=_("Who"), accessor=lambda batch: batch.created_by or _("Command line")),
        DateColumn("staged_at", label=_("Handed in"), sort_key="staged_at"),
    ]

    def get_urlpatterns(self) -> list[Any]:
        one = "<str:public_id>"
        return [
            *super().get_urlpatterns(),
            path("new/", views.NewImportView.as_view(), name="new"),
            path(f"{one}/", views.ImportView.as_view(), name="page"),
            path(f"{one}/questions/", views.OptionsView.as_view(), name="options"),
            path(f"{one}/undo/", views.UndoView.as_view(), name="undo"),
            path(f"{one}/progress/", views.ProgressView.as_view(), name="progress"),
            path(f"{one}/problems.csv", views.ProblemsView.as_view(), name="problems"),
            path(f"{one}/do/<str:act>/", views.ActView.as_view(), name="act"),
        ]


def my_imports(user: User, at: datetime) -> dict[str, Any] | None:
    """Section of "My day": what is being checked, applied or taken back for somebody."""
    batches = under_way(user) if can(user, Act.VIEW, ImportBatch) else []
    rows = [{"batch": batch, "url": views.import_url(batch), "words": _how_far(batch, at)} for batch in batches]
    section = {"title": _("Being imported for you"), "rows": rows, "template": "crm/imports/my_imports.html"}
    return section if rows else None


def _how_far(batch: ImportBatch, at: datetime) -> str:
    told = progress_facts(batch, progress_of(batch, at))
    return " · ".join(filter(None, (str(batch.get_state_display()), told["text"])))
