from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from crm.places.models import Area, AreaOverlap, PostcodeArea
from crm.places.rules import AreaShare, is_valid_on, normalise_postcode, share_of

MAX_GENERATIONS = 8


def areas_for_postcode(postcode: str) -> list[PostcodeArea]:
    """The areas a postcode lies in with their shares, the largest first; empty for one we do not know.

    Areas the postcode has left have the share 0 and are not among them.
    """
    rows = PostcodeArea.objects.filter(postcode=normalise_postcode(postcode), share__gt=0)
    return list(rows.select_related("area", "area__parent"))


def areas_for_postcode_on(postcode: str, on: date) -> list[AreaShare]:
    """The areas a postcode lies in by the boundaries of one day, the largest share first.

    A table made for older boundaries is carried over by the overlaps we know; the shares then add up to less than 1
    where the overlaps do not say everything.
    """
    return successors([AreaShare(row.area, row.share) for row in areas_for_postcode(postcode)], on)


def successors(shares: Iterable[AreaShare], on: date) -> list[AreaShare]:
    """The same shares in the areas that are valid on a day: an area that ended is replaced by those it went to."""
    found = defaultdict[Area, Decimal](Decimal)
    waiting = list(shares)
    for _generation in range(MAX_GENERATIONS):
        ended = [each for each in waiting if not is_valid_on(each.area, on)]
        for each in waiting:
            if is_valid_on(each.area, on):
                found[each.area] += each.share
        waiting = _next(ended)
    return sorted((AreaShare(*pair) for pair in found.items()), key=lambda each: (-each.share, each.area.identifier))


def _next(ended: list[AreaShare]) -> list[AreaShare]:
    if not ended:
        return []
    overlaps = AreaOverlap.objects.filter(from_area__in=[each.area for each in ended]).order_by("id")
    went = defaultdict[int, list[AreaOverlap]](list)
    for overlap in overlaps.select_related("to_area"):
        went[overlap.from_area_id].append(overlap)
    return [
        AreaShare(overlap.to_area, each.share * share_of(overlap)) for each in ended for overlap in went[each.area.pk]
    ]


def area_of_division(identifier: str, on: date) -> Area | None:
    """The generation of a division that is valid on a day; an alias (`ocd-alias`) leads to the area it is of."""
    names = [identifier, *_aliases(identifier)]
    generations = Area.objects.filter(identifier__in=names).order_by("-valid_from", "id")
    valid = [area for area in generations if is_valid_on(area, on)]
    return min(valid, key=lambda area: names.index(area.identifier), default=None)


def _aliases(identifier: str) -> Iterable[str]:
    rows = Area.objects.filter(identifier=identifier, codes__scheme="ocd-alias").order_by("id")
    return rows.values_list("codes__code", flat=True)


def sole_area_for(postcode: str) -> Area | None:
    """The area a postcode lies in wholly; None when it is split or unknown: nobody guesses."""
    found = areas_for_postcode(postcode)
    return found[0].area if len(found) == 1 else None
