"""A term of office that one source dates and another does not is one term, and gets its dates."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from crm.imports.enums import Outcome
from crm.imports.rules import Existing, Row, key_of
from crm.people.rules import TERM, TERM_DATES, TERM_DETAILS, is_one_term

NAMED = (*TERM_DETAILS, *TERM_DATES)


def undated_pairs(rows: Iterable[Row], standing: Iterable[Existing]) -> Iterator[tuple[Row, Existing]]:
    """Memberships of a file that found nothing here, each with the one here that is the same term.

    Only where file and registry hold one such membership each: of several nobody can say whose dates they are.
    """
    file, here = defaultdict[Any, list[Row]](list), defaultdict[Any, list[Existing]](list)
    matched = set[Any]()
    for row in rows:
        matched |= {row.pk} if row.existing else set()
        if row.outcome != Outcome.REFUSED:
            file[key_of(TERM, row.values)].append(row)
    for known in standing:
        here[key_of(TERM, known)].append(known)
    for key, group in file.items():
        row, there = group[0], here.get(key, [])
        if len(group) != 1 or len(there) != 1 or row.existing is not None or there[0]["pk"] in matched:
            continue
        if _are_one(row, there[0]):
            yield row, there[0]


def _are_one(row: Row, known: Existing) -> bool:
    said, kept = (dict(zip(NAMED, key_of(NAMED, values), strict=True)) for values in (row.values, known))
    return is_one_term(said, kept)
