"""Whom a segment means, for one person who asks and one day. Everything stays inside what that person may see."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from crm.access.models import User
from crm.people.models import Person
from crm.segments.enums import StepAct
from crm.segments.errors import EmptySegmentError, SegmentUnusableError
from crm.segments.models import FrozenList, FrozenMember, Segment
from crm.segments.registry import Args, SegmentFilter, filter_named
from crm.segments.rules import SEGMENT_FILTER, Step, read_step, step_words

Steps = Sequence[Any]
COUNT_LIMIT = 10_000
NOBODY = Q(pk__in=[])


class KeyList(RawSQL):
    """Any number of keys as one parameter, asked for when the statement is made and then kept.

    Both databases limit how many parameters a statement takes, and SQLite how deep its subqueries may lie:
    a sample of a sample is written out instead of nested.
    """

    def __init__(self, keys: Callable[[], Iterable[int]]) -> None:
        super().__init__("", ())
        self.keys = cache(lambda: json.dumps(list(keys())))

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        if connection.vendor == "postgresql":
            return "(SELECT value::bigint FROM json_array_elements_text(%s::json))", (self.keys(),)
        return "(SELECT value FROM json_each(%s))", (self.keys(),)


@dataclass
class ReadStep:
    """One step for one reader: its words, or the sentence why it cannot be used; `reached` is who is in after it."""

    act: str
    words: str
    problem: str = ""
    reached: Q = NOBODY
    total: int | None = None
    change: int = 0

    @property
    def taken(self) -> int:
        return -self.change


@dataclass
class Reading:
    """A segment read for one person and one day."""

    user: User
    on: date
    steps: list[ReadStep] = field(default_factory=list)

    @property
    def reached(self) -> Q:
        return self.steps[-1].reached if self.steps else NOBODY

    @property
    def problem(self) -> SegmentUnusableError | EmptySegmentError | None:
        """Why the segment cannot be used; None when it can."""
        for position, step in enumerate(self.steps, start=1):
            if step.problem:
                return SegmentUnusableError(position, step.problem)
        return None if self.steps else EmptySegmentError()

    @property
    def words(self) -> str:
        """The whole segment in one line."""
        return ", ".join(step.words for step in self.steps)

    def people(self) -> QuerySet[Person]:
        """Everybody meant, as one queryset of visible people. Raises what `problem` says."""
        if problem := self.problem:
            raise problem
        return _visible(self.user).filter(self.reached)


def people_of(segment_or_steps: Segment | Steps, user: User, on: date) -> QuerySet[Person]:
    """Whom a segment means for `user` on a day. Raises `SegmentUnusableError` or `EmptySegmentError`."""
    return reading_of(segment_or_steps, user, on).people()


def reading_of(segment_or_steps: Segment | Steps, user: User, on: date) -> Reading:
    """The steps in words with what is wrong with them. Runs only the look-ups the arguments need."""
    if isinstance(segment_or_steps, Segment):
        return _read(segment_or_steps.steps, user, on, path=(segment_or_steps.pk,))
    return _read(segment_or_steps, user, on, path=())


def count_steps(reading: Reading) -> Reading:
    """Fill in how many are in after each step and how many it brought or took. One query over the people."""
    if reading.steps and not reading.problem:
        wanted = {f"step{index}": Count("pk", filter=step.reached) for index, step in enumerate(reading.steps)}
        found = _visible(reading.user).order_by().aggregate(**wanted)
        before = 0
        for index, step in enumerate(reading.steps):
            step.total = found[f"step{index}"]
            step.change, before = step.total - before, step.total
    return reading


def count_capped(people: QuerySet[Any]) -> int:
    """How many, up to one more than the limit."""
    return people.order_by()[: COUNT_LIMIT + 1].count()


def _visible(user: User) -> Any:
    return Person.objects.visible_to(user)


def _read(steps: Any, user: User, on: date, *, path: tuple[int, ...]) -> Reading:
    reading = Reading(user, on)
    for raw in steps if isinstance(steps, list | tuple) else [steps]:
        reading.steps.append(_read_step(raw, reading, path))
    return reading


def _read_step(raw: Any, reading: Reading, path: tuple[int, ...]) -> ReadStep:
    step = read_step(raw)
    if step is None:
        return ReadStep("", _("a step nobody can read"), _("It cannot be read; remove it."), reading.reached)
    segment_filter = filter_named(step["filter"])
    if segment_filter is None:
        return _unusable(step, step["filter"], _("It asks something that is no longer offered; remove it."), reading)
    form = segment_filter.form(step["args"], user=reading.user)
    if not form.is_valid():
        problem = _("It names something that is gone or that you may not see; remove it or choose again.")
        return _unusable(step, str(segment_filter.label), problem, reading)
    phrase = segment_filter.phrase(form.cleaned_data)
    condition, problem = _condition(segment_filter, form.cleaned_data, StepAct(step["act"]), reading, path)
    if condition is None:
        return _unusable(step, phrase, problem, reading)
    words = step_words(StepAct(step["act"]), phrase, first=not reading.steps)
    return ReadStep(step["act"], words, reached=_joined(StepAct(step["act"]), condition, reading))


def _unusable(step: Step, phrase: str, problem: str, reading: Reading) -> ReadStep:
    words = step_words(StepAct(step["act"]), phrase, first=not reading.steps)
    return ReadStep(step["act"], words, problem, reading.reached)


def _joined(act: StepAct, condition: Q, reading: Reading) -> Q:
    if not reading.steps:
        return NOBODY if act == StepAct.REMOVE else condition
    if act == StepAct.ADD:
        return reading.reached | condition
    return reading.reached & (~condition if act == StepAct.REMOVE else condition)


def _condition(
    segment_filter: SegmentFilter, args: Args, act: StepAct, reading: Reading, path: tuple[int, ...]
) -> tuple[Q | None, str]:
    """Whom one step is about, or the sentence why nobody can say."""
    if segment_filter.key == SEGMENT_FILTER:
        return _nested(args["segment"], reading, path)
    if segment_filter.take:
        there = _visible(reading.user)
        if reading.steps:
            there = there.exclude(reading.reached) if act == StepAct.ADD else there.filter(reading.reached)
        taken = segment_filter.take(there, args).values_list("pk", flat=True)
        return Q(pk__in=KeyList(lambda: taken)), ""
    if segment_filter.where is None:
        return NOBODY, ""
    found = segment_filter.where(args, user=reading.user, on=reading.on)
    return (found if isinstance(found, Q) else Q(pk__in=_without_nulls(found))), ""


def _nested(segment: Segment, reading: Reading, path: tuple[int, ...]) -> tuple[Q | None, str]:
    if segment.pk in path:
        return None, _("The segment would contain itself through “%(name)s”; choose another.") % {"name": segment.name}
    inner = _read(segment.steps, reading.user, reading.on, path=(*path, segment.pk))
    if inner.problem:
        return None, _("“%(name)s” cannot be used now; open it and mend its steps.") % {"name": segment.name}
    return inner.reached, ""


def _without_nulls(keys: QuerySet[Any]) -> QuerySet[Any]:
    """Person keys only: one NULL among them would make “not in” true of nobody."""
    names = keys.query.values_select
    keys = keys.order_by() if not keys.query.is_sliced else keys
    return keys if not names or keys.query.is_sliced else keys.filter(**{f"{names[0]}__isnull": False})


def nested_in(segment: Segment) -> list[Segment]:
    """The segments whose steps name this one. Reads every segment with steps: there are few."""
    return [each for each in Segment.objects.exclude(pk=segment.pk) if segment.public_id in _named(each.steps)]


def _named(steps: Iterable[Any]) -> set[str]:
    known = (read_step(raw) for raw in steps if raw)
    return {str(step["args"].get("segment")) for step in known if step and step["filter"] == SEGMENT_FILTER}


@dataclass(frozen=True)
class ListMembers:
    """Who on a frozen list this person may see, and how many she may not."""

    people: QuerySet[Person]
    visible: int
    hidden: int


def members_of(frozen: FrozenList, user: User) -> ListMembers:
    """The visible members by name; erased people are on no list any more, so the count may have fallen."""
    members = FrozenMember.objects.filter(frozen_list=frozen).order_by()
    people = _visible(user).filter(pk__in=members.values("person"))
    visible = people.order_by().count()
    return ListMembers(
        people.order_by("sort_name", "id"), visible, members.filter(person__merged_into=None).count() - visible
    )
