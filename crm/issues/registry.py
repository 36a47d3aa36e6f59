"""What can be filed under an issue, and what the timeline says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.access.models import User
from crm.activity.registry import register_kind, register_verb
from crm.changes.models import Change
from crm.changes.registry import register_after_undo
from crm.issues.enums import Position
from crm.issues.errors import IssueLoopError
from crm.issues.forms import StandingForm
from crm.issues.models import Issue
from crm.issues.queries import (
    asks_by_issue,
    asks_filed,
    campaigns_by_issue,
    campaigns_filed,
    stances_by_issue,
    standing_at,
)
from crm.issues.rules import Count, would_loop
from crm.segments.registry import Args, SegmentFilter, register_filter

Provider = Callable[[User], Mapping[int, Count]]
Rows = Callable[[list[int], User], QuerySet[Any]]

VERBS = {
    "issue.created": _("The issue was added."),
    "issue.edited": _("The issue was renamed or moved."),
    "ask.created": _("The ask was written."),
    "ask.edited": _("The ask was edited."),
    "ask.closed": _("The ask was closed."),
    "ask.reopened": _("The ask is pursued again."),
    "stance.recorded": _("A position was recorded."),
    "stance.recorded_together": _("Positions of several people were recorded."),
    "stance.taken_back": _("A position recorded by mistake was taken back."),
}


@dataclass(frozen=True)
class IssueCounter:
    """One column of the issue tree, and perhaps a list on the page of an issue."""

    key: str
    label: Any
    provider: Provider
    rows: Rows | None = None
    address: Callable[[Any], str] | None = None


_counters: dict[str, IssueCounter] = {}


def register_issue_counter(
    key: str,
    label: Any,
    provider: Provider,
    rows: Rows | None = None,
    address: Callable[[Any], str] | None = None,
) -> None:
    """Count something that is filed under issues. A second call with the same key replaces the first.

    `provider(user)` gives what this user may see, by the key of the issue it is filed under directly: numbers, or
    frozensets of keys where the same thing can be filed under several issues. One query. The optional
    `rows(issue_ids, user)` gives what is filed under any of these issues, and `address` the page of one of them.
    """
    _counters[key] = IssueCounter(key, label, provider, rows, address)


def issue_counters() -> list[IssueCounter]:
    """The counters in the order they were registered."""
    return list(_counters.values())


def ask_address(ask: Model) -> str:
    return reverse("asks:page", args=[ask.public_id])  # type: ignore[attr-defined]


def campaign_address(campaign: Model) -> str:
    return reverse("campaigns:edit", args=[campaign.pk])


def standing_words(args: Args) -> str:
    positions = ", ".join(str(Position(position).label) for position in args["positions"])
    return gettext("people who stand at “%(positions)s” on %(ask)s") % {"positions": positions, "ask": args["ask"]}


def refuse_loops(changes: list[Change], at: datetime) -> None:
    """Taking a move back must not make a circle either; IssueLoopError takes the whole undoing back."""
    parents = dict(Issue.objects.values_list("pk", "parent_id"))
    if any(would_loop(change.object_id, parents.get(change.object_id), parents) for change in changes):
        raise IssueLoopError


def declare() -> None:
    """Register what the timeline says and what the tree counts; called once when the app is ready."""
    for verb, sentence in VERBS.items():
        register_verb(verb, sentence)
    register_kind("stance", _("Positions"))
    register_after_undo(Issue, refuse_loops)
    label = _("Position on an ask")
    register_filter(SegmentFilter("standing", label, "positions", StandingForm, standing_at, standing_words))
    register_issue_counter("asks", _("Asks"), asks_by_issue, asks_filed, ask_address)
    register_issue_counter("campaigns", _("Campaigns"), campaigns_by_issue, campaigns_filed, campaign_address)
    register_issue_counter("stances", _("Positions"), stances_by_issue)
