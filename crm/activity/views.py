"""The one timeline, ready for a template."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.activity.enums import ActorKind
from crm.activity.models import ActivityEntry, ActivityLink
from crm.activity.queries import timeline_of
from crm.activity.registry import hidden_rows, sentence_for

PER_PAGE = 20


@dataclass(frozen=True)
class TimelineItem:
    """One line: what happened, when, and through whom."""

    title: str
    at: datetime
    actor: str


def timeline_context(obj: Model, user: User, page: str | None = None) -> dict[str, Any] | None:
    """A page of the timeline of `obj` for components and panels; None when the role may not read timelines."""
    if not can(user, Act.VIEW, ActivityEntry):
        return None
    found: Page[ActivityEntry] = Paginator(_visible(timeline_of(obj), user), PER_PAGE).get_page(page)
    return {"entries": [_item(entry) for entry in found], "page": found}


def _visible(entries: QuerySet[ActivityEntry], user: User) -> QuerySet[ActivityEntry]:
    """Without entries that are about a row this user may not see."""
    for key, hidden in hidden_rows():
        rows = hidden(user)
        linked = ActivityLink.objects.filter(target_type=key, target_id__in=rows).values("entry_id")
        entries = entries.exclude(object_type=key, object_id__in=rows).exclude(pk__in=linked)
    return entries


def _item(entry: ActivityEntry) -> TimelineItem:
    return TimelineItem(title=sentence_for(entry), at=entry.occurred_at, actor=actor_name(entry))


def actor_name(entry: ActivityEntry) -> str:
    """The name of our own staff member, otherwise the kind of actor."""
    if entry.actor_kind == ActorKind.STAFF and entry.actor:
        return str(entry.actor)
    return str(entry.get_actor_kind_display())
