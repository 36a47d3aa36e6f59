from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from crm.places.models import AreaCode
from crm.places.queries import (
    area_of_division,
    areas_for_postcode,
    areas_for_postcode_on,
    sole_area_for,
    successors,
)
from crm.places.rules import AreaShare, normalise_postcode
from tests.factories.places import area, area_overlap, postcode_area

pytestmark = pytest.mark.django_db


def test_areas_for_postcode_gives_the_largest_share_first() -> None:
    small, large = area(), area()
    postcode_area(postcode="98402", area=small, share=Decimal("0.2"))
    postcode_area(postcode="98402", area=large, share=Decimal("0.8"))
    postcode_area(postcode="98403")

    found = areas_for_postcode(" 98402-0001")

    assert [row.area for row in found] == [large, small]


def test_sole_area_is_given_for_a_whole_postcode_only() -> None:
    district = area()
    postcode_area(postcode="SW1A1AA", area=district)
    for _half in range(2):
        postcode_area(postcode="98402", share=Decimal("0.5"))

    assert sole_area_for("sw1a 1aa") == district
    assert sole_area_for("98402") is None
    assert sole_area_for("00000") is None


@pytest.mark.parametrize("areas", [1, 3])
def test_areas_for_postcode_is_one_query(django_assert_num_queries: Any, areas: int) -> None:
    for _number in range(areas):
        postcode_area(postcode="98402", area=area(parent=area()), share=Decimal("0.3"))

    with django_assert_num_queries(1):
        names = [row.area.parent.name for row in areas_for_postcode("98402") if row.area.parent]

    assert len(names) == areas


@pytest.mark.parametrize(
    ("written", "kept"),
    [("98402", "98402"), ("98402-1234", "98402"), ("984021234", "98402"), ("sw1a 1aa", "SW1A1AA"), (" ", "")],
)
def test_postcode_has_one_spelling(written: str, kept: str) -> None:
    assert normalise_postcode(written) == kept


OLD, NEW = date(2020, 1, 1), date(2025, 1, 1)


def test_postcode_of_old_boundaries_is_carried_over_by_shares() -> None:
    old = area(valid_until="2024-07-03")
    north, south = area(valid_from="2024-07-04"), area(valid_from="2024-07-04")
    area_overlap(from_area=old, to_area=north, population_share=Decimal("0.75"), area_share=Decimal("0.1"))
    area_overlap(from_area=old, to_area=south, area_share=Decimal("0.25"))
    postcode_area(postcode="10001", area=old)

    before, after = areas_for_postcode_on("10001", OLD), areas_for_postcode_on("10001", NEW)

    assert [(each.area, each.share) for each in before] == [(old, Decimal(1))]
    assert [(each.area, each.share) for each in after] == [(north, Decimal("0.75")), (south, Decimal("0.25"))]


def test_areas_that_went_in_a_circle_come_to_an_end() -> None:
    one, other = area(valid_until="2001"), area(valid_until="2002")
    area_overlap(from_area=one, to_area=other, population_share=Decimal(1))
    area_overlap(from_area=other, to_area=one, population_share=Decimal(1))

    assert successors([AreaShare(one, Decimal(1))], NEW) == []


def test_area_a_postcode_left_is_not_found() -> None:
    postcode_area(postcode="10001", share=Decimal(0))
    kept = postcode_area(postcode="10001")

    assert areas_for_postcode("10001") == [kept]
    assert sole_area_for("10001") == kept.area


def test_division_is_found_by_day_and_by_alias() -> None:
    division = "ocd-division/country:xy/ed:a"
    old = area(identifier=division, valid_until="2024-07-03")
    new = area(identifier=division, valid_from="2024-07-04")
    alias = area(identifier="ocd-division/country:xy/ed:b", valid_until="2019")
    AreaCode.objects.create(area=alias, scheme="ocd-alias", code=division)

    assert area_of_division(division, OLD) == old
    assert area_of_division(division, NEW) == new
    assert area_of_division(alias.identifier, NEW) == new
    assert area_of_division("ocd-division/country:xy/ed:c", NEW) is None


@pytest.mark.parametrize("number", [1, 3])
def test_carrying_over_takes_two_questions_a_generation(number: int, django_assert_num_queries: Any) -> None:
    old = area(valid_until="2024")
    postcode_area(postcode="10001", area=old)
    for _each in range(number):
        area_overlap(from_area=old, to_area=area(valid_from="2025"), population_share=Decimal("0.2"))

    with django_assert_num_queries(2):
        found = areas_for_postcode_on("10001", date(2025, 6, 1))

    assert len(found) == number
