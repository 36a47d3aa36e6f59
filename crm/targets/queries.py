from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from crm.access.models import User
from crm.issues.enums import Direction, Position
from crm.issues.models import Ask, Stance
from crm.issues.queries import stances_on, with_position_before
from crm.issues.rules import direction_of
from crm.people.models import Person
from crm.targets.models import Target, TargetList
from crm.targets.rules import UNKNOWN, QuotaLine, quota_line

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Card:
    """One target where it stands now, and which way it moved since the day the board compares with."""

    target: Target
    stance: Stance | None
    direction: Direction | None

    @property
    def position(self) -> str:
        return self.stance.position if self.stance else UNKNOWN

    @property
    def before(self) -> str:
        return getattr(self.stance, "before", None) or ""


@dataclass(frozen=True)
class Column:
    """Everybody at one position; the unknown come last."""

    position: str
    label: Any
    cards: list[Card]


@dataclass(frozen=True)
class Board:
    """A whip board as somebody sees it: only people who may be seen are on it and counted."""

    columns: list[Column]
    quotas: list[QuotaLine]
    counts: dict[str, int]
    gone: list[Target]

    @property
    def moved(self) -> list[Card]:
        return [card for column in self.columns for card in column.cards if card.direction]

    @property
    def cards(self) -> list[Card]:
        return [card for column in self.columns for card in column.cards]


def board_of(target_list: TargetList, user: User, on: date, labels: Iterable[tuple[str, Any]]) -> Board:
    """The board on a day, compared with a week before. Three queries, however many people are on it.

    `labels` are the columns in their order, as (position, words).
    """
    targets = Target.objects.visible_to(user).filter(target_list=target_list)
    rows = list(targets.select_related("person", "post", "assigned_to").order_by("person__sort_name", "person_id"))
    stances = {stance.person_id: stance for stance in _stances(target_list, rows, on - WEEK)}
    cards = defaultdict[str, list[Card]](list)
    for target in rows:
        if target.left_at is None:
            card = _card(target, stances.get(target.person_id), on - WEEK)
            cards[card.position].append(card)
    counts = {position: len(found) for position, found in cards.items()}
    quotas = [quota_line(quota, counts, on) for quota in target_list.quotas.order_by(F("due_on").asc(nulls_last=True))]
    columns = [Column(position, words, cards[position]) for position, words in labels]
    return Board(columns, quotas, counts, [target for target in rows if target.left_at])


def _stances(target_list: TargetList, targets: list[Target], since: date) -> QuerySet[Stance]:
    on_board = Target.objects.filter(target_list=target_list).order_by().values("person")
    known = stances_on(target_list.ask).filter(person__in=on_board)
    return with_position_before(known, since).select_related("recorded_by").order_by()


def _card(target: Target, stance: Stance | None, since: date) -> Card:
    if stance is None or stance.observed_on < since:
        return Card(target, stance, None)
    return Card(target, stance, direction_of(stance.before or "", stance.position))  # type: ignore[attr-defined]


def _position_now() -> Subquery:
    """The position of a target on the ask of its board."""
    newest = Stance.objects.filter(person=OuterRef("person"), ask=OuterRef("target_list__ask"))
    return Subquery(newest.order_by("-observed_on", "-id").values("position")[:1])


def with_position(targets: QuerySet[Target]) -> Any:
    """Targets with `position`: where each stands now on the ask of the board; empty when unknown."""
    return targets.annotate(position=Coalesce(_position_now(), Value(UNKNOWN)))


def standing(list_ids: Iterable[int], user: User) -> dict[int, dict[str, int]]:
    """People by position on each of these boards, as far as this user may see them. One query."""
    found: dict[int, dict[str, int]] = {pk: {} for pk in list_ids}
    rows = with_position(Target.objects.visible_to(user).current().filter(target_list__in=list(found)))
    counted = rows.order_by().values_list("target_list", "position").annotate(Count("pk"))
    for list_id, position, count in counted:
        found[list_id][position] = count
    return found


def boards_of(person: Person, user: User) -> QuerySet[Target]:
    """Where a person is a target on an open board, with `position`, the board, its ask and the assignee."""
    rows = Target.objects.visible_to(user).current().filter(person=person, target_list__is_open=True)
    ordered = with_position(rows).order_by("target_list__name", "id")
    return ordered.select_related("target_list", "target_list__ask", "post", "assigned_to")


def targets_at(target_list: TargetList, positions: Iterable[str]) -> QuerySet[Target]:
    """Targets of a board who stand at one of these positions."""
    rows = with_position(Target.objects.filter(target_list=target_list).current())
    return rows.filter(position__in=[Position(position).value if position else UNKNOWN for position in positions])


def targets_of(ask: Ask, user: User) -> Iterable[int]:
    """Keys of everybody on an open whip board of an ask: a provider of `crm.influence.registry`."""
    rows = Target.objects.visible_to(user).current().filter(target_list__ask=ask, target_list__is_open=True)
    return set(rows.order_by().values_list("person", flat=True))


def on_board(args: Mapping[str, Any], *, user: User, on: date) -> QuerySet[Any]:
    """Keys of the people who are targets on a board now."""
    return Target.objects.visible_to(user).current().filter(target_list=args["board"]).order_by().values("person")
