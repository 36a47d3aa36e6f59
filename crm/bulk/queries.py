"""How far an act on many people is, and what became of whom."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from crm.access.enums import Role
from crm.access.models import User
from crm.access.rules import role_of
from crm.bulk.enums import BulkOutcome, BulkState, outcome_words
from crm.bulk.models import BulkAct
from crm.bulk.rules import PLANS_KEPT, SILENT_FOR
from crm.people.enums import Visibility
from crm.people.models import Person

SAMPLE = 8


def kept_from(user: User, ids: Sequence[int]) -> dict[int, str]:
    """Those of these people that somebody else keeps to a team (`rules.is_kept_from`), in few queries."""
    if role_of(user) == Role.DIRECTOR:
        return {}
    kept: dict[int, str] = {}
    for start in range(0, len(ids), 500):
        rows = Person.objects.filter(pk__in=ids[start : start + 500], visibility=Visibility.TEAM)
        pks = rows.exclude(owner=user).order_by().values_list("pk", flat=True)
        kept |= dict.fromkeys(pks, BulkOutcome.KEPT.value)
    return kept


@dataclass(frozen=True)
class OutcomeLine:
    """How many people had one outcome, with some of those this reader may see."""

    words: str
    count: int
    people: list[Person]
    more: int


def sample_of(act: BulkAct, user: User) -> list[Person]:
    """A few of those an act is for, by name: what somebody looks at before she starts."""
    return _people(act, user, "")


def outcomes(act: BulkAct, user: User) -> list[OutcomeLine]:
    """What became of whom so far, and who was left out and why; the changed first."""
    counts = act.targets.exclude(outcome="").order_by().values_list("outcome").annotate(Count("pk"))
    first = [BulkOutcome.CHANGED.value, BulkOutcome.SAME.value]
    ordered = sorted(counts, key=lambda item: (item[0] not in first, item[0]))
    return [_line(act, user, code, count) for code, count in ordered]


def told(lines: Iterable[tuple[int, Any]]) -> list[OutcomeLine]:
    """What work that is not for people one by one says of itself; nothing of what did not happen."""
    return [OutcomeLine(str(words), count, [], 0) for count, words in lines if count]


def _line(act: BulkAct, user: User, code: str, count: int) -> OutcomeLine:
    people = _people(act, user, code)
    return OutcomeLine(outcome_words(code), count, people, count - len(people))


def _people(act: BulkAct, user: User, code: str) -> list[Person]:
    chosen = act.targets.filter(outcome=code).order_by().values("person")
    return list(Person.objects.visible_to(user).filter(pk__in=chosen)[:SAMPLE])


def is_silent(act: BulkAct, at: datetime) -> bool:
    """Whether its worker seems to have died: it runs, but nothing moved for a minute."""
    return act.state == BulkState.RUNNING and (act.moved_at is None or at - act.moved_at > SILENT_FOR)


def silent_acts(at: datetime) -> QuerySet[BulkAct]:
    quiet = Q(moved_at=None) | Q(moved_at__lt=at - SILENT_FOR)
    return BulkAct.objects.filter(quiet, state=BulkState.RUNNING).order_by("id")


def forgotten_plans(at: datetime) -> QuerySet[BulkAct]:
    """Planned a day ago and never started."""
    return BulkAct.objects.filter(state=BulkState.PLANNED, started_at__lt=at - PLANS_KEPT)


def under_way(user: Any) -> list[BulkAct]:
    """What somebody has running or left unfinished, the newest first."""
    open_states = (BulkState.RUNNING, BulkState.CANCELLED, BulkState.FAILED)
    return list(BulkAct.objects.filter(started_by=user, state__in=open_states)[:5])
