"""The board of requests: every column with its first cards, in a fixed number of queries."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import BooleanField, Case, Count, ExpressionWrapper, F, Value, When, Window
from django.db.models.functions import RowNumber

from crm.access.models import User
from crm.campaigns.models import Campaign
from crm.issues.models import Ask
from meetings.boards.enums import Stage
from meetings.boards.rules import STAGES_OF_MEETINGS, STAGES_OF_REQUESTS, stage_of
from meetings.requests.models import RequestNote
from meetings.scheduling.enums import NoteKind, RequestState
from meetings.scheduling.models import MeetingRequest
from meetings.scheduling.queries import staff_come
from meetings.scheduling.rules import OPEN_REQUEST

SHOWN = 20
"""Cards of one column; the list has them all."""


@dataclass
class BoardColumn:
    """One column: its cards, the most urgent first, and how many there are in all."""

    stage: Stage
    total: int = 0
    rows: list[Any] = field(default_factory=list)

    @property
    def more(self) -> int:
        return self.total - len(self.rows)


def requests_on_board(
    user: User,
    on: date,
    *,
    owner: User | None = None,
    ask: Ask | None = None,
    campaign: Campaign | None = None,
    overdue: bool = False,
) -> Any:
    """The visible requests a board shows, narrowed by its filters."""
    rows: Any = MeetingRequest.objects.visible_to(user)
    wanted = {"owner": owner, "ask": ask, "ask__campaign": campaign}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    return rows.filter(next_action_on__lt=on, state__in=OPEN_REQUEST) if overdue else rows


def columns(rows: Any) -> list[BoardColumn]:
    """Every stage with its first cards; a card has `stage` and `follow_ups`. Three queries, however many rows."""
    found = {stage: BoardColumn(stage) for stage in Stage}
    told = rows.annotate(is_moved=ExpressionWrapper(staff_come(), output_field=BooleanField()))
    counts = told.order_by().values_list("state", "meeting__state", "is_moved").annotate(number=Count("pk"))
    for state, meeting_state, is_moved, number in counts:
        found[stage_of(state, meeting_state, is_moved=bool(is_moved))].total += number
    cards = list(_first_of_each(told))
    follow_ups = _follow_ups([card.pk for card in cards])
    for card in cards:
        card.follow_ups = follow_ups[card.pk]
        found[Stage(card.stage)].rows.append(card)
    return list(found.values())


def _first_of_each(rows: Any) -> Any:
    """What is due first stands first; where nothing is due, what changed last."""
    met = [When(state=RequestState.CONFIRMED, meeting__state=each, then=Value(to)) for each, to in _pairs()]
    met.append(When(is_moved=True, then=Value(Stage.TO_STAFF.value)))
    settled = [When(state=state, then=Value(stage.value)) for state, stage in STAGES_OF_REQUESTS.items()]
    order = (F("next_action_on").asc(nulls_last=True), F("updated_at").desc(), F("pk").asc())
    staged = rows.annotate(stage=Case(*met, *settled, default=F("state")))
    numbered = staged.annotate(place=Window(RowNumber(), partition_by=[F("stage")], order_by=order))
    shown = numbered.filter(place__lte=SHOWN).select_related("person", "ask", "owner", "meeting")
    return shown.order_by("stage", "place")


def _pairs() -> list[tuple[str, str]]:
    return [(state.value, stage.value) for state, stage in STAGES_OF_MEETINGS.items()]


def _follow_ups(keys: list[int]) -> Counter[int]:
    noted = RequestNote.objects.filter(request__in=keys, kind=NoteKind.FOLLOW_UP).order_by()
    return Counter(dict(noted.values_list("request").annotate(number=Count("pk"))))


def owners_on_board(user: User) -> Any:
    """Who owns a request this user may see."""
    seen = MeetingRequest.objects.visible_to(user).order_by()
    return User.objects.filter(pk__in=seen.values("owner")).order_by("first_name", "username")


def asks_on_board(user: User) -> Any:
    """What is asked for in a request this user may see."""
    seen = MeetingRequest.objects.visible_to(user).order_by()
    return Ask.objects.filter(pk__in=seen.values("ask")).order_by("title", "id")


def campaigns_on_board(user: User) -> Any:
    """The campaigns of those asks."""
    found = Campaign.objects.filter(pk__in=asks_on_board(user).order_by().values("campaign"))
    return found.order_by("title", "id")
