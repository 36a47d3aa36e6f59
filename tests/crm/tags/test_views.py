from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from crm.access.enums import Role
from crm.people.enums import Visibility
from crm.tags.models import ServedArea, Tagging
from tests.factories.access import user as make_user
from tests.factories.people import organization, person
from tests.factories.places import area
from tests.factories.tags import tag, tagging

pytestmark = pytest.mark.django_db

SignIn = Callable[[Role], Client]


def test_a_tag_is_put_on_and_taken_off_from_the_page(sign_in: SignIn) -> None:
    client = sign_in(Role.COORDINATOR)
    ada, keen = person(), tag(name="Keen on ports")

    client.post(reverse("crm_put_tag", args=[ada.public_id]), {"tags-tag": keen.pk})
    page = client.get(reverse("people:page", args=[ada.public_id])).content.decode()
    client.post(reverse("crm_take_tag", args=[ada.public_id, keen.public_id]))

    assert '<div class="p-facts__value">Keen on ports</div>' in page
    assert Tagging.objects.count() == 0


def test_a_wrong_value_is_refused_with_a_sentence(sign_in: SignIn) -> None:
    client = sign_in(Role.COORDINATOR)
    ada, members = person(), tag(value_kind="number")

    answer = client.post(reverse("crm_put_tag", args=[ada.public_id]), {"tags-tag": members.pk, "tags-value": "many"})

    assert answer.status_code == 422
    assert "This tag says a number; write digits, for example 12 or 12.5." in answer.content.decode()


def test_areas_are_set_by_name_code_or_division(sign_in: SignIn) -> None:
    client = sign_in(Role.COORDINATOR)
    ada, harbour, hills = person(), area(name="Harbour"), area(code="HI")
    address = reverse("crm_set_served_areas", args=[ada.public_id])

    client.post(address, {"areas-areas": f"harbour\nhi\n{harbour.identifier}"})
    refused = client.post(address, {"areas-areas": "Nowhere"})

    assert {row.area for row in ServedArea.objects.all()} == {harbour, hills}
    assert (refused.status_code, "Nowhere" in refused.content.decode()) == (422, True)


@pytest.mark.parametrize(("role", "status"), [(Role.AUDITOR, 403), (Role.EDITOR, 403), (Role.SYSADMIN, 404)])
def test_only_those_who_change_people_tag_them(sign_in: SignIn, role: Role, status: int) -> None:
    client = sign_in(role)
    row = tagging()

    answers = [
        client.post(reverse("crm_put_tag", args=[row.person.public_id]), {"tags-tag": tag().pk}),
        client.post(reverse("crm_take_tag", args=[row.person.public_id, row.tag.public_id])),
    ]

    assert [answer.status_code for answer in answers] == [status, status]
    assert Tagging.objects.count() == 1


@pytest.mark.slow
def test_tags_of_hidden_people_are_out_of_reach(sign_in: SignIn) -> None:
    client = sign_in(Role.COORDINATOR)
    hidden = person(visibility=Visibility.TEAM, owner=make_user(role=Role.DIRECTOR))
    row = tagging(person=hidden)

    answer = client.post(reverse("crm_take_tag", args=[hidden.public_id, row.tag.public_id]))

    assert (answer.status_code, Tagging.objects.count()) == (404, 1)
    assert list(Tagging.objects.visible_to(make_user(role=Role.COORDINATOR))) == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_tags_asks_as_often_for_one_as_for_three(
    sign_in: SignIn, count: int, django_assert_num_queries: Callable[[int], object]
) -> None:
    client = sign_in(Role.COORDINATOR)
    for _each in range(count):
        tagging()
    address = "/admin/reference/tags/"
    client.get(address)

    with django_assert_num_queries(12):  # type: ignore[attr-defined]
        client.get(address)


def test_a_body_is_tagged_on_its_own_screen(sign_in: SignIn) -> None:
    client = sign_in(Role.COORDINATOR)
    board, keen, shore = organization(), tag(name="Keen on ports"), area(name="Shore")
    url = reverse("crm_body_tags", args=[board.public_id])

    for _twice in range(2):
        client.post(url, {"step": "put", "tags-tag": keen.pk})
        client.post(url, {"step": "areas", "areas-areas": shore.identifier})
    page = client.get(reverse("organizations:page", args=[board.public_id])).content.decode()

    assert (Tagging.objects.count(), ServedArea.objects.count()) == (1, 1)
    assert '<div class="p-facts__value">Keen on ports</div>' in page
    assert '<div class="p-facts__value">Shore</div>' in page
    assert f'href="{url}"' in page

    client.post(url, {"step": "take", "tag": keen.public_id})
    client.post(url, {"step": "take", "tag": keen.public_id})
    assert Tagging.objects.count() == 0


def test_what_a_body_cannot_carry_comes_back_with_a_sentence(sign_in: SignIn) -> None:
    client, board = sign_in(Role.COORDINATOR), organization()
    url = reverse("crm_body_tags", args=[board.public_id])

    no_tag = client.post(url, {"step": "put", "tags-tag": "0"})
    no_area = client.post(url, {"step": "areas", "areas-areas": "Nowhere at all"})

    assert (no_tag.status_code, no_area.status_code) == (422, 422)
    assert "These name no area or several: Nowhere at all." in no_area.content.decode()
    assert ServedArea.objects.count() == 0


@pytest.mark.parametrize(("role", "status"), [(Role.EDITOR, 403), (Role.AUDITOR, 403), (Role.COORDINATOR, 200)])
def test_the_tags_of_a_body_are_changed_by_those_who_change_bodies(sign_in: SignIn, role: Role, status: int) -> None:
    assert sign_in(role).get(reverse("crm_body_tags", args=[organization().public_id])).status_code == status
