from itertools import count
from typing import Any

from crm.places.enums import AreaClassification
from crm.places.models import Area, AreaOverlap, PostcodeArea

_number = count(1)


def area(**fields: Any) -> Area:
    """A congressional district with its own division id."""
    number = next(_number)
    values = {
        "name": f"Fairhaven's district {number}",
        "identifier": f"ocd-division/country:us/state:fh/cd:{number}",
        "classification": AreaClassification.DISTRICT,
        "code": f"FH-{number}",
    } | fields
    return Area.objects.create(**values)


def postcode_area(**fields: Any) -> PostcodeArea:
    """A postcode that lies wholly in one area."""
    values = {"postcode": f"{next(_number):05d}"} | fields
    values.setdefault("area", None)
    values["area"] = values["area"] or area()
    return PostcodeArea.objects.create(**values)


def area_overlap(**fields: Any) -> AreaOverlap:
    """An old area that went to a new one, nobody having measured how much of it."""
    values = {"from_area": None, "to_area": None} | fields
    for end in ("from_area", "to_area"):
        values[end] = values[end] or area()
    return AreaOverlap.objects.create(**values)
