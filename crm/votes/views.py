"""Votes by hand or from a table, scorecards, and how one person voted."""

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
from crm.base.errors import ParleyError, StaleVersionError
from crm.people.models import Person
from crm.votes.actions import rate_vote, record_votes, unrate_vote
from crm.votes.forms import GridForm, RateForm, TableForm, VoteEventForm
from crm.votes.models import Scorecard, ScorecardItem, Vote, VoteEvent
from crm.votes.queries import (
    SORTS,
    events,
    last_votes,
    match_lines,
    options_of,
    score_row,
    scored,
    scores_of,
    tally,
    voters,
)
from crm.votes.rules import RULES

PER_PAGE = 100
GRID_COLUMNS = 12
VOTES_SHOWN = 8


def votes_panel(person: Person, user: User) -> dict[str, Any] | None:
    """Scores and the last votes of a person."""
    if not can(user, Act.VIEW, Vote):
        return None
    scores = [{"card": card, "score": score, "url": card_url(card)} for card, score in scores_of(person, user)]
    rows = list(last_votes(person, user, VOTES_SHOWN))
    if not scores and not rows:
        return None
    return {"title": _("Votes"), "rows": rows, "scores": scores, "template": "crm/person_votes.html", "aside": True}


def vote_url(event: VoteEvent) -> str:
    return reverse("votes:page", args=[event.public_id])


def card_url(card: Scorecard) -> str:
    return reverse("scorecards:page", args=[card.public_id])


