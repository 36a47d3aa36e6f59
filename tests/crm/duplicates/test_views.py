from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from crm.access.enums import Role
from crm.activity.models import ActivityEntry
from crm.duplicates.models import NotDuplicate
from crm.people.enums import Visibility
from crm.people.models import Person
from tests.factories.access import user as make_user
from tests.factories.duplicates import duplicate_pair
from tests.factories.people import contact_detail, person

pytestmark = pytest.mark.django_db

SignIn = Callable[[Role], Client]
STAFF = [Role.VOLUNTEER, Role.EDITOR, Role.MODERATOR, Role.COORDINATOR, Role.AUDITOR, Role.SYSADMIN]


def compare(one: Person, other: Person) -> str:
    return reverse("crm_compare", args=["people", one.public_id, other.public_id])


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_as_often_for_one_pair_as_for_three(
    sign_in: SignIn, count: int, django_assert_max_num_queries: object
) -> None:
    client = sign_in(Role.COORDINATOR)
    for _each in range(count):
        duplicate_pair()
    client.get(reverse("crm_duplicates"))

    with django_assert_max_num_queries(11):  # type: ignore[operator]
        page = client.get(reverse("crm_duplicates"))

    assert page.content.decode().count("Compare") == count


def test_two_are_made_one_with_the_values_chosen(sign_in: SignIn) -> None:
    client = sign_in(Role.COORDINATOR)
    ada, twin = person(name="Ada Quist", language="en"), person(name="Ada Holm", language="es")
    contact_detail(person=twin)

    page = client.get(compare(ada, twin)).content.decode()
    answer = client.post(compare(ada, twin), {"version": 1, "name": "take", "language": "keep", "sort_name": "keep"})

    ada.refresh_from_db()
    twin.refresh_from_db()
    assert ("Ada Holm" in page, "1 × contact details" in page) == (True, True)
    assert (answer.status_code, answer["Location"]) == (302, reverse("people:page", args=[ada.public_id]))
    assert (ada.name, ada.language, twin.merged_into) == ("Ada Holm", "en", ada)


def test_a_second_click_merges_once(sign_in: SignIn) -> None:
    client = sign_in(Role.COORDINATOR)
    ada, twin = person(name="Ada"), person(name="Ada")
    form = {"version": 1, "sort_name": "keep", "csrfmiddlewaretoken": "t" * 64}

    first, second = (client.post(compare(ada, twin), form) for _time in range(2))

    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]
    assert ActivityEntry.objects.filter(verb="person.merged").count() == 1


def test_a_stale_comparison_shows_the_new_values(sign_in: SignIn) -> None:
    client = sign_in(Role.COORDINATOR)
    ada, twin = person(name="Ada", version=3), person(name="Ada")

    answer = client.post(compare(ada, twin), {"version": 2, "sort_name": "keep"})

    twin.refresh_from_db()
    assert (answer.status_code, twin.merged_into) == (409, None)
    assert "Somebody changed this record meanwhile" in answer.content.decode()


def test_two_are_called_two(sign_in: SignIn) -> None:
    client = sign_in(Role.COORDINATOR)
    pair = duplicate_pair()

    client.post(compare(pair.second, pair.first), {"distinct": "1"})

    assert NotDuplicate.objects.filter(first=pair.first, second=pair.second).count() == 1
    assert "Nobody seems to be here twice" in client.get(reverse("crm_duplicates")).content.decode()


def test_the_other_is_named_by_hand(sign_in: SignIn) -> None:
    client = sign_in(Role.COORDINATOR)
    ada = person(name="Ada Quist", search_text="ada quist")
    twin = person(name="Bo Lund", search_text="bo lund")
    address = reverse("crm_merge_person", args=[ada.public_id])

    itself = client.post(address, {"other": "Ada Quist"})
    found = client.post(address, {"other": "bo lund"})

    assert (itself.status_code, "choose another one" in itself.content.decode()) == (422, True)
    assert (found.status_code, found["Location"]) == (302, compare(ada, twin))


@pytest.mark.parametrize("role", STAFF)
@pytest.mark.slow
def test_hidden_people_show_on_no_screen(sign_in: SignIn, role: Role) -> None:
    client = sign_in(role)
    hidden = person(name="CANARY Quist", visibility=Visibility.TEAM, owner=make_user(role=Role.DIRECTOR))
    ada = person(name="Ada Quist")
    duplicate_pair(people=(ada, hidden))
    addresses = [reverse("crm_duplicates"), compare(ada, hidden), compare(hidden, ada)]

    answers = [client.get(address) for address in addresses]

    assert ["CANARY" in answer.content.decode() for answer in answers] == [False, False, False]
    assert answers[2].status_code == 404
    assert answers[1].status_code in {403, 404}


@pytest.mark.parametrize(("role", "status"), [(Role.AUDITOR, 403), (Role.EDITOR, 403), (Role.SYSADMIN, 404)])
def test_only_those_who_change_people_merge_them(sign_in: SignIn, role: Role, status: int) -> None:
    client = sign_in(role)
    ada, twin = person(), person()

    answer = client.post(compare(ada, twin), {"version": 1, "sort_name": "keep", "name": "keep"})

    twin.refresh_from_db()
    assert (answer.status_code, twin.merged_into) == (status, None)
