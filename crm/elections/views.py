"""The list of changes of term, starting one, and its page with what was left behind."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.access.views import RowRuleMixin, once, visible_or_404
from crm.base.errors import ParleyError
from crm.elections.actions import finish_roll_over, hand_over, start_roll_over
from crm.elections.enums import SeatChange
from crm.elections.errors import NoSuccessorError
from crm.elections.forms import HandOverForm, RollOverForm
from crm.elections.models import RollOver
from crm.elections.queries import counts_of, leavers, seats_of, successors
from crm.elections.registry import OrphanSource, orphan_source, orphan_sources
from crm.people.forms import pick_label
from crm.people.models import Person
from crm.people.views import person_url

SHOWN = 500


class ElectionScreen(RowRuleMixin, WagtailAdminTemplateMixin, TemplateView):
    model = RollOver
    header_icon = "calendar-check"

    @property
    def user(self) -> User:
        return self.request.user  # type: ignore[return-value]


class RollOverListView(ElectionScreen):
    """Every change of term, the newest first."""

    template_name = "crm/elections/list.html"
    page_title = _("Changes of term")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = RollOver.objects.visible_to(self.user).select_related("organization")[:SHOWN]
        add_url = reverse("crm_roll_over_start") if can(self.user, Act.ADD, RollOver) else ""
        return super().get_context_data(rows=rows, add_url=add_url, **kwargs)


class RollOverStartView(ElectionScreen):
    """Choose a body and two days."""

    row_act = Act.ADD
    template_name = "crm/elections/start.html"
    page_title = _("Compare two terms")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=RollOverForm(user=self.user)))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = RollOverForm(request.POST, user=self.user)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        given = dict(form.cleaned_data)
        started = start_roll_over(given.pop("organization"), by=self.user, at=timezone.now(), **given)
        return redirect("crm_roll_over", started.public_id)


class RollOverView(ElectionScreen):
    """What happened to the seats, and what still waits for those who lost theirs."""

    template_name = "crm/elections/page.html"

    @cached_property
    def row(self) -> RollOver:
        rows = RollOver.objects.visible_to(self.user).select_related("organization")
        found = rows.filter(public_id=self.kwargs["public_id"]).first()
        if found is None:
            raise Http404
        return found

    def get_page_title(self) -> str:
        return str(self.row)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        changes = can(self.user, Act.CHANGE, RollOver)
        shown = [change for change in SeatChange if change != SeatChange.KEPT]
        tables = [
            {"label": change.label, "rows": list(seats_of(self.row, self.user, change)[:SHOWN])} for change in shown
        ]
        counts = counts_of(self.row)
        return super().get_context_data(
            row=self.row,
            counts=[(change.label, counts[change.value]) for change in SeatChange],
            tables=tables,
            orphans=self.orphans(),
            changes=changes,
            **kwargs,
        )

    def orphans(self) -> list[dict[str, Any]]:
        gone = leavers(self.row)
        heirs = successors(self.row)
        seen = Person.objects.visible_to(self.user).in_bulk(gone | set(heirs.values()))
        return [self._section(source, gone, heirs, seen) for source in orphan_sources()]

    def _section(self, source: OrphanSource, gone: Any, heirs: Any, seen: Any) -> dict[str, Any]:
        rows = [orphan for orphan in source.find(self.user, gone, timezone.now()) if orphan.person_id in seen]
        return {
            "source": source,
            "rows": [
                {
                    "orphan": orphan,
                    "person": seen[orphan.person_id],
                    "person_url": person_url(seen[orphan.person_id]),
                    "form": self._form(seen.get(heirs.get(orphan.person_id, 0))),
                    "url": reverse("crm_hand_over", args=[self.row.public_id, source.key, orphan.pk]),
                }
                for orphan in rows[:SHOWN]
            ],
        }

    def _form(self, heir: Person | None) -> HandOverForm:
        return HandOverForm(initial={"successor": pick_label(heir) if heir else ""}, auto_id=False)


class HandOverView(ElectionScreen):
    """Give one row to the successor (POST)."""

    row_act = Act.CHANGE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, public_id: str, source: str, pk: int) -> HttpResponse:
        roll_over: RollOver = visible_or_404(RollOver, request, public_id=public_id)
        found = orphan_source(source)
        if found is None:
            raise Http404
        return once(request, lambda: self.act(roll_over, found, pk))

    def act(self, roll_over: RollOver, source: OrphanSource, pk: int) -> HttpResponse:
        form = HandOverForm(self.request.POST)
        form.fields["successor"].user = self.user  # type: ignore[attr-defined]
        try:
            if not form.is_valid():
                raise NoSuccessorError
            successor = form.cleaned_data["successor"]
            if successor is None:
                raise NoSuccessorError
            hand_over(roll_over, source, pk, successor, by=self.user, at=timezone.now())
            messages.success(self.request, _("Handed over."))
        except ParleyError as error:
            sentence = " ".join(str(each) for each in form.errors.get("successor", ())) or str(error.sentence)
            messages.error(self.request, sentence)
        return redirect("crm_roll_over", roll_over.public_id)


class FinishRollOverView(ElectionScreen):
    """Close the change of term (POST)."""

    row_act = Act.CHANGE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        roll_over: RollOver = visible_or_404(RollOver, request, public_id=public_id)
        finish_roll_over(roll_over, by=self.user, at=timezone.now())
        messages.success(request, _("The change of term is finished."))
        return redirect("crm_roll_over", roll_over.public_id)