class VotePage(RowRuleMixin, WagtailAdminTemplateMixin, TemplateView):
    """A page of one vote; a hidden one does not exist."""

    model: Any = VoteEvent
    header_icon = "check"
    template_name = "crm/vote.html"

    def subject(self) -> VoteEvent:
        self.event: VoteEvent = visible_or_404(VoteEvent, self.request, public_id=self.kwargs["public_id"])
        return self.event

    def get_page_title(self) -> str:
        return str(self.event)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        votes = {"url": reverse("votes:index"), "label": _("Votes")}
        return [*self.breadcrumbs_items, votes, {"url": vote_url(self.event), "label": str(self.event)}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        found = {
            "event": self.event,
            "tally": tally(self.event, user),
            "changes": can(user, Act.CHANGE, Vote),
            "table_form": TableForm(),
            "timeline": timeline_context(self.event, user),
        }
        return super().get_context_data(**kwargs) | found


class GridView(VotePage):
    """How each member voted, one choice per line."""

    template_name = "crm/vote_grid.html"
    row_act = Act.CHANGE

    def _form(self, data: Any = None) -> GridForm:
        people = voters(self.event, self.request.user)  # type: ignore[arg-type]
        return GridForm(data, voters=people, initial={"version": self.event.version})

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{"form": kwargs.get("form") or self._form(), **kwargs})

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self._form(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        return save_votes(request, self.event, form.options(), form.cleaned_data["version"])


def save_votes(request: HttpRequest, event: VoteEvent, options: Any, version: int) -> HttpResponse:
    """Record once and go to the vote; a form made from an older version answers 409."""

    def act() -> HttpResponse:
        count = record_votes(event, options, version=version, by=request.user, at=timezone.now())  # type: ignore[arg-type]
        words = ngettext("%(count)d vote was recorded or changed.", "%(count)d votes were recorded or changed.", count)
        messages.success(request, words % {"count": count})
        return redirect(vote_url(event))

    try:
        return once(request, act)
    except StaleVersionError as error:
        return conflict(request, VoteEventForm(instance=event), error.current, vote_url(event))


class TableView(VotePage):
    """A table of votes: first everything it would do and everything it cannot, then, pressed again, the votes."""

    template_name = "crm/vote_table.html"
    row_act = Act.CHANGE

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect(vote_url(self.event))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = TableForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        found = match_lines(form.cleaned_data["lines"], request.user)  # type: ignore[arg-type]
        sure = {match.person: str(match.line.option) for match in found if match.person and match.line.option}
        if "save" in request.POST:
            return save_votes(request, self.event, list(sure.items()), form.cleaned_data["version"] or 0)
        again = TableForm(initial={"text": form.cleaned_data["text"], "version": self.event.version})
        unsure = [match for match in found if not match.person or not match.line.option]
        shown = {"form": form, "again": again, "matches": sure.items(), "unsure": unsure, "version": self.event.version}
        return self.render_to_response(self.get_context_data(**shown))


class ScorecardView(RowRuleMixin, WagtailAdminTemplateMixin, TemplateView):
    """Everybody's score, the rated votes, and how a score comes about. With `?print=1` all on one page."""

    model: Any = Scorecard
    header_icon = "order"
    template_name = "crm/scorecard.html"

    def subject(self) -> Scorecard:
        self.card: Scorecard = visible_or_404(Scorecard, self.request, public_id=self.kwargs["public_id"])
        return self.card

    def get_page_title(self) -> str:
        return str(self.card)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        cards = {"url": reverse("scorecards:index"), "label": _("Scorecards")}
        return [*self.breadcrumbs_items, cards, {"url": "", "label": str(self.card)}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        sort = self.request.GET.get("sort", "")
        sort = sort if sort in SORTS else "-score"
        printed = "print" in self.request.GET
        rows = scored(self.card, user).order_by(*SORTS[sort])
        page = Paginator(rows, 10_000 if printed else PER_PAGE).get_page(self.request.GET.get("page"))
        items = list(self.card.items.filter(vote_event__in=events(user).values("pk")).select_related("vote_event"))
        shown = items[:GRID_COLUMNS]
        changes = can(user, Act.CHANGE, Scorecard)
        form = kwargs.pop("form", None) or RateForm(user=user, prefix="rate")
        found = {
            "card": self.card,
            "items": items,
            "shown": shown,
            "rows": self._rows(list(page), shown),
            "page": page,
            "sort": sort,
            "rules": RULES,
            "changes": changes,
            "exports": can(user, Act.EXPORT, Person),
            "form": form if changes else None,
            "recent": list(events(user)[:50]) if changes else [],
            "timeline": timeline_context(self.card, user),
        }
        return super().get_context_data(**kwargs) | found

    def _rows(self, people: list[Any], shown: list[ScorecardItem]) -> list[dict[str, Any]]:
        options = options_of(self.card, [row["person_id"] for row in people]) if shown else {}
        words = dict(Vote._meta.get_field("option").choices)  # type: ignore[arg-type]
        return [
            {
                **score_row(row),
                "url": reverse("people:page", args=[row["person__public_id"]]),
                "cells": [self._cell(options.get(row["person_id"], {}), item, words) for item in shown],
            }
            for row in people
        ]

    def _cell(self, options: dict[int, str], item: ScorecardItem, words: dict[str, Any]) -> dict[str, Any]:
        option = options.get(item.vote_event_id, "")
        return {"words": words.get(option, ""), "right": option == item.wanted}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Put one more vote on the scorecard."""
        if not can(request.user, Act.CHANGE, Scorecard):
            raise PermissionDenied
        form = RateForm(request.POST, user=request.user, prefix="rate")
        return once(request, lambda: self._rate(form)) if form.is_valid() else self._again(form)

    def _rate(self, form: RateForm) -> HttpResponse:
        given, by = dict(form.cleaned_data), self.request.user
        try:
            rate_vote(self.card, **given, by=by, at=timezone.now())  # type: ignore[arg-type]
        except ParleyError as error:
            form.add_error("vote_event", str(error.sentence))
            return self._again(form)
        messages.success(self.request, _("The vote counts now; every score follows."))
        return redirect(card_url(self.card))

    def _again(self, form: RateForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


@require_POST
def unrate_view(request: HttpRequest, public_id: str, pk: int) -> HttpResponse:
    """Take a vote off a scorecard. Pressing again changes nothing."""
    card: Scorecard = visible_or_404(Scorecard, request, public_id=public_id)
    try:
        require(request, Act.CHANGE, card)
    except PermissionDenied:
        return forbidden(request)
    item = card.items.filter(pk=pk).first()
    if item is not None:
        unrate_vote(item, by=request.user, at=timezone.now())  # type: ignore[arg-type]
    messages.success(request, _("The vote counts no longer. You can take this back in the timeline."))
    return redirect(card_url(card))
