from decimal import Decimal
from typing import Any

import pytest

from crm.places.queries import areas_for_postcode, sole_area_for
from crm.places.rules import normalise_postcode
from tests.factories.places import area, postcode_area

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
