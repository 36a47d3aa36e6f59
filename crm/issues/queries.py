from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Count as CountRows
from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from crm.access.models import User
from crm.access.rules import visible_rows
from crm.campaigns.models import Campaign
from crm.issues.enums import Position
from crm.issues.models import Ask, Issue, Stance
from crm.issues.rules import Count, Node, paths_of, tree_of
from crm.people.models import Person


def latest_stances(person: Person, *, on: date | None = None) -> QuerySet[Stance]:
    """Where a person stands on each ask: the newest stance per ask (up to a day), with the ask; newest first."""
    newest = Stance.objects.filter(person=person, ask=OuterRef("ask"))
    if on is not None:
        newest = newest.filter(observed_on__lte=on)
    newest_pk = newest.order_by("-observed_on", "-id").values("pk")[:1]
    return Stance.objects.filter(person=person, pk=Subquery(newest_pk)).select_related("ask", "ask__issue")


def latest_stance(person: Person, ask: Ask) -> Stance | None:
    """The newest stance of a person on one ask."""
    return Stance.objects.filter(person=person, ask=ask).order_by("-observed_on", "-id").first()


def _newest() -> QuerySet[Stance]:
    """The newest stance first, of the same person on the same ask as the row outside."""
    return Stance.objects.filter(ask=OuterRef("ask"), person=OuterRef("person")).order_by("-observed_on", "-id")


def stances_on(ask: Ask) -> QuerySet[Stance]:
    """The newest stance of every person on one ask, with the person; the newest first."""
    newest = Subquery(_newest().values("pk")[:1])
    return Stance.objects.filter(ask=ask, pk=newest).select_related("person")


def with_position_before(stances: QuerySet[Stance], since: date) -> QuerySet[Stance]:
    """Newest stances, each with `before`: the position that held when the day `since` began; empty when unknown."""
    older = _newest().filter(observed_on__lt=since)
    return stances.annotate(before=Subquery(older.values("position")[:1]))


def moved_since(stances: QuerySet[Stance], since: date) -> QuerySet[Stance]:
    """Those of the newest stances that are another position than when `since` began, each with `before`."""
    recent = with_position_before(stances.filter(observed_on__gte=since), since)
    return recent.filter(Q(before=None) | ~Q(before=F("position"))).order_by("-observed_on", "-id")


def movements(user: User, since: date) -> QuerySet[Stance]:
    """Who moved on any open ask since a day, as far as this user may see: with person, ask, recorder and `before`."""
    newest = Stance.objects.visible_to(user).filter(ask__is_open=True, pk=Subquery(_newest().values("pk")[:1]))
    return moved_since(newest, since).select_related("person", "ask", "recorded_by")


def stance_history(person: Person, user: User) -> dict[Ask, list[Stance]]:
    """Every position of a person by ask, the newest first, the ask that was recorded last first. One query."""
    history: dict[Ask, list[Stance]] = defaultdict(list)
    rows = Stance.objects.visible_to(user).filter(person=person)
    for stance in rows.select_related("ask", "recorded_by").order_by("-observed_on", "-id"):
        history[stance.ask].append(stance)
    return dict(history)


def standing_at(args: Mapping[str, Any], *, user: User, on: date) -> QuerySet[Any]:
    """Keys of people whose newest position on an ask, up to a day, is one of those asked for."""
    newest = _newest().filter(observed_on__lte=on)
    stances = Stance.objects.visible_to(user).filter(ask=args["ask"], position__in=args["positions"])
    return stances.filter(pk=Subquery(newest.values("pk")[:1])).order_by().values("person")


def position_counts(stances: QuerySet[Stance]) -> list[tuple[Position, int]]:
    """How many stand where, every position from oppose to champion."""
    found = dict(stances.order_by().values_list("position").annotate(CountRows("pk")))
    return [(position, found.get(position.value, 0)) for position in Position]


def open_asks() -> QuerySet[Ask]:
    """Asks still pursued, with issue and campaign."""
    return Ask.objects.filter(is_open=True).select_related("issue", "campaign")


def issue_path(issue: Issue) -> list[Issue]:
    """The issue and its parents, from the root down."""
    path = [issue]
    while path[0].parent is not None and path[0].parent not in path:
        path.insert(0, path[0].parent)
    return path


def issue_tree() -> QuerySet[Issue]:
    """Every issue with its parent, roots first, for lists and choosers."""
    return Issue.objects.select_related("parent").order_by(F("parent__name").asc(nulls_first=True), "name", "id")


def issue_nodes() -> list[Node]:
    """The whole tree, parents before their parts, by name. One query however deep it is."""
    return tree_of(Issue.objects.order_by("name", "id"))


def issue_choices() -> list[tuple[int, str]]:
    """(key, path) of every issue, in the order of the tree, for choosers."""
    nodes = issue_nodes()
    paths = paths_of(nodes)
    return [(node.issue.pk, paths[node.issue.pk]) for node in nodes]


def asks_filed(issue_ids: list[int], user: User) -> QuerySet[Ask]:
    """Asks under any of these issues, the open ones first."""
    found: QuerySet[Ask] = visible_rows(Ask, user).filter(issue__in=issue_ids)
    return found.order_by("-is_open", "title", "id")


def asks_by_issue(user: User) -> Mapping[int, Count]:
    return _counted(visible_rows(Ask, user), "issue")


def campaigns_filed(issue_ids: list[int], user: User) -> QuerySet[Campaign]:
    """Campaigns that pursue an ask under any of these issues."""
    asks = visible_rows(Ask, user).filter(issue__in=issue_ids, campaign__isnull=False)
    found: QuerySet[Campaign] = visible_rows(Campaign, user).filter(pk__in=asks.order_by().values("campaign"))
    return found.order_by("title", "id")


def campaigns_by_issue(user: User) -> Mapping[int, Count]:
    """The keys of the campaigns, because one campaign may pursue asks under several issues."""
    found: dict[int, set[int]] = defaultdict(set)
    asks = visible_rows(Ask, user).filter(campaign__in=visible_rows(Campaign, user).order_by().values("pk"))
    for issue_id, campaign_id in asks.order_by().values_list("issue_id", "campaign_id"):
        found[issue_id].add(campaign_id)
    return {issue_id: frozenset(keys) for issue_id, keys in found.items()}


def stances_by_issue(user: User) -> Mapping[int, Count]:
    return _counted(Stance.objects.visible_to(user), "ask__issue")


def _counted(rows: Any, path: str) -> dict[int, int]:
    return dict(rows.order_by().values_list(path).annotate(CountRows("pk")))
