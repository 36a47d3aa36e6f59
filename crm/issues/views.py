"""Positions: on the person page, on the page of an ask, after a hearing, and what moved."""

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.access.views import RowRuleMixin, conflict, forbidden, once, require, visible_or_404
from crm.activity.views import timeline_context
from crm.base.errors import StaleVersionError
from crm.issues.actions import close_ask, record_stance, record_stances, reopen_ask, take_back_stance
from crm.issues.forms import AskForm, BodyForm, EvidenceForm, PositionFormSet, SinceForm, StanceForm
from crm.issues.models import Ask, Stance
from crm.issues.queries import moved_since, movements, position_counts, stance_history, stances_on
from crm.issues.rules import direction_of
from crm.people.models import Organization, Person
from crm.people.queries import member_of
from crm.people.views import PersonFormView, person_url

WEEK = timedelta(days=7)
PER_PAGE = 50
MOVES_SHOWN = 200
MEMBERS_SHOWN = 590


def stances_panel(person: Person, user: User) -> dict[str, Any] | None:
    """The newest position on each ask with its day and source, and every one before it."""
    if not can(user, Act.VIEW, Stance):
        return None
    changes = can(user, Act.CHANGE, Stance)
    return {
        "title": _("Where they stand"),
        "rows": [
            {
                "ask": ask,
                "url": reverse("asks:page", args=[ask.public_id]),
                "now": stances[0],
                "direction": direction_of(stances[1].position, stances[0].position) if stances[1:] else None,
                "stances": stances,
            }
            for ask, stances in stance_history(person, user).items()
        ],
        "takes_back": changes,
        "template": "crm/person_stances.html",
        "form": StanceForm(prefix="stances", initial={"observed_on": timezone.localdate()})
        if can(user, Act.ADD, Stance)
        else None,
        "form_url": reverse("crm_add_stance", args=[person.public_id]),
        "form_label": _("Record a position"),
    }


class AddStanceView(PersonFormView):
    key = "stances"
    model = Stance
    form_class = StanceForm
    done = _("Position recorded.")

    def perform(self, person: Person, form: Any, *, by: User, at: datetime) -> None:
        record_stance(person, **form.cleaned_data, by=by, at=at)


@require_POST
def take_back_stance_view(request: HttpRequest, pk: int) -> HttpResponse:
    """One click on a position recorded by mistake. Pressing again finds nothing any more."""
    stance: Stance = visible_or_404(Stance, request, pk=pk)
    back = person_url(stance.person, "stances")
    try:
        require(request, Act.CHANGE, stance)
    except PermissionDenied:
        return forbidden(request)
    take_back_stance(stance, by=request.user, at=timezone.now())  # type: ignore[arg-type]
    messages.success(request, _("Taken back; the position before holds again."))
    return redirect(back)


class StancePage(RowRuleMixin, WagtailAdminTemplateMixin, TemplateView):
    """What the pages about positions share: an ask, or all of them."""

    model: Any = Ask
    header_icon = "form"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        asks = {"url": reverse("asks:index"), "label": _("Asks")}
        return [*self.breadcrumbs_items, asks, {"url": "", "label": self.get_page_title()}]


class AskPage(StancePage):
    """A page of one ask."""

    def subject(self) -> Ask:
        self.ask: Ask = visible_or_404(Ask, self.request, public_id=self.kwargs["public_id"])
        return self.ask

    def get_page_title(self) -> str:
        return str(self.ask)


class AskPageView(AskPage):
    """Who stands where on one ask, and what moved in a week."""

    template_name = "crm/ask.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        since = timezone.localdate() - WEEK
        stances = stances_on(self.ask).filter(pk__in=Stance.objects.visible_to(user).order_by().values("pk"))
        rows = stances.select_related("person", "recorded_by").order_by("person__sort_name", "person_id")
        found = {
            "ask": self.ask,
            "counts": position_counts(stances),
            "page": Paginator(rows, PER_PAGE).get_page(self.request.GET.get("page")),
            "moves": moved_rows(moved_since(stances, since).select_related("recorded_by")[:MOVES_SHOWN]),
            "since": since,
            "sees": can(user, Act.VIEW, Stance),
            "records": can(user, Act.ADD, Stance),
            "changes": can(user, Act.CHANGE, Ask),
            "timeline": timeline_context(self.ask, user),
        }
        return super().get_context_data(**kwargs) | found


