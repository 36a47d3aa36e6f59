"""Registers what makes daily work quick: undo, acts on many people, fields edited in place, exports, the palette."""

from typing import Any

from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.permissions import register_permission_policy

from crm.access.viewsets import RowRulePolicy
from crm.activity.registry import register_entry_details
from crm.batches.viewsets import my_imports
from crm.bulk.views import my_bulk_acts
from crm.bulk.viewsets import bulk_urls, kept_as, kept_as_panel
from crm.changes.models import Change
from crm.changes.registry import register_log_finder
from crm.changes.views import timeline_details
from crm.changes.viewsets import ChangeLogViewSet, change_log_menu_item, undo_urls
from crm.exports.models import ExportLog
from crm.exports.views import export_button, may_export_people, my_exports
from crm.exports.viewsets import ExportLogViewSet, export_log_menu_item, export_urls
from crm.followups.registry import register_my_day
from crm.palette.views import palette_menu_item, palette_urls
from crm.people.models import Person
from crm.people.queries import search_people
from crm.people.registry import (
    register_bulk_act,
    register_list_header,
    register_person_column,
    register_person_panel,
)

# Before anything below makes Wagtail register its fallback policy.
for model in (Change, ExportLog):
    register_permission_policy(model, RowRulePolicy(model))

register_entry_details(timeline_details)
register_log_finder(Person, search_people)
register_my_day("bulk", 5, my_bulk_acts)
register_my_day("exports", 6, my_exports)
register_my_day("imports", 7, my_imports)
register_list_header("export", export_button)
register_bulk_act("export", _("Export"), "crm_export_people", allowed=may_export_people, order=90)
register_person_column("kept_as", _("Kind, level, owner"), kept_as)
register_person_panel("kept-as", 5, kept_as_panel)

for urls in (undo_urls, bulk_urls, export_urls, palette_urls):
    hooks.register("register_admin_urls", urls)
for menu_item in (change_log_menu_item, export_log_menu_item):
    hooks.register("register_reports_menu_item", menu_item)
hooks.register("register_admin_menu_item", palette_menu_item)


@hooks.register("register_admin_viewset")
def register_viewsets() -> list[Any]:
    return [ChangeLogViewSet(), ExportLogViewSet()]


@hooks.register("insert_global_admin_css")
def comfort_css() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("css/admin-comforts.css"))


@hooks.register("insert_global_admin_js")
def comfort_js() -> SafeString:
    names = ("palette", "inline-edit")
    return format_html_join(
        "", '<script type="module" src="{}"></script>', ((static(f"js/{name}.js"),) for name in names)
    )
