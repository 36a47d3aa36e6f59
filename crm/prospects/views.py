"""The pipeline of a campaign: its board, the panel on a person's page, and what is due today."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.access.views import RowRuleMixin, conflict, forbidden, once, require, visible_or_404
from crm.activity.views import timeline_context
from crm.base.errors import ParleyError, StaleVersionError
from crm.bodies.views import BodyFormView, body_url
from crm.campaigns.models import Campaign
from crm.people.models import Organization, Person
from crm.people.views import PersonFormView, person_url
from crm.prospects.actions import add_prospect, move_prospect
from crm.prospects.enums import Stage
from crm.prospects.forms import MoveProspectForm, PersonProspectForm
from crm.prospects.models import Prospect
from crm.prospects.queries import campaigns_with_prospects, due_steps, pipeline, prospects_of
from crm.prospects.rules import MOVES, is_late

SHOWN = 20


def board_url(campaign: Campaign) -> str:
    return reverse("prospects:board", args=[campaign.public_id])


def card(prospect: Prospect) -> dict[str, Any]:
    """A prospect with where it may go from here and whether its next step is late."""
    moves = [(stage.value, stage.label) for stage in MOVES[Stage(prospect.stage)]]
    body_page = body_url(prospect.organization) if prospect.organization else ""
    who_url = person_url(prospect.person) if prospect.person else body_page
    return {"row": prospect, "moves": moves, "late": is_late(prospect, timezone.localdate()), "who_url": who_url}


ADD_URLS: dict[type, str] = {Person: "crm_add_prospect", Organization: "crm_add_body_prospect"}


def prospects_panel(person: Person | Organization, user: User) -> dict[str, Any] | None:
    """For which campaigns somebody is a prospect, how far along, and why they might come."""
    if not can(user, Act.VIEW, Prospect):
        return None
    adds = can(user, Act.ADD, Prospect)
    return {
        "title": _("Prospect"),
        "rows": cards_of(person, user),
        "template": "crm/person_prospects.html",
        "form": PersonProspectForm(prefix="prospects") if adds else None,
        "form_url": reverse(ADD_URLS[type(person)], args=[person.public_id]),
        "form_label": _("Make a prospect"),
        "aside": True,
    }


def cards_of(who: Person | Organization, user: User) -> list[dict[str, Any]]:
    """The prospects of a person or body with the board each is on."""
    rows = prospects_of(who, user)[:SHOWN]
    return [{**card(row), "board_url": f"{board_url(row.campaign)}#p-{row.public_id}"} for row in rows]


class MakesProspects:
    key = "prospects"
    model: type[Model] = Prospect
    form_class: Any = PersonProspectForm
    done = _("Now a prospect of this campaign.")

    def perform(self, person: Person | Organization, form: Any, *, by: User, at: datetime) -> None:
        add_prospect(person, **form.cleaned_data, assigned_to=by, by=by, at=at)


class AddProspectView(MakesProspects, PersonFormView):
    """On the page of a person."""


class AddBodyProspectView(MakesProspects, BodyFormView):
    """On the page of a body."""


def my_day_section(user: User, at: datetime) -> dict[str, Any] | None:
    """Prospects whose next step is due, for "My day"."""
    if not can(user, Act.VIEW, Prospect):
        return None
    rows = [card(row) for row in due_steps(user, timezone.localdate(at))[:SHOWN]]
    for row in rows:
        row["board_url"] = f"{board_url(row['row'].campaign)}#p-{row['row'].public_id}"
    section = {"title": _("Next steps with prospects"), "rows": rows, "template": "crm/my_day_prospects.html"}
    return section if rows else None


class PipelinesView(RowRuleMixin, WagtailAdminTemplateMixin, TemplateView):
    """Which campaign's board to open."""

    model = Prospect
    template_name = "crm/pipelines.html"
    page_title = _("Boards of the campaigns")
    header_icon = "group"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        prospects = {"url": reverse("prospects:index"), "label": _("Prospects")}
        return [*self.breadcrumbs_items, prospects, {"url": "", "label": self.get_page_title()}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        boards = [
            {"title": str(campaign), "url": board_url(campaign), "count": count}
            for campaign, count in campaigns_with_prospects(user)
        ]
        return super().get_context_data(**kwargs) | {"boards": boards}


class PipelineView(PipelinesView):
    """The board of one campaign: a column for each stage."""

    template_name = "crm/pipeline.html"

    def subject(self) -> Any:
        require(self.request, Act.VIEW, Prospect)
        self.campaign: Campaign = visible_or_404(Campaign, self.request, public_id=self.kwargs["public_id"])
        return Prospect

    def get_page_title(self) -> str:
        return str(self.campaign)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        columns = [
            {
                "stage": column.stage,
                "total": column.total,
                "more": column.more,
                "cards": list(map(card, column.prospects)),
            }
            for column in pipeline(self.campaign, user)
        ]
        found = {
            "campaign": self.campaign,
            "columns": columns,
            "changes": can(user, Act.CHANGE, Prospect),
            "adds": can(user, Act.ADD, Prospect),
            "timeline": timeline_context(self.campaign, user),
        }
        return super().get_context_data(**kwargs) | found


@require_POST
def move_prospect_view(request: HttpRequest, public_id: str) -> HttpResponse:
    """One step on the board; a card somebody else moved meanwhile answers 409."""
    prospect: Prospect = visible_or_404(Prospect, request, public_id=public_id)
    back = f"{board_url(prospect.campaign)}#p-{prospect.public_id}"
    form = MoveProspectForm(request.POST, instance=prospect)
    try:
        require(request, Act.CHANGE, prospect)
        if form.is_valid():
            return once(request, lambda: _moved(request, form, back))
        messages.error(request, _("Choose a stage, then save again."))
    except PermissionDenied:
        return forbidden(request)
    except StaleVersionError as error:
        return conflict(request, form, error.current, back)
    except ParleyError as error:
        messages.error(request, str(error.sentence))
    return redirect(back)


def _moved(request: HttpRequest, form: Any, back: str) -> HttpResponse:
    given, by = form.cleaned_data, request.user
    moved = move_prospect(form.instance, was=given["was"], stage=Stage(given["stage"]), by=by, at=timezone.now())  # type: ignore[arg-type]
    words = _("%(name)s: now %(stage)s. You can take this back in the timeline.")
    messages.success(request, words % {"name": moved.who, "stage": moved.get_stage_display()})
    return redirect(back)
