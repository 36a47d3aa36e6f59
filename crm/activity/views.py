"""The one timeline, ready for a template or a side panel."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.side_panels import BaseSidePanel

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.activity.enums import ActorKind
from crm.activity.models import ActivityEntry, ActivityLink
from crm.activity.queries import timeline_of
from crm.activity.registry import (
    ChangedValue,
    EntryDetails,
    entry_details,
    hidden_row,
    kind_label,
    sentence_for,
    verbs_alone,
)

PER_PAGE = 20
PANEL_ENTRIES = 10


@dataclass(frozen=True)
class TimelineItem:
    """One line: what happened, when, through whom, and what it changed."""

    title: str
    at: datetime
    actor: str
    changes: list[ChangedValue]
    undo_url: str
    undone: bool


def timeline_context(obj: Model, user: User, page: str | None = None, kind: str = "") -> dict[str, Any] | None:
    """A page of the timeline of `obj` for components and panels; None when the role may not read timelines.

    `kind` keeps only entries of one kind, the part of the verb before the dot; an unknown kind keeps none.
    """
    if not can(user, Act.VIEW, ActivityEntry):
        return None
    entries = visible_entries(timeline_of(obj), user)
    kinds = _kinds(entries)
    if kind:
        entries = entries.filter(verb__startswith=f"{kind}.")
    found: Page[ActivityEntry] = Paginator(entries, PER_PAGE).get_page(page)
    return {"entries": _items(list(found), obj, user), "page": found, "kinds": kinds, "kind": kind}


def _kinds(entries: QuerySet[ActivityEntry]) -> list[tuple[str, str]]:
    """The kinds there are on a timeline, with their names, by name."""
    verbs = entries.order_by().values_list("verb", flat=True).distinct()
    kinds = {verb.partition(".")[0] for verb in verbs}
    return sorted(((kind, kind_label(kind)) for kind in kinds), key=lambda item: item[1])


def visible_entries(entries: QuerySet[ActivityEntry], user: User) -> QuerySet[ActivityEntry]:
    """Without entries that are about a row this user may not see."""
    linked = ActivityLink.objects.filter(hidden_row(user, "target_type", "target_id"), entry=OuterRef("pk"))
    told = Q(verb__in=sorted(verbs_alone())) | ~Exists(linked)
    return entries.filter(told).exclude(hidden_row(user, "object_type", "object_id"))


def _items(entries: list[ActivityEntry], obj: Model, user: User) -> list[TimelineItem]:
    details: Mapping[int, EntryDetails] = entry_details(entries, obj, user)
    nothing = EntryDetails()
    return [_item(entry, details.get(entry.pk, nothing)) for entry in entries]


def _item(entry: ActivityEntry, details: EntryDetails) -> TimelineItem:
    return TimelineItem(
        title=sentence_for(entry),
        at=entry.occurred_at,
        actor=actor_name(entry),
        changes=details.changes,
        undo_url=details.undo_url,
        undone=details.undone,
    )


def actor_name(entry: ActivityEntry) -> str:
    """The name of our own staff member, otherwise the kind of actor."""
    if entry.actor_kind == ActorKind.STAFF and entry.actor:
        return str(entry.actor)
    return str(entry.get_actor_kind_display())


class TimelineSidePanel(BaseSidePanel):
    """What happened to the row, beside its form. Wagtail drops the shortcut for people who switched them off."""

    name = "timeline"
    title = _("Timeline")
    order = 300
    template_name = "crm/timeline_side_panel.html"

    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        aria_label = _("Toggle timeline")
        icon_name = "history"
        has_counter = False
        keyboard_shortcut = "ctrl+alt+h"

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        timeline = timeline_context(self.object, self.request.user)
        if timeline:
            timeline["entries"] = timeline["entries"][:PANEL_ENTRIES]
        return super().get_context_data(parent_context) | {"timeline": timeline}


def timeline_panels(obj: Model, request: Any) -> list[BaseSidePanel]:
    """The side panel of a row's timeline, for roles that read timelines."""
    return [TimelineSidePanel(obj, request)] if can(request.user, Act.VIEW, ActivityEntry) else []
