"""The reference list of areas."""

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from crm.access.viewsets import RowRuleModelAdmin
from crm.places.models import Area
from crm.places.views import area_url


class AreaAdmin(RowRuleModelAdmin):
    model = Area
    base_url_path = "reference/areas"
    menu_icon = "globe"
    list_display = ("page_link", "code", "classification", "parent")
    list_filter = ("classification",)
    list_select_related = ("parent",)
    search_fields = ("name", "code", "identifier")

    def page_link(self, area: Area) -> SafeString:
        return format_html('<a href="{}">{}</a>', area_url(area), area)

    page_link.short_description = _("Name")  # type: ignore[attr-defined]
