from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from crm.access.enums import Role
from crm.places.actions import set_postcode_areas
from crm.places.models import AreaCode, AreaName, AreaOverlap
from tests.factories.places import area

pytestmark = pytest.mark.django_db

SignIn = Callable[[Role], Client]
AT = datetime(2026, 6, 1, 9, tzinfo=UTC)


def test_an_area_shows_what_it_is_known_by_and_became(sign_in: SignIn) -> None:
    client = sign_in(Role.VOLUNTEER)
    old, new = area(name="Old Harbour"), area(name="New Harbour")
    AreaName.objects.create(area=old, language="es", name="Puerto Viejo")
    AreaCode.objects.create(area=old, scheme="ocd-alias", code="ocd-division/country:zz/harbour")
    AreaOverlap.objects.create(from_area=old, to_area=new, population_share=Decimal("0.75"))

    page = client.get(reverse("crm_area", args=[old.public_id])).content.decode()

    assert all(text in page for text in ("Puerto Viejo", "ocd-alias", "New Harbour", "0.75"))


def test_a_split_postcode_gives_every_area(sign_in: SignIn) -> None:
    client = sign_in(Role.VOLUNTEER)
    north, south = area(name="North"), area(name="South")
    set_postcode_areas("90100", {north: Decimal("0.6"), south: Decimal("0.4")}, by=None, at=AT)

    page = client.get(reverse("crm_postcodes"), {"postcode": " 90100 "}).content.decode()

    assert all(text in page for text in ("This postcode is split", "North", "South"))


def test_an_unknown_postcode_says_what_to_do(sign_in: SignIn) -> None:
    page = sign_in(Role.VOLUNTEER).get(reverse("crm_postcodes"), {"postcode": "<b>1"}).content.decode()

    assert "No area is known for “&lt;b&gt;1”. Import a table of postcodes, or check the spelling." in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_as_often_for_one_part_as_for_three(
    sign_in: SignIn, count: int, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    client = sign_in(Role.COORDINATOR)
    whole = area(name="Whole")
    for number in range(count):
        AreaOverlap.objects.create(from_area=whole, to_area=area(name=f"Part {number}", parent=whole))
    client.get(reverse("crm_area", args=[whole.public_id]))

    with django_assert_max_num_queries(18):  # type: ignore[attr-defined]
        client.get(reverse("crm_area", args=[whole.public_id]))


def test_areas_are_not_for_those_without_a_part_in_the_registry(sign_in: SignIn) -> None:
    client = sign_in(Role.SYSADMIN)

    answers = [client.get(reverse("crm_postcodes")), client.get(reverse("crm_area", args=[area().public_id]))]

    assert [answer.status_code for answer in answers] == [404, 404]
