"""The reference list of areas."""

from crm.access.viewsets import RowRuleModelAdmin
from crm.places.models import Area


class AreaAdmin(RowRuleModelAdmin):
    model = Area
    base_url_path = "reference/areas"
    menu_icon = "globe"
    list_display = ("name", "code", "classification", "parent")
    list_filter = ("classification",)
    list_select_related = ("parent",)
    search_fields = ("name", "code", "identifier")
