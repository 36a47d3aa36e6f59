from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import APIToken

from crm.access.enums import Role
from crm.duplicates.actions import merge_people
from crm.people.actions import refresh_search_text
from crm.people.enums import OrganizationClassification, Visibility
from crm.people.models import Person
from tests.factories.access import user as make_user
from tests.factories.people import contact_detail, legislator, membership, office_scheduler, organization, person
from tests.factories.places import area

pytestmark = pytest.mark.django_db
PEOPLE = "/api/v3/crm/people/"


def bearer(role: Role) -> dict[str, Any]:
    _token, key = APIToken.create_token(user=make_user(role=role), name="test")
    return {"HTTP_AUTHORIZATION": f"Bearer {key}"}


def names(client: Client, role: Role = Role.COORDINATOR, **asked: str) -> list[str]:
    answer = client.get(PEOPLE, asked, **bearer(role))
    assert answer.status_code == 200, answer.content
    return [row["name"] for row in answer.json()["items"]]


def refresh() -> None:
    refresh_search_text(Person.objects.values_list("pk", flat=True), on=timezone.localdate())


def test_people_are_searched_and_filtered_as_in_the_list(client: Client) -> None:
    state = area(name="Fairland")
    ada = legislator(name="Ada Byron", area=area(name="Shore", code="FL-7", parent=state), level="state")
    committee = organization(name="Ways", classification=OrganizationClassification.COMMITTEE)
    membership(person=ada, organization=committee)
    contact_detail(person=ada, value="ada@house.example")
    legislator(name="Other Holder")
    refresh()
    asked: list[dict[str, str]] = [
        {"q": "byron fl-7"},
        {"q": "ada@house.example"},
        {"level": "state"},
        {"committee": committee.public_id},
        {"organization": committee.public_id},
        {"area": state.public_id},
        {"has_email": "true"},
        {"has_email": "true", "q": "ways"},
    ]

    assert [names(client, **query) for query in asked] == [["Ada Byron"]] * len(asked)
    assert [names(client, **query) for query in ({"q": "nobody"}, {"area": "nowhere"}, {"level": "none"})] == [[]] * 3
    assert names(client) == ["Ada Byron", "Other Holder"]


@pytest.mark.parametrize(
    "query", [{}, {"q": "quarry"}, {"category": "policymaker"}, {"q": "quarry", "has_email": "true"}]
)
def test_the_api_asks_as_often_for_three_as_for_one(client: Client, query: dict[str, str]) -> None:
    headers = bearer(Role.COORDINATOR)

    def queries() -> int:
        refresh()
        client.get(PEOPLE, query, **headers)
        with CaptureQueriesContext(connection) as found:
            client.get(PEOPLE, query, **headers)
        return len(found)

    contact_detail(person=legislator(name="Quarry Holder"))
    one = queries()
    for _number in range(2):
        contact_detail(person=legislator(name="Quarry Holder"))

    assert queries() == one


@pytest.mark.parametrize("role", [*Role])
@pytest.mark.slow
def test_the_api_gives_hidden_people_to_nobody(client: Client, role: Role) -> None:
    hidden = person(name="Canary Quiet", visibility=Visibility.TEAM, owner=make_user())
    helper = office_scheduler(hidden, name="Desk Keeper")
    refresh()
    headers = bearer(role)

    texts = [
        client.get(path, **headers).content.decode()
        for path in (PEOPLE, f"{PEOPLE}?q=canary", f"{PEOPLE}{hidden.public_id}/", f"{PEOPLE}{helper.public_id}/")
    ]

    assert any("Canary" in text for text in texts) == (role == Role.DIRECTOR)


def test_the_id_of_somebody_merged_answers_with_who_she_became(client: Client) -> None:
    ada, twin, third = person(name="Ada Quay"), person(name="A. Quay"), person(name="Ada Q.")
    now = timezone.now()
    merge_people(twin, third, version=1, by=None, at=now)
    merge_people(ada, twin, version=1, by=None, at=now)

    answer = client.get(f"{PEOPLE}{third.public_id}/", **bearer(Role.COORDINATOR))

    assert (answer.status_code, answer.json()["id"]) == (200, ada.public_id)


def test_the_id_of_somebody_merged_into_a_hidden_person_answers_like_none(client: Client) -> None:
    hidden, twin = person(name="Ada Quay", visibility=Visibility.TEAM), person(name="A. Quay")
    merge_people(hidden, twin, version=1, by=None, at=timezone.now())

    assert client.get(f"{PEOPLE}{twin.public_id}/", **bearer(Role.COORDINATOR)).status_code == 404