def moved_rows(stances: Any) -> list[dict[str, Any]]:
    """Stances that carry `before`, each with its direction in words."""
    labels = dict(Stance._meta.get_field("position").choices)  # type: ignore[arg-type]
    return [
        {
            "stance": stance,
            "url": person_url(stance.person, "stances"),
            "before": labels.get(stance.before, ""),
            "direction": direction_of(stance.before or "", stance.position),
        }
        for stance in stances
    ]


class MovedView(StancePage):
    """What moved since a day, on every open ask."""

    template_name = "crm/moved.html"
    model = Stance
    page_title = _("What moved")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = SinceForm(self.request.GET) if "since" in self.request.GET else None
        since: date = timezone.localdate() - WEEK
        if form is not None and form.is_valid():
            since = form.cleaned_data["since"]
        shown = form if form is not None and form.errors else SinceForm(initial={"since": since})
        rows = moved_rows(movements(self.request.user, since)[:MOVES_SHOWN])  # type: ignore[arg-type]
        return super().get_context_data(**kwargs) | {"form": shown, "since": since, "moves": rows}


class RecordPositionsView(AskPage):
    """One form for many people after a hearing, perhaps with the members of the committee filled in."""

    template_name = "crm/positions.html"

    def subject(self) -> Any:
        super().subject()
        require(self.request, Act.VIEW, self.ask)
        require(self.request, Act.ADD, Stance)
        return self.ask

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        body_form = BodyForm(request.GET if "body" in request.GET else None, user=request.user)
        body = body_form.cleaned_data["body"] if body_form.is_bound and body_form.is_valid() else None
        form = EvidenceForm(initial={"observed_on": timezone.localdate(), "source": str(body or "")})
        rows = PositionFormSet(prefix="rows", initial=self._lines(body), form_kwargs={"user": request.user})
        return self._show(form, rows, body_form)

    def _lines(self, body: Organization | None) -> list[dict[str, Any]]:
        if body is None:
            return []
        people = Person.objects.visible_to(self.request.user)
        return [{"person": person} for person in member_of(people, body, timezone.localdate())[:MEMBERS_SHOWN]]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = EvidenceForm(request.POST)
        rows = PositionFormSet(request.POST, prefix="rows", form_kwargs={"user": request.user})
        if form.is_valid() & rows.is_valid():
            return once(request, lambda: self._record(form, rows))
        return self._show(form, rows, BodyForm(user=request.user), status=422)

    def _record(self, form: EvidenceForm, rows: Any) -> HttpResponse:
        by: Any = self.request.user
        made = record_stances(rows.given(), ask=self.ask, **form.cleaned_data, by=by, at=timezone.now())
        words = ngettext("%(count)d position recorded.", "%(count)d positions recorded.", len(made))
        messages.success(self.request, words % {"count": len(made)})
        return redirect("asks:page", self.ask.public_id)

    def _show(self, form: EvidenceForm, rows: Any, body_form: BodyForm, status: int = 200) -> HttpResponse:
        found = {"form": form, "rows": rows, "body_form": body_form, "ask": self.ask}
        return self.render_to_response(self.get_context_data(**found), status=status)


@require_POST
def ask_state_view(request: HttpRequest, public_id: str) -> HttpResponse:
    """Close an open ask, reopen a closed one; a page that showed something older answers 409."""
    ask: Ask = visible_or_404(Ask, request, public_id=public_id)
    act = reopen_ask if request.POST.get("open") == "1" else close_ask
    version = request.POST.get("version", "")
    number = int(version) if version.isdecimal() and len(version) < 10 else 0
    back = reverse("asks:page", args=[ask.public_id])
    try:
        require(request, Act.CHANGE, ask)
        return once(request, lambda: _state_changed(request, act, ask, number, back))
    except PermissionDenied:
        return forbidden(request)
    except StaleVersionError as error:
        return conflict(request, AskForm(instance=ask), error.current, back)


def _state_changed(request: HttpRequest, act: Any, ask: Ask, version: int, back: str) -> HttpResponse:
    act(ask, version=version, by=request.user, at=timezone.now())
    messages.success(request, _("Saved."))
    return redirect(back)
