"""The way of an act on many people: whom it is for, what exactly, how far it is, what became of whom."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.access.views import forbidden, require, visible_or_404
from crm.base.errors import ParleyError
from crm.bulk.actions import plan_act, resume_act, start_act, stop_act
from crm.bulk.enums import BulkState
from crm.bulk.models import BulkAct
from crm.bulk.queries import is_silent, outcomes, sample_of, told, under_way
from crm.bulk.registry import BulkActKind, act_kind
from crm.bulk.rules import as_params
from crm.bulk.tasks import wake
from crm.changes.queries import undoable_entries
from crm.changes.rules import may_still_be_undone
from crm.changes.views import undo_url
from crm.people.models import Person
from crm.people.queries import chosen


def list_url(query: str) -> str:
    """The people list in the state a query string names."""
    return reverse("people:index") + (f"?{query.lstrip('?')}" if query else "")


def people_of(request: HttpRequest) -> Any:
    """Whom the bulk bar means: the visible ones among those ticked, or all its list shows."""
    return chosen(
        request.user,
        ids=request.POST.getlist("ids"),
        everybody=request.POST.get("all") == "1",
        query_string=request.POST.get("query", ""),
        on=timezone.localdate(),
    )


class PlanBulkActView(View):
    """The button of the bulk bar: notes down whom the act is for and leads to its page. Changes nobody."""

    key = ""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Somebody reloaded: back to the list."""
        return redirect("people:index")

    def post(self, request: HttpRequest) -> HttpResponse:
        kind = act_kind(self.key)
        query = request.POST.get("query", "")[:4000]
        try:
            require(request, Act.VIEW, Person)
            if kind is None or not kind.permitted(request.user):  # type: ignore[arg-type]
                raise PermissionDenied
            act = plan_act(kind, people_of(request), query=query, by=request.user, at=timezone.now())  # type: ignore[arg-type]
        except PermissionDenied:
            return forbidden(request)
        except ParleyError as error:
            messages.error(request, str(error.sentence))
            return redirect(list_url(query))
        return redirect("crm_bulk_act", act.public_id)


class BulkActView(WagtailAdminTemplateMixin, TemplateView):
    """One act: before the start what it will do and to whom, afterwards how far it is and what became of whom."""

    template_name = "crm/bulk_act.html"
    header_icon = "group"
    form: forms.Form | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.act: BulkAct = visible_or_404(BulkAct, request, public_id=kwargs["public_id"])
        kind = act_kind(self.act.act)
        if kind is None:
            raise Http404
        self.kind: BulkActKind = kind
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.act.started_by_id != request.user.pk or not self.kind.permitted(request.user):
            return forbidden(request)
        steps = {"start": self._start, "stop": self._stop, "resume": self._resume}
        step = steps.get(request.POST.get("do", "start"), self._start)
        try:
            refused = step(request.user)
        except ParleyError as error:
            messages.error(request, str(error.sentence))
        else:
            if refused is not None:
                self.form = refused
                return self.render_to_response(self.get_context_data(**kwargs), status=422)
        return redirect("crm_bulk_act", self.act.public_id)

    def _start(self, user: User) -> forms.Form | None:
        form = self._form(self.request.POST)
        if not form.is_valid():
            return form
        wake(start_act(self.act, params=as_params(form.cleaned_data), at=timezone.now()))
        return None

    def _stop(self, user: User) -> None:
        stop_act(self.act, by=user, at=timezone.now())

    def _resume(self, user: User) -> None:
        wake(resume_act(self.act, at=timezone.now()))

    def _form(self, data: Any = None) -> forms.Form:
        form = self.kind.form_class(data)
        for field in form.fields.values():
            if hasattr(field, "user"):
                field.user = self.request.user
        return form

    def get_page_title(self) -> str:
        return str(self.kind.label)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        url, label = self._back()
        return [*self.breadcrumbs_items, {"url": url, "label": label}, {"url": "", "label": str(self.kind.label)}]

    def _back(self) -> tuple[str, str]:
        url, label = self.kind.back(self.act) if self.kind.back else (list_url(self.act.query), _("People"))
        return url, str(label)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        act, now = self.act, timezone.now()
        planned = act.state == BulkState.PLANNED
        user: User = self.request.user  # type: ignore[assignment]
        return super().get_context_data(**kwargs) | {
            "act": act,
            "planned": planned,
            "running": act.state == BulkState.RUNNING,
            "unfinished": act.state in {BulkState.CANCELLED, BulkState.FAILED} or is_silent(act, now),
            "done_words": done_words(act),
            "sentence": act.params.get("sentence", ""),
            "progress_url": reverse("crm_bulk_progress", args=[act.public_id]),
            "mine": act.started_by_id == user.pk,
            "form": (self.form or self._form()) if planned else None,
            "sample": sample_of(act, user) if planned else [],
            "outcomes": [*outcomes(act, user), *told(self.kind.told(act))],
            "is_for_people": self.kind.work is None,
            "undo_url": self._undo_url(now),
            "undone": self._is_undone(),
            "list_url": self._back()[0],
        }

    def _is_undone(self) -> bool:
        entry = self.act.entry
        return entry is not None and entry.changes.exists() and not undoable_entries([entry.pk])

    def _undo_url(self, now: Any) -> str:
        entry = self.act.entry
        if entry is None or self.act.state == BulkState.RUNNING or not may_still_be_undone(entry.occurred_at, now):
            return ""
        if not can(self.request.user, Act.CHANGE, Person) or entry.pk not in undoable_entries([entry.pk]):
            return ""
        return f"{undo_url(entry)}?{urlencode({'next': self.request.path})}"


def bulk_act_url(act: BulkAct) -> str:
    return reverse("crm_bulk_act", args=[act.public_id])


def _label(act: BulkAct) -> Any:
    kind = act_kind(act.act)
    return kind.label if kind else act.act


def bulk_progress(request: HttpRequest, public_id: str) -> JsonResponse:
    """How far an act is, for the progress bar."""
    act: BulkAct = visible_or_404(BulkAct, request, public_id=public_id)
    return JsonResponse(
        {
            "done": act.done,
            "total": act.total,
            "text": done_words(act),
            "is_over": act.state != BulkState.RUNNING,
            "is_alive": not is_silent(act, timezone.now()),
        }
    )


def done_words(act: BulkAct) -> str:
    kind = act_kind(act.act)
    words = str(kind.counted) if kind else _("%(done)s of %(total)s people")
    return words % {"done": intcomma(act.done), "total": intcomma(act.total)}


def my_bulk_acts(user: User, _at: Any) -> dict[str, Any] | None:
    """Section of "My day": what runs or was left unfinished."""
    acts = under_way(user) if can(user, Act.VIEW, BulkAct) else []
    rows = [{"act": act, "label": _label(act), "words": done_words(act), "url": bulk_act_url(act)} for act in acts]
    return {"title": _("Running for you"), "rows": rows, "template": "crm/my_bulk_acts.html"} if rows else None
