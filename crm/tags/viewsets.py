from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, ObjectList

from crm.access.forms import AdminForm
from crm.access.models import User
from crm.access.viewsets import RowRuleModelAdmin
from crm.tags.actions import create_tag, create_tag_group, edit_tag
from crm.tags.enums import TagValueKind
from crm.tags.models import Tag, TagGroup
from crm.tags.queries import tags_with_counts


class TagGroupAdmin(RowRuleModelAdmin):
    model = TagGroup
    base_url_path = "reference/tag-groups"
    menu_label = _("Tag groups")
    menu_icon = "folder-open-inverse"
    list_display = ("name", "scope")
    search_fields = ("name",)
    edit_handler = ObjectList(
        [FieldPanel(name) for name in ("name", "key", "scope", "position")], base_form_class=AdminForm
    )

    def create(self, form: Any, *, by: User, at: datetime) -> TagGroup:
        return create_tag_group(**form.changes(), by=by, at=at)


class TagAdmin(RowRuleModelAdmin):
    model = Tag
    base_url_path = "reference/tags"
    menu_icon = "tag"
    list_display = ("name", "group", "value_kind", "carried")
    list_select_related = ("group",)
    search_fields = ("name", "group__name")
    edit_handler = ObjectList([FieldPanel(name) for name in ("group", "name", "value_kind")], base_form_class=AdminForm)

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        return tags_with_counts().filter(pk__in=rows.order_by().values("pk")).order_by(*rows.query.order_by or ("pk",))

    def carried(self, tag: Any) -> int:
        return int(tag.carried)

    carried.short_description = _("Carried by")  # type: ignore[attr-defined]

    def create(self, form: Any, *, by: User, at: datetime) -> Tag:
        given = form.changes()
        kind = TagValueKind(given["value_kind"])
        return create_tag(given["group"], name=given["name"], value_kind=kind, by=by, at=at)

    def update(self, row: Tag, form: Any, *, version: int, by: User, at: datetime) -> Tag:
        given = form.changes()
        return edit_tag(row, name=given["name"], value_kind=TagValueKind(given["value_kind"]), by=by, at=at)
