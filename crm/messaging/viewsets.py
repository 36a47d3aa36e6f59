"""The mail log of staff: who got what, in which state, and why. Failed mails go again, drafts are checked and sent."""

from typing import Any

import django_filters
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn, TitleColumn
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from crm.access.enums import Act
from crm.access.rules import can
from crm.access.views import RowRuleIndexView, RowRuleMixin, forbidden, visible_or_404
from crm.access.viewsets import RowRuleModelViewSet
from crm.base.errors import ParleyError
from crm.base.links import without_keys
from crm.messaging.actions import send_again, send_draft
from crm.messaging.enums import InboundKind, InboundState, MessageStatus, Stream
from crm.messaging.forms import DraftForm
from crm.messaging.models import InboundMessage, Message
from crm.messaging.rules import DRAFTS, RESENDABLE


class MessageFilterSet(WagtailFilterSet):
    status = django_filters.ChoiceFilter(label=gettext_lazy("State"), choices=MessageStatus)
    stream = django_filters.ChoiceFilter(label=gettext_lazy("Kind"), choices=Stream)

    class Meta:
        model = Message
        fields: list[str] = []


class MessageIndexView(RowRuleIndexView):
    """Mails to people this user may see, the newest first."""

    is_searchable = True

    def search_queryset(self, queryset: Any) -> Any:
        for word in self.search_query.split():
            queryset = queryset.filter(to_email__icontains=word) | queryset.filter(subject__icontains=word)
        return queryset


class MessageViewSet(RowRuleModelViewSet):
    model = Message
    name = "mails"
    icon = "mail"
    menu_label = gettext_lazy("Mails")
    menu_order = 145
    add_to_admin_menu = True
    index_view_class = MessageIndexView
    filterset_class = MessageFilterSet
    form_fields: tuple[str, ...] = ()
    ordering = "-planned_at"
    list_per_page = 25
    list_display = [
        TitleColumn(
            "subject",
            label=gettext_lazy("Subject"),
            get_url=lambda mail: reverse("crm_mail", args=[mail.public_id]),
        ),
        Column("to_email", label=gettext_lazy("To")),
        Column("stream", label=gettext_lazy("Kind"), accessor="get_stream_display"),
        StatusTagColumn(
            "status",
            label=gettext_lazy("State"),
            accessor="get_status_display",
            primary=lambda mail: mail.status == MessageStatus.ACCEPTED,
        ),
        Column("last_error", label=gettext_lazy("Why")),
        DateColumn("planned_at", label=gettext_lazy("Planned"), sort_key="planned_at"),
    ]


class InboundFilterSet(WagtailFilterSet):
    state = django_filters.ChoiceFilter(label=gettext_lazy("State"), choices=InboundState)
    kind = django_filters.ChoiceFilter(label=gettext_lazy("Kind"), choices=InboundKind)

    class Meta:
        model = InboundMessage
        fields: list[str] = []


class InboundMessageViewSet(RowRuleModelViewSet):
    """What came in; `needs a person` is what no rule could place."""

    model = InboundMessage
    name = "received_mails"
    icon = "download"
    menu_label = gettext_lazy("Received mails")
    menu_order = 146
    add_to_admin_menu = True
    filterset_class = InboundFilterSet
    form_fields: tuple[str, ...] = ()
    inspect_view_enabled = True
    inspect_view_fields = ["from_email", "from_name", "subject", "text", "kind", "state", "reason", "received_at"]
    ordering = "-received_at"
    list_per_page = 25
    list_display = [
        TitleColumn(
            "subject",
            label=gettext_lazy("Subject"),
            accessor=lambda mail: mail.subject or _("No subject"),
            get_url=lambda mail: reverse("received_mails:inspect", args=[mail.pk]),
        ),
        Column("from_email", label=gettext_lazy("From")),
        Column("kind", label=gettext_lazy("Kind"), accessor="get_kind_display"),
        StatusTagColumn(
            "state",
            label=gettext_lazy("State"),
            accessor="get_state_display",
            primary=lambda mail: mail.state == InboundState.REVIEW,
        ),
        Column("reason", label=gettext_lazy("Why")),
        DateColumn("received_at", label=gettext_lazy("Received"), sort_key="received_at"),
    ]


class MailView(RowRuleMixin, WagtailAdminTemplateMixin, TemplateView):
    """One mail: its words and what became of it (GET); send it (POST)."""

    model = Message
    header_icon = "mail"
    template_name = "crm/mail.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.mail = visible_or_404(Message, request, public_id=kwargs["public_id"])
        self.page_title = self.mail.subject

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        log = {"url": reverse("mails:index"), "label": _("Mails")}
        return [*self.breadcrumbs_items, log, {"url": "", "label": self.mail.subject}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may = can(self.request.user, Act.CHANGE, Message)
        is_draft = may and self.mail.status in DRAFTS
        kwargs.setdefault("form", DraftForm(message=self.mail) if is_draft else None)
        may_again = may and self.mail.status in RESENDABLE
        kwargs["text"] = without_keys(self.mail.text)
        return super().get_context_data(mail=self.mail, tries=self.mail.tries.all(), may_again=may_again, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not can(request.user, Act.CHANGE, self.mail):
            return forbidden(request)
        by: Any = request.user
        form = DraftForm(request.POST, message=self.mail) if "body" in request.POST else None
        if form is not None and not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        try:
            if form is None:
                send_again(self.mail, by=by, at=timezone.now())
            else:
                send_draft(self.mail, by=by, at=timezone.now(), **form.cleaned_data)
        except ParleyError as error:
            messages.error(request, error.sentence)
            context = self.get_context_data(form=form) if form else self.get_context_data()
            return self.render_to_response(context, status=409)
        messages.success(request, _("The mail waits in the outbox and leaves in a moment."))
        return redirect("mails:index")
