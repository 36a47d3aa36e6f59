from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crm.petitions.models import Petition, PetitionAreaCount, Signature
from crm.petitions.queries import (
    area_for,
    count_mismatches,
    district_breakdown,
    open_petitions,
    published_breakdown,
    verified_in_area,
)
from crm.petitions.tasks import recount_petition
from crm.places.enums import AreaClassification
from crm.places.models import Area
from tests.factories.petitions import petition, signature
from tests.factories.places import area, postcode_area

AT = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)  # a Wednesday

pytestmark = pytest.mark.django_db


def state() -> Area:
    return area(
        classification=AreaClassification.STATE, identifier="ocd-division/country:us/state:fh", name="Fairhaven"
    )


def test_the_breakdown_sums_to_the_total() -> None:
    owner, place = petition(), area(name="North")
    for where in (place, place, None):
        signature(petition=owner, area=where)
    signature(petition=owner, area=place, state="pending")

    rows = district_breakdown(owner)

    owner.refresh_from_db()
    assert [(row.area, row.name, row.count) for row in rows] == [(place, "North", 2), (None, "District not known", 1)]
    assert sum(row.count for row in rows) == owner.signature_count


def test_small_districts_are_published_as_one_line() -> None:
    owner, large, small = petition(), area(name="North"), area(name="South")
    for where in [large] * 5 + [small] * 4 + [None]:
        signature(petition=owner, area=where)

    rows = published_breakdown(owner)

    assert [(row.name, row.count) for row in rows] == [("North", 5), ("Other districts, and district not known", 5)]


@pytest.mark.parametrize("count", [1, 3])
def test_the_breakdown_takes_one_query(count: int, django_assert_num_queries: Any) -> None:
    owner = petition()
    for _number in range(count):
        signature(petition=owner, area=area())

    with django_assert_num_queries(1):
        rows = district_breakdown(owner)

    assert len(rows) == count


@pytest.mark.parametrize("count", [1, 3])
def test_open_petitions_take_one_query(count: int, django_assert_num_queries: Any) -> None:
    for _number in range(count):
        petition()
    petition(state="closed")

    with django_assert_num_queries(1):
        rows = [(row.campaign.title, row.ask) for row in open_petitions()]

    assert len(rows) == count


def test_a_district_shows_its_confirmed_signatures_with_trend() -> None:
    place = area()
    first, second = petition(title="Clean harbour"), petition(title="Safe streets")
    signature(petition=first, area=place, at=AT - timedelta(days=60))
    signature(petition=first, area=place, at=AT - timedelta(days=2))
    signature(petition=second, area=place, at=AT - timedelta(days=7))
    signature(petition=second, area=area(), at=AT)
    signature(petition=second, area=place, at=AT + timedelta(days=1))
    signature(petition=second, area=place, state="withdrawn")

    found = verified_in_area(place, AT)

    assert (found["count"], found["last_30_days"], len(found["trend"])) == (3, 2, 12)
    assert [week for week in found["trend"] if week[1]] == [("2026-01-26", 1), ("2026-03-23", 1), ("2026-03-30", 1)]
    assert (found["trend"][0][0], found["trend"][-1][0]) == ("2026-01-12", "2026-03-30")
    assert found["petitions"] == [
        {"public_id": first.public_id, "title": "Clean harbour", "count": 2},
        {"public_id": second.public_id, "title": "Safe streets", "count": 1},
    ]


def test_a_state_counts_its_districts() -> None:
    whole = state()
    for where in (whole, area(parent=whole), area(parent=whole), area()):
        signature(area=where, at=AT)

    assert verified_in_area(whole, AT)["count"] == 3


@pytest.mark.parametrize("count", [1, 3])
def test_signatures_of_an_area_take_two_queries(count: int, django_assert_num_queries: Any) -> None:
    place = area()
    for _number in range(count):
        signature(area=place, at=AT)

    with django_assert_num_queries(2):
        found = verified_in_area(place, AT)

    assert (found["count"], len(found["petitions"])) == (count, count)


def test_an_area_without_signatures_says_zero() -> None:
    found = verified_in_area(area(), AT)

    assert (found["count"], found["last_30_days"], found["petitions"]) == (0, 0, [])


def test_a_postcode_split_inside_a_state_counts_for_the_state() -> None:
    whole = state()
    one = area(parent=whole)
    for where in (one, area(parent=whole)):
        postcode_area(postcode="02134", area=where, share="0.5")
    postcode_area(postcode="02135", area=one)

    assert (area_for("02134"), area_for("02135"), area_for("99999")) == (whole, one, None)


def test_a_wrong_counter_is_found_and_set_right() -> None:
    owner, place = petition(), area()
    signature(petition=owner, area=place)
    signature(petition=owner)
    Petition.objects.update(signature_count=7)
    PetitionAreaCount.objects.filter(area=place).update(signature_count=3)
    PetitionAreaCount.objects.filter(area=None).delete()

    found = [(each.petition, each.counter, each.stored, each.counted) for each in count_mismatches()]
    for _time in range(2):
        recount_petition(owner, by=None, at=AT)

    assert found == [
        (owner.public_id, "area unknown", 0, 1),
        (owner.public_id, f"area {place.pk}", 3, 1),
        (owner.public_id, "total", 7, 2),
    ]
    assert (count_mismatches(), owner.signature_count, Signature.objects.count()) == ([], 2, 2)
