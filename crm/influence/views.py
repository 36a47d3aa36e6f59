"""Influence on the person page, the grid of an issue, and power maps."""

from datetime import datetime
from typing import Any

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.access.views import RowRuleMixin, visible_or_404
from crm.bodies.views import BodyFormView
from crm.influence.actions import record_influence, remove_influence
from crm.influence.enums import AssessmentKind
from crm.influence.forms import GridFilterForm, InfluenceForm
from crm.influence.models import Influence
from crm.influence.queries import (
    GridFilter,
    assessments_of,
    issues_with_counts,
    places_on,
    power_map_of_ask,
    power_map_of_person,
)
from crm.influence.rules import Owner, PowerMap, cells
from crm.influence.svg import DRAWN, grid_svg, grid_text, power_map_svg, power_map_text
from crm.issues.models import Ask, Issue
from crm.people.models import Organization, Person
from crm.people.views import PersonFormView
from crm.relationships.models import Relationship
from crm.relationships.views import PartyScreen, party_page

ADD_URLS: dict[type, str] = {Person: "crm_add_influence", Organization: "crm_add_body_influence"}


def influence_panel(person: Owner, user: User) -> dict[str, Any] | None:
    """Per issue where somebody stands now and is wanted, with what was thought before."""
    if not can(user, Act.VIEW, Influence):
        return None
    form = InfluenceForm(prefix="influence", initial={"observed_on": timezone.localdate()})
    return {
        "title": _("Interest and influence"),
        "rows": assessments_of(person, user),
        "template": "crm/person_influence.html",
        "removes": can(user, Act.DELETE, Influence),
        "form": form if can(user, Act.ADD, Influence) else None,
        "form_url": reverse(ADD_URLS[type(person)], args=[person.public_id]),
        "form_label": _("Record an assessment"),
    }


class Assesses:
    key = "influence"
    model: type[Model] = Influence
    form_class: Any = InfluenceForm
    done = _("Assessment recorded.")

    def perform(self, person: Owner, form: Any, *, by: User, at: datetime) -> None:
        given = dict(form.cleaned_data)
        record_influence(person, kind=AssessmentKind(given.pop("kind")), **given, by=by, at=at)


class AddInfluenceView(Assesses, PersonFormView):
    """On the page of a person."""


class AddBodyInfluenceView(Assesses, BodyFormView):
    """On the page of a body."""


class InfluenceScreen(RowRuleMixin, WagtailAdminTemplateMixin, TemplateView):
    model = Influence
    header_icon = "pick"

    @property
    def user(self) -> User:
        return self.request.user  # type: ignore[return-value]

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        start = {"url": reverse("crm_influence"), "label": str(_("Power maps"))}
        return [*self.breadcrumbs_items, start, {"url": "", "label": str(self.get_page_title())}]


class InfluenceIndexView(InfluenceScreen):
    """Every issue that was assessed, and every open ask with its map."""

    template_name = "crm/influence.html"
    page_title = _("Power maps")

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": str(self.page_title)}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asks = Ask.objects.filter(is_open=True).select_related("issue")[:100]
        return super().get_context_data(issues=issues_with_counts(self.user)[:200], asks=asks, **kwargs)


class IssueGridView(InfluenceScreen):
    """Interest × influence of one issue, with filters in the address."""

    template_name = "crm/influence_grid.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.issue: Issue = visible_or_404(Issue, request, slug=kwargs["slug"])

    def get_page_title(self) -> str:
        return str(self.issue)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = GridFilterForm(self.request.GET or None, user=self.user)
        wanted = GridFilter(**form.cleaned_data) if form.is_bound and form.is_valid() else GridFilter()
        places = places_on(self.issue, self.user, timezone.localdate(), wanted)
        urls = {place.number: party_page(place.owner) for place in places}
        return super().get_context_data(
            issue=self.issue,
            form=form,
            picture=grid_svg(places),
            text=grid_text(places),
            rows=[
                (row, [(n, found[:DRAWN], max(len(found) - DRAWN, 0)) for n, found in line])
                for row, line in cells(places)
            ],
            places=[(place, urls[place.number]) for place in places],
            **kwargs,
        )


def map_context(power: PowerMap) -> dict[str, Any]:
    """A power map for its template: the picture, the same in words, and the tables."""
    for node in power.nodes:
        node.url = party_page(node.owner)
    names = {node.key: node for node in power.nodes}
    return {
        "power": power,
        "picture": power_map_svg(power),
        "text": power_map_text(power),
        "links": [(names[link.first], names[link.second], link) for link in power.links],
        "columns": list(zip(COLUMNS, power.columns, power.more, strict=True)),
    }


COLUMNS = (_("Ours"), _("Who is tied to them"), _("Whom we want to reach"))


class PersonPowerMapView(PartyScreen):
    template_name = "crm/power_map.html"
    page_title = _("Power map")
    model = Relationship
    kinds = ("people",)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        power = power_map_of_person(self.party, self.user, timezone.localdate())  # type: ignore[arg-type]
        return super().get_context_data(**map_context(power), **kwargs)


class AskPowerMapView(InfluenceScreen):
    template_name = "crm/power_map.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.ask: Ask = visible_or_404(Ask, request, public_id=kwargs["public_id"])

    def get_page_title(self) -> str:
        return str(self.ask)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        power = power_map_of_ask(self.ask, self.user, timezone.localdate())
        return super().get_context_data(**map_context(power), **kwargs)


class RemoveInfluenceView(InfluenceScreen):
    """For what was written down by mistake; a new assessment says how things changed."""

    row_act = Act.DELETE
    template_name = "crm/influence_remove.html"
    page_title = _("Remove an assessment")

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.row: Influence = visible_or_404(Influence, request, pk=kwargs["pk"])

    def subject(self) -> Influence:
        return self.row

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(row=self.row, back_url=party_page(self.row.owner), **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        back = party_page(self.row.owner)
        remove_influence(self.row, by=self.user, at=timezone.now())
        messages.success(request, _("The assessment is removed."))
        return redirect(back)
