"""Finding rows by what other rows say of them, fast whether few or many are meant.

No planner does both well. So the database is asked once who the first of them are. Few are looked up one by one and
sorted. With many the list is walked in its own order and each row tried, until a page is full.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet

SPARSE = 4_000
DRIVEN = 2_000


class Among(Func):
    """Whether a column is one of many keys: one parameter however many, and planned as look-ups on both databases."""

    output_field = BooleanField()

    def __init__(self, column: Any, keys: Sequence[int] = (), **extra: Any) -> None:
        super().__init__(column, **extra)
        self.keys = ",".join(map(str, keys))

    def as_sql(self, compiler: Any, connection: Any, **_context: Any) -> Any:  # type: ignore[override]
        column, params = compiler.compile(self.source_expressions[0])
        if connection.vendor == "postgresql":
            return f"({column} = ANY(%s::bigint[]))", [*params, f"{{{self.keys}}}"]
        return f"({column} IN (SELECT value FROM json_each(%s)))", [*params, f"[{self.keys}]"]


class Tried(Exists):
    """A condition tried row by row, for lists that are walked: the offset keeps PostgreSQL from joining all first."""

    template = "EXISTS(%(subquery)s OFFSET 0)"


@dataclass(frozen=True)
class Lookup:
    """One condition in three forms: at most so many keys of it, tried on one row, and as a set to join."""

    first: Callable[[int], Iterable[int]]
    each: Any
    whole: Q


def drawn_from(rows: Any, others: QuerySet[Any], key: str, *either: Q) -> Any:
    """Those of `rows` whom `others` name in `key`; with `either`, whom others name that meet one of these conditions.

    Conditions on different columns are worth telling apart: each has an index of its own.
    """
    plain = others.filter(**{f"{key}__isnull": False}).order_by()  # a body can be a member too
    ways = [plain.filter(way).values_list(key, flat=True) for way in either or (Q(),)]

    def first(limit: int) -> list[int]:
        found: list[int] = []
        for way in ways:
            found += way[: limit - len(found)]
            if len(found) == limit:
                break
        return found

    each = Tried(plain.filter(_any(either), **{key: OuterRef("pk")}))
    return narrowed(rows, Lookup(first, each, _any([Q(pk__in=way) for way in ways])))


def _any(conditions: Iterable[Q]) -> Q:
    whole = Q()
    for condition in conditions:
        whole |= condition
    return whole


def narrowed(rows: Any, lookup: Lookup) -> Any:
    """Those of `rows` whom a lookup means. Of two that mean many each, few may be left: they are joined to see."""
    if rows.driver is False:
        return rows.filter(lookup.each)
    first = list(lookup.first(SPARSE + 1))
    if len(first) > SPARSE and rows.driver is not None:
        joined = rows.model.objects.filter(rows.walked, lookup.whole).order_by().values_list("pk", flat=True)
        first = list(joined[: SPARSE + 1])
    if len(first) <= SPARSE:
        found = rows.filter(Among(F("pk"), first))
        found.driver = False
        return found
    found = rows.filter(lookup.each)
    found.driver = Among(F("pk"), first[:DRIVEN])
    found.walked = lookup.whole if rows.walked is None else rows.walked & lookup.whole
    return found
