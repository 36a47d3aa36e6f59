from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from crm.access.models import User
from crm.activity.actions import link, record
from crm.activity.models import ActivityEntry
from crm.base.text import one_line
from crm.places.enums import AreaClassification
from crm.places.errors import EmptyPostcodeError, SharesNotWholeError
from crm.places.models import Area, PostcodeArea
from crm.places.rules import normalise_postcode, shares_are_whole


@transaction.atomic
def create_area(
    identifier: str,
    name: str,
    classification: AreaClassification,
    *,
    parent: Area | None = None,
    code: str = "",
    valid_from: str = "",
    valid_until: str = "",
    by: User | None,
    at: datetime,
    entry: ActivityEntry | None = None,
) -> Area:
    """Add an area under its division id.

    The second call with the same id and generation (`valid_from`) gives the area that is there, unchanged.
    """
    area, made = Area.objects.get_or_create(
        identifier=one_line(identifier),
        valid_from=valid_from,
        defaults={
            "name": one_line(name),
            "classification": classification,
            "parent": parent,
            "code": one_line(code),
            "valid_until": valid_until,
        },
    )
    if entry:
        link(entry, area)
    elif made:
        record("area.created", area, by=by, at=at, about=[parent])
    return area


@transaction.atomic
def set_postcode_areas(
    postcode: str,
    shares: Mapping[Area, Decimal] | Area,
    *,
    by: User | None,
    at: datetime,
    entry: ActivityEntry | None = None,
) -> list[PostcodeArea]:
    """Say which areas a postcode lies in, replacing what was said before.

    One area alone means the whole postcode. Shares must add up to 1 (`SharesNotWholeError`). The second call
    with the same shares changes nothing and records nothing.
    """
    wanted = {shares: Decimal(1)} if isinstance(shares, Area) else dict(shares)
    code = normalise_postcode(postcode)
    if not code:
        raise EmptyPostcodeError
    if not shares_are_whole(wanted.values()):
        raise SharesNotWholeError
    rows = PostcodeArea.objects.select_for_update().filter(postcode=code)
    if {row.area_id: row.share for row in rows} != {area.pk: share for area, share in wanted.items()}:
        rows.delete()
        PostcodeArea.objects.bulk_create(
            PostcodeArea(postcode=code, area=area, share=share) for area, share in wanted.items()
        )
        _say_postcode_was_set(list(wanted), by=by, at=at, entry=entry)
    return list(PostcodeArea.objects.filter(postcode=code).select_related("area"))


def _say_postcode_was_set(areas: list[Area], *, by: User | None, at: datetime, entry: ActivityEntry | None) -> None:
    if entry is None:
        record("postcode.set", areas[0], by=by, at=at, about=areas[1:])
        return
    for area in areas:
        link(entry, area)
