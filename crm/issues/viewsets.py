"""What we want: the asks, and the issues they belong to."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, ObjectList

from crm.access.forms import AdminForm, VersionedForm
from crm.access.models import User
from crm.access.views import RowRuleIndexView
from crm.access.viewsets import RowRuleModelAdmin, RowRuleModelViewSet
from crm.issues.actions import create_ask, create_issue, edit_ask
from crm.issues.models import Ask, Issue


class AskForm(VersionedForm):
    class Meta:
        model = Ask
        fields = ("title", "detail", "bill", "issue", "campaign")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            for name in ("issue", "campaign"):
                del self.fields[name]


class AskIndexView(RowRuleIndexView):
    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().select_related("issue", "campaign")


class AskViewSet(RowRuleModelViewSet):
    model = Ask
    name = "asks"
    icon = "form"
    menu_label = _("Asks")
    index_view_class = AskIndexView
    form_class = AskForm
    ordering = "title"
    list_display = ["title", "bill", "issue", "campaign", "is_open"]
    search_fields = ["title", "bill"]

    def create(self, form: Any, *, by: User, at: datetime) -> Ask:
        return create_ask(**form.changes(), by=by, at=at)

    def update(self, row: Ask, form: Any, *, version: int, by: User, at: datetime) -> Ask:
        return edit_ask(row, version=version, by=by, at=at, **form.changes())


class IssueAdmin(RowRuleModelAdmin):
    model = Issue
    base_url_path = "reference/issues"
    menu_icon = "list-ul"
    list_display = ("name", "parent")
    list_select_related = ("parent",)
    search_fields = ("name",)
    edit_handler = ObjectList([FieldPanel(name) for name in ("name", "slug", "parent")], base_form_class=AdminForm)

    def create(self, form: Any, *, by: User, at: datetime) -> Issue:
        return create_issue(**form.changes(), by=by, at=at)
