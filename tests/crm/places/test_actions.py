from decimal import Decimal

import pytest

from crm.access.models import User
from crm.activity.models import ActivityEntry
from crm.activity.queries import timeline_of
from crm.places.actions import create_area, set_postcode_areas
from crm.places.enums import AreaClassification
from crm.places.errors import EmptyPostcodeError, SharesNotWholeError
from crm.places.models import Area, PostcodeArea
from tests.factories.people import MADE_AT as AT
from tests.factories.places import area

pytestmark = pytest.mark.django_db


def test_create_area_twice_gives_the_one_that_is_there(coordinator: User) -> None:
    parent = area(identifier="ocd-division/country:us/state:fh")
    kind = AreaClassification.DISTRICT
    first, second = (
        create_area(f"{parent.identifier}/cd:1", name, kind, parent=parent, by=coordinator, at=AT)
        for name in ("First", "Another name")
    )

    assert first == second
    assert (first.name, Area.objects.count()) == ("First", 2)
    assert [entry.verb for entry in timeline_of(parent)] == ["area.created"]


def test_postcode_in_one_area_is_set_once(coordinator: User) -> None:
    district = area()

    first = set_postcode_areas("98402-1234", district, by=coordinator, at=AT)
    second = set_postcode_areas("98402", district, by=coordinator, at=AT)

    assert first == second
    assert [(row.postcode, row.area, row.share) for row in first] == [("98402", district, Decimal(1))]
    assert [entry.verb for entry in timeline_of(district)] == ["postcode.set"]


def test_postcode_shares_replace_what_was_said_before(coordinator: User) -> None:
    old, left, right = area(), area(), area()
    set_postcode_areas("98402", old, by=coordinator, at=AT)

    set_postcode_areas("98402", {left: Decimal("0.3"), right: Decimal("0.7")}, by=coordinator, at=AT)

    assert list(PostcodeArea.objects.values_list("area", "share")) == [
        (right.pk, Decimal("0.7")),
        (left.pk, Decimal("0.3")),
    ]
    assert ActivityEntry.objects.count() == 2


@pytest.mark.parametrize("shares", [["0.3"], ["0.5", "0.6"], ["1.5", "-0.5"], []])
def test_shares_that_are_not_whole_are_refused(coordinator: User, shares: list[str]) -> None:
    with pytest.raises(SharesNotWholeError):
        set_postcode_areas("98402", {area(): Decimal(share) for share in shares}, by=coordinator, at=AT)

    assert PostcodeArea.objects.count() == 0


def test_empty_postcode_is_refused(coordinator: User) -> None:
    with pytest.raises(EmptyPostcodeError):
        set_postcode_areas(" - ", area(), by=coordinator, at=AT)
