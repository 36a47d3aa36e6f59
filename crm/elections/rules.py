"""Who held which seat before and who holds it after. Pure: reads no database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crm.elections.enums import SeatChange


@dataclass(frozen=True)
class Shift:
    """One seat or holder: `from_post` is where somebody who moved sat before."""

    change: SeatChange
    post: int
    old_holder: int | None = None
    new_holder: int | None = None
    from_post: int | None = None


Holders = Mapping[int, set[int]]
"""The people who hold each post."""


def shifts(before: Holders, after: Holders) -> list[Shift]:
    """What happened to every seat held on either day: kept, new holder, moved from another seat, or vacated."""
    seat_before = {person: post for post, people in sorted(before.items()) for person in sorted(people)}
    found: list[Shift] = []
    for post in sorted(before.keys() | after.keys()):
        old, new = before.get(post, set()), after.get(post, set())
        found += [Shift(SeatChange.KEPT, post, person, person) for person in sorted(old & new)]
        found += _changed(post, sorted(old - new), sorted(new - old), seat_before)
    return found


def _changed(post: int, gone: list[int], come: list[int], seat_before: Mapping[int, int]) -> Iterable[Shift]:
    """Who came takes the place of who went, one by one; a seat nobody took is vacated."""
    for number, person in enumerate(come):
        old = gone[number] if number < len(gone) else None
        from_post = seat_before.get(person)
        if from_post is None:
            yield Shift(SeatChange.NEW, post, old, person)
        else:
            yield Shift(SeatChange.MOVED, post, old, person, from_post)
    for person in gone[len(come) :]:
        yield Shift(SeatChange.VACATED, post, person)
