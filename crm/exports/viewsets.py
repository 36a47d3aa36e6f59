"""The list of exports: who took what out of the house, and why."""

from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.widgets.button import HeaderButton

from crm.access.enums import Act
from crm.access.rules import can
from crm.access.views import RowRuleIndexView
from crm.access.viewsets import RowRuleModelViewSet
from crm.exports.models import ExportLog
from crm.exports.queries import exports_made
from crm.exports.registry import export_kinds
from crm.exports.views import ExportJobView, NewExportView, export_file, export_progress, stop_export


class ExportLogView(RowRuleIndexView):
    default_ordering = "-exported_at"

    @cached_property
    def columns(self) -> list[Any]:
        return [
            DateColumn("exported_at", label=_("When")),
            Column("exported_by", label=_("Who")),
            Column("what", label=_("What")),
            Column("reason", label=_("Why")),
            Column("file_format", label=_("Form")),
            Column("query", label=_("Filter")),
        ]

    @cached_property
    def header_buttons(self) -> list[Any]:
        user = self.request.user
        return [
            HeaderButton(kind.label, url=reverse("crm_new_export", args=[kind.key]), icon_name="download")
            for kind in export_kinds()
            if can(user, Act.EXPORT, kind.model)
        ]

    def get_base_queryset(self) -> Any:
        return exports_made()

    def order_queryset(self, queryset: Any) -> Any:
        """Newest first; there is no other order."""
        return queryset.order_by("-exported_at", "-id")

    def get_table(self, object_list: Any) -> Any:
        rows: list[Any] = list(object_list)
        for row in rows:
            name = row.object_type.partition(".")[2]
            words = ngettext("%(count)s row of %(name)s", "%(count)s rows of %(name)s", row.count)
            row.what = words % {"count": row.count, "name": name}
        return super().get_table(rows)


class ExportLogViewSet(RowRuleModelViewSet):
    model = ExportLog
    name = "exports"
    icon = "download"
    index_view_class = ExportLogView
    form_fields: list[str] = []
    list_per_page = 50


class ExportLogMenuItem(MenuItem):
    """In the reports menu."""

    def is_shown(self, request: HttpRequest) -> bool:
        return can(request.user, Act.VIEW, ExportLog)


def export_log_menu_item() -> ExportLogMenuItem:
    return ExportLogMenuItem(
        gettext("Exports"), reverse("exports:index"), name="exports", icon_name="download", order=910
    )


def export_urls() -> list[URLPattern]:
    """The addresses of files that leave the house, below the admin."""
    file, new = "export-files/<str:public_id>", NewExportView.as_view()
    return [
        path("export-files/new/people/ticked/", new, {"key": "people"}, name="crm_export_people"),
        path("export-files/new/<slug:key>/", new, name="crm_new_export"),
        path(f"{file}/", ExportJobView.as_view(), name="crm_export"),
        path(f"{file}/progress/", export_progress, name="crm_export_progress"),
        path(f"{file}/stop/", stop_export, name="crm_stop_export"),
        path(f"{file}/file/", export_file, name="crm_export_file"),
    ]
