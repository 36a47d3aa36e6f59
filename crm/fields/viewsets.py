from datetime import datetime
from typing import Any

from wagtail.admin.panels import FieldPanel, ObjectList

from crm.access.models import User
from crm.access.viewsets import RowRuleModelAdmin
from crm.fields.actions import create_custom_field, edit_custom_field
from crm.fields.forms import CustomFieldForm
from crm.fields.models import CustomField

SHOWN = ("label", "key", "kind", "scope", "help_text", "choices", "read_roles", "write_roles", "position", "is_retired")


class CustomFieldAdmin(RowRuleModelAdmin):
    model = CustomField
    base_url_path = "reference/custom-fields"
    menu_icon = "form"
    list_display = ("label", "kind", "scope", "is_retired")
    list_filter = ("kind", "scope", "is_retired")
    search_fields = ("label",)
    edit_handler = ObjectList([FieldPanel(name) for name in SHOWN], base_form_class=CustomFieldForm)

    def create(self, form: Any, *, by: User, at: datetime) -> CustomField:
        return create_custom_field(**form.changes(), by=by, at=at)

    def update(self, row: CustomField, form: Any, *, version: int, by: User, at: datetime) -> CustomField:
        changes = {name: value for name, value in form.changes().items() if name != "key"}
        return edit_custom_field(row, by=by, at=at, **changes)
