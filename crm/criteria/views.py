"""From the people list to a segment or a kept list."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.access.views import RowRuleMixin, once
from crm.base.errors import ParleyError
from crm.criteria.forms import NOT_FILTERS, steps_of
from crm.people.models import Person
from crm.people.queries import chosen
from crm.segments.actions import create_segment, freeze_people
from crm.segments.forms import FreezeForm, SaveFilterForm
from crm.segments.models import FrozenList, Segment
from crm.segments.queries import count_steps, reading_of
from crm.segments.views import list_url, segment_url


def save_filter_button(request: HttpRequest) -> tuple[Any, str, str] | None:
    """“Save as a segment” beside the list's title, once the list is filtered."""
    asked = any(value for name, value in request.GET.items() if name not in NOT_FILTERS)
    if not asked or not can(request.user, Act.ADD, Segment):
        return None
    return _("Save as a segment"), f"{reverse('crm_save_filter')}?{request.GET.urlencode()}", "crosshairs"


def may_keep(user: User) -> bool:
    """Who sees “Keep as a list” on the bulk bar."""
    return can(user, Act.ADD, FrozenList)


class SaveFilterView(RowRuleMixin, WagtailAdminTemplateMixin, TemplateView):
    """What the list shows now, as steps with a name."""

    model = Segment
    row_act = Act.ADD
    header_icon = "crosshairs"
    template_name = "crm/segments/save_filter.html"

    def get_page_title(self) -> str:
        return _("Save as a segment")

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        people = {"url": reverse("people:index"), "label": _("People")}
        return [*self.breadcrumbs_items, people, {"url": "", "label": self.get_page_title()}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        query, on = self.request.GET.urlencode(), timezone.localdate()
        kwargs.setdefault("form", SaveFilterForm())
        try:
            kwargs["reading"] = count_steps(reading_of(steps_of(query, user, on), user, on))
        except ParleyError as error:
            kwargs["problem"] = error.sentence
        return super().get_context_data(back_url=f"{reverse('people:index')}?{query}", **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = SaveFilterForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        return once(request, lambda: self._save(form))

    def _save(self, form: SaveFilterForm) -> HttpResponse:
        by: Any = self.request.user
        try:
            steps = steps_of(self.request.GET.urlencode(), by, timezone.localdate())
            segment = create_segment(**form.cleaned_data, steps=steps, by=by, at=timezone.now())
        except ParleyError:
            return self.render_to_response(self.get_context_data(form=form), status=422)
        messages.success(self.request, _("The segment is saved; it is asked anew each time it is used."))
        return redirect(segment_url(segment))


class KeepPeopleView(RowRuleMixin, WagtailAdminTemplateMixin, TemplateView):
    """Keep the people ticked in the list, or all it shows, under a name."""

    model = FrozenList
    row_act = Act.ADD
    header_icon = "list-ul"
    template_name = "crm/segments/keep_people.html"

    def get_page_title(self) -> str:
        return _("Keep as a list")

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        people = {"url": reverse("people:index"), "label": _("People")}
        return [*self.breadcrumbs_items, people, {"url": "", "label": self.get_page_title()}]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Somebody reloaded or typed the address: people are chosen in the list."""
        return redirect("people:index")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asks = "name" not in request.POST
        form = FreezeForm(None if asks else request.POST)
        people = self._chosen()
        if asks or not form.is_valid():
            context = self.get_context_data(form=form, total=people.order_by().count(), carried=self._carried())
            return self.render_to_response(context, status=200 if asks else 422)
        return once(request, lambda: self._keep(people, form))

    def _chosen(self) -> Any:
        user: Any = self.request.user
        sent = self.request.POST
        return chosen(
            user,
            ids=sent.getlist("ids"),
            everybody=sent.get("all") == "1",
            query_string=sent.get("query", ""),
            on=timezone.localdate(),
        )

    def _carried(self) -> list[tuple[str, str]]:
        sent = self.request.POST
        return [(name, value) for name in ("ids", "all", "query") for value in sent.getlist(name)]

    def _keep(self, people: Any, form: FreezeForm) -> HttpResponse:
        by: Any = self.request.user
        people = Person.objects.filter(pk__in=people.order_by().values("pk"))
        frozen = freeze_people(people, segment=None, by=by, at=timezone.now(), **form.cleaned_data)
        messages.success(self.request, _("The list is kept; it stays as it is whatever changes later."))
        return redirect(list_url(frozen))
