"""Taking an act back, and what the timeline tells of a change."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.access.views import forbidden, once
from crm.activity.models import ActivityEntry
from crm.activity.registry import ChangedValue, EntryDetails, sentence_for
from crm.activity.rules import type_key
from crm.activity.views import actor_name
from crm.base.errors import ParleyError
from crm.changes.actions import CHANGED_SINCE, Undone, undo_changes
from crm.changes.enums import ChangeAct
from crm.changes.models import Change
from crm.changes.queries import Told, UndoPlan, told_changes, undo_plan
from crm.changes.registry import long_undo
from crm.changes.rules import may_still_be_undone

SHOWN = 20


def safe_next(request: HttpRequest, default: str) -> str:
    """The address of ours a form or link wants to lead back to, else `default`."""
    given = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(given, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return given if given.startswith("/") and ours else default


def came_from(request: HttpRequest) -> str:
    """The page of ours somebody came from, else the home page."""
    given = urlsplit(request.headers.get("Referer", ""))
    ours = given.netloc == request.get_host() and given.path.startswith("/")
    home = reverse("wagtailadmin_home")
    return safe_next(request, f"{given.path}?{given.query}" if ours and given.query else given.path if ours else home)


def undo_url(entry: ActivityEntry | int) -> str:
    return reverse("crm_undo", args=[entry if isinstance(entry, int) else entry.pk])


def timeline_details(entries: Iterable[ActivityEntry], obj: Model, user: User) -> dict[int, EntryDetails]:
    """What each entry changed and where it is undone, for a page of a timeline: a constant number of queries."""
    if not can(user, Act.VIEW, Change):
        return {}
    shown = {entry.pk: entry for entry in entries}
    told = Told(told_changes(shown.values(), obj), user)
    own = (type_key(obj), obj.pk)
    of_entry: dict[int, list[Change]] = defaultdict(list)
    for change in filter(told.may_know, told.changes):
        of_entry[change.entry_id].append(change)
    return {pk: _details(shown[pk], changes, told, own) for pk, changes in of_entry.items()}


def _details(entry: ActivityEntry, changes: list[Change], told: Told, own: tuple[str, int]) -> EntryDetails:
    now = timezone.now()
    open_ones = [change for change in changes if change.undone_in_id is None]
    undoable = bool(open_ones) and may_still_be_undone(entry.occurred_at, now) and told.may_undo(open_ones)
    values: list[ChangedValue] = []
    for change in changes:
        about = "" if (change.object_type, change.object_id) == own else told.row_name(change)
        values += told.values(change, about=about)
    return EntryDetails(values[:SHOWN], undo_url(entry) if undoable else "", undone=not open_ones)


class UndoView(WagtailAdminTemplateMixin, TemplateView):
    """First what would be set back and what cannot; the POST does it. A second POST says that it was done."""

    template_name = "crm/undo.html"
    page_title = gettext_lazy("Undo")
    header_icon = "resubmit"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.entry = get_object_or_404(ActivityEntry.objects.select_related("actor"), pk=kwargs["entry"])
        plan = undo_plan(self.entry, request.user) if can(request.user, Act.VIEW, Change) else None  # type: ignore[arg-type]
        if plan is None:
            raise Http404
        self.plan: UndoPlan = plan
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.plan.refusal:
            return forbidden(request)
        return once(request, lambda: self._undo(timezone.now()))

    def _undo(self, at: datetime) -> HttpResponse:
        by: User = self.request.user  # type: ignore[assignment]
        try:
            if self.plan.is_long and (begin := long_undo()):
                return redirect(begin(self.entry, by, at))
            undone = undo_changes(self.entry, by=by, at=at)
        except ParleyError as error:
            messages.error(self.request, str(error.sentence))
        else:
            self._say(undone)
        return redirect(safe_next(self.request, reverse("wagtailadmin_home")))

    def _say(self, undone: Undone) -> None:
        words = ngettext("%(count)s change was set back.", "%(count)s changes were set back.", undone.set_back)
        messages.success(self.request, words % {"count": undone.set_back})
        if undone.kept:
            words = ngettext(
                "%(count)s change stayed as it is: %(why)s",
                "%(count)s changes stayed as they are: %(why)s",
                len(undone.kept),
            )
            why = " ".join(sorted({str(reason) for _change, reason in undone.kept}))
            messages.warning(self.request, words % {"count": len(undone.kept), "why": why})

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        plan = self.plan
        told = Told([*plan.free[:SHOWN], *plan.stuck[:SHOWN]], self.request.user)  # type: ignore[arg-type]
        late = not may_still_be_undone(self.entry.occurred_at, timezone.now())
        free = plan.total if plan.is_long else len(plan.free)
        hides_stuck = plan.is_long or bool(plan.refusal)
        return super().get_context_data(**kwargs) | {
            "entry": self.entry,
            "sentence": sentence_for(self.entry),
            "actor": actor_name(self.entry),
            "refusal": plan.refusal,
            "late": late,
            "may": (bool(plan.free) or plan.is_long) and not plan.refusal and not late,
            "is_long": plan.is_long,
            "free": [_backwards(change, told) for change in plan.free[:SHOWN]] if not plan.refusal else [],
            "free_count": free,
            "free_more": max(0, free - SHOWN),
            "stuck": [told.row_name(change) for change in plan.stuck[:SHOWN]] if not hides_stuck else [],
            "stuck_count": len(plan.stuck),
            "stuck_more": max(0, len(plan.stuck) - SHOWN),
            "stuck_why": CHANGED_SINCE,
            "next": came_from(self.request),
        }


def _backwards(change: Change, told: Told) -> dict[str, Any]:
    """One row as the undo would leave it."""
    words = {
        ChangeAct.CREATED: _("will be taken away"),
        ChangeAct.UPDATED: _("will be set back"),
        ChangeAct.DELETED: _("will come back"),
    }
    values = told.values(change) if change.act == ChangeAct.UPDATED else []
    back = [ChangedValue(value.label, value.after, value.before) for value in values]
    return {"name": told.row_name(change), "what": words[ChangeAct(change.act)], "changes": back}
