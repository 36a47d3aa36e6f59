"""The kinds of relationship, as a reference list, and the addresses of relationships."""

from datetime import datetime
from typing import Any

from django.urls import path
from wagtail.admin.panels import FieldPanel, ObjectList

from crm.access.models import User
from crm.access.viewsets import RowRuleModelAdmin
from crm.relationships.actions import create_relationship_type, edit_relationship_type
from crm.relationships.forms import RelationshipTypeForm
from crm.relationships.models import RelationshipType
from crm.relationships.views import (
    AddRelationshipView,
    EditRelationshipView,
    RelationshipsView,
    RemoveRelationshipView,
)

SHOWN = ("label", "reverse_label", "is_symmetric", "from_kind", "to_kind", "opens_doors")


class RelationshipTypeAdmin(RowRuleModelAdmin):
    model = RelationshipType
    base_url_path = "reference/relationship-types"
    menu_icon = "link"
    list_display = ("label", "reverse_label", "from_kind", "to_kind", "is_symmetric", "opens_doors")
    search_fields = ("label", "reverse_label")
    edit_handler = ObjectList([FieldPanel(name) for name in SHOWN], base_form_class=RelationshipTypeForm)

    def create(self, form: Any, *, by: User, at: datetime) -> RelationshipType:
        return create_relationship_type(**form.changes(), by=by, at=at)

    def update(self, row: RelationshipType, form: Any, *, version: int, by: User, at: datetime) -> RelationshipType:
        return edit_relationship_type(row, version=version, by=by, at=at, **form.changes(only_changed=True))


PARTY, ROW = "relationships/<slug:kind>/<str:public_id>", "relationships/<str:public_id>"
RELATIONSHIP_URLS = [
    path(f"{ROW}/edit/", EditRelationshipView.as_view(), name="crm_edit_relationship"),
    path(f"{ROW}/remove/", RemoveRelationshipView.as_view(), name="crm_remove_relationship"),
    path(f"{PARTY}/", RelationshipsView.as_view(), name="crm_relationships"),
    path(f"{PARTY}/new/", AddRelationshipView.as_view(), name="crm_add_relationship"),
]
