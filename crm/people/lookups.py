"""Finding people by what other rows say of them, fast whether few or many are meant.

No planner does both well. So the database is asked once who the first of them are. Few are looked up one by one and
sorted. With many the list is walked in its own order and each person tried, until a page is full.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import F, OuterRef, Q, QuerySet, Value
from django.db.models.expressions import RawSQL

from crm.base.text import fold
from crm.people import fts5
from crm.people.models import Person
from crm.people.pg_trgm import HasBeginning
from crm.people.rules import Among, Tried

SHORT_WORD = 2
WORDS = 16
SPARSE = 4_000
DRIVEN = 2_000


@dataclass(frozen=True)
class Lookup:
    """One condition in three forms: at most so many keys of it, tried on one person, and as a set to join."""

    first: Callable[[int], Iterable[int]]
    each: Any
    whole: Q


def matching(people: Any, text: str) -> Any:
    """Those of `people` whose search document holds every word; a text without words matches everybody.

    One or two letters (`CA`) must begin a name, a body or an area, or be a word of it (`committee on rivers`):
    inside words they would match nearly everybody.
    """
    words = list(dict.fromkeys(fold(text.replace("\x00", "")).split()))[:WORDS]
    return narrowed(people, _lookup(words)) if words else people


def _lookup(words: Sequence[str]) -> Lookup:
    each = Q(*map(_has_word, words))
    if connection.vendor == "sqlite":
        return Lookup(
            lambda limit: fts5.first_keys(connection, words, limit), each, Q(pk__in=RawSQL(*fts5.all_keys(words)))
        )
    begins = [HasBeginning(F("search_text"), Value(word)) for word in words if len(word) <= SHORT_WORD]
    whole = Q(*begins, *(_has_word(word) for word in words if len(word) > SHORT_WORD))
    found = Person.objects.filter(whole).order_by().values_list("pk", flat=True)
    return Lookup(lambda limit: found[:limit], each, whole)


def _has_word(word: str) -> Q:
    if len(word) > SHORT_WORD:
        return Q(search_text__contains=word)
    begins = Q(search_text__startswith=word) | Q(search_text__contains=f"\n{word}")
    return begins | Q(search_text__contains=f" {word} ")


def drawn_from(people: Any, rows: QuerySet[Any], key: str, *either: Q) -> Any:
    """Those of `people` whom `rows` name in `key`; with `either`, whom rows name that meet one of these conditions.

    Conditions on different columns are worth telling apart: each has an index of its own.
    """
    plain = rows.filter(**{f"{key}__isnull": False}).order_by()  # a body can be a member too
    ways = [plain.filter(way).values_list(key, flat=True) for way in either or (Q(),)]

    def first(limit: int) -> list[int]:
        found: list[int] = []
        for way in ways:
            found += way[: limit - len(found)]
            if len(found) == limit:
                break
        return found

    each = Tried(plain.filter(_any(either), **{key: OuterRef("pk")}))
    return narrowed(people, Lookup(first, each, _any([Q(pk__in=way) for way in ways])))


def _any(conditions: Iterable[Q]) -> Q:
    whole = Q()
    for condition in conditions:
        whole |= condition
    return whole


def narrowed(people: Any, lookup: Lookup) -> Any:
    """Those of `people` whom a lookup means. Of two that mean many each, few may be left: they are joined to see."""
    if people.driver is False:
        return people.filter(lookup.each)
    first = list(lookup.first(SPARSE + 1))
    if len(first) > SPARSE and people.driver is not None:
        joined = Person.objects.filter(people.walked, lookup.whole).order_by().values_list("pk", flat=True)
        first = list(joined[: SPARSE + 1])
    if len(first) <= SPARSE:
        found = people.filter(Among(F("pk"), first))
        found.driver = False
        return found
    found = people.filter(lookup.each)
    found.driver = Among(F("pk"), first[:DRIVEN])
    found.walked = lookup.whole if people.walked is None else people.walked & lookup.whole
    return found
