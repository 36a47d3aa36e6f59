from itertools import count
from typing import Any

from crm.places.enums import AreaClassification
from crm.places.models import Area, PostcodeArea

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
