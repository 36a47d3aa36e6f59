from crm.places.models import Area, PostcodeArea
from crm.places.rules import normalise_postcode


def areas_for_postcode(postcode: str) -> list[PostcodeArea]:
    """The areas a postcode lies in with their shares, the largest first; empty for one we do not know."""
    return list(
        PostcodeArea.objects.filter(postcode=normalise_postcode(postcode)).select_related("area", "area__parent")
    )


def sole_area_for(postcode: str) -> Area | None:
    """The area a postcode lies in wholly; None when it is split or unknown: nobody guesses."""
    found = areas_for_postcode(postcode)
    return found[0].area if len(found) == 1 else None
