from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from crm.access.enums import Role
from crm.palette.registry import providers
from crm.people.enums import OrganizationClassification, Visibility
from tests.factories.access import user
from tests.factories.people import office_scheduler, organization, person

pytestmark = pytest.mark.django_db

SUGGEST = "crm_palette_suggest"
STAFF = [Role.VOLUNTEER, Role.EDITOR, Role.MODERATOR, Role.COORDINATOR, Role.DIRECTOR, Role.AUDITOR, Role.SYSADMIN]


def found(client: Client, **asked: Any) -> dict[str, list[str]]:
    answer = client.get(reverse(SUGGEST), asked).json()
    return {group["label"]: [hit["label"] for hit in group["hits"]] for group in answer["groups"]}


def test_people_organizations_and_pages_are_found(client: Client) -> None:
    person(name="Ada Taskin", search_text="ada taskin")
    organization(name="Task Force on Rivers")
    client.force_login(user(role=Role.COORDINATOR))

    groups = found(client, q="TASK")

    assert (groups["People"], groups["Organizations"]) == (["Ada Taskin"], ["Task Force on Rivers"])
    assert "Tasks" in groups["Pages"]


def test_without_words_the_pages_of_the_menu_come(client: Client) -> None:
    client.force_login(user(role=Role.COORDINATOR))

    groups = found(client)

    assert list(groups) == ["Pages"]
    assert {"People", "Tasks", "Organizations"} <= set(groups["Pages"])
    assert "Changes" not in groups["Pages"]


def test_a_page_is_found_by_the_menu_it_is_in(client: Client) -> None:
    client.force_login(user(role=Role.DIRECTOR))

    assert "Changes" in found(client, q="reports chan")["Pages"]


def test_visited_rows_come_back_by_address(client: Client) -> None:
    ada, body = person(name="Ada"), organization(name="Harbour Council")
    client.force_login(user(role=Role.COORDINATOR))
    addresses = [
        reverse("reference_organizations_modeladmin_inspect", args=[body.pk]),
        "/admin/nowhere/",
        "//evil.example/",
        reverse("people:page", args=[ada.public_id]),
    ]

    groups = found(client, recent=addresses)

    assert groups["Looked at lately"] == ["Harbour Council", "Ada"]


@pytest.mark.parametrize("role", Role)
@pytest.mark.slow
def test_hidden_rows_are_found_by_directors_only(role: Role, client: Client) -> None:
    hidden = person(
        name="Canarykestrel",
        search_text="canarykestrel",
        visibility=Visibility.TEAM,
        owner=user(role=Role.DIRECTOR),
    )
    office_scheduler(hidden, name="Office Mouse", search_text="office mouse", visibility=Visibility.TEAM)
    visited = [reverse("people:page", args=[hidden.public_id])]
    client.force_login(user(role=role))

    answers = [
        client.get(reverse(SUGGEST), {"q": "canarykestrel"}),
        client.get(reverse(SUGGEST), {"recent": visited}),
        client.get(reverse("crm_palette"), {"q": "canarykestrel"}),
    ]

    told = ["Canarykestrel" in answer.content.decode() for answer in answers]
    assert told == [role == Role.DIRECTOR] * 3


@pytest.mark.parametrize("role", [Role.ADVOCATE, Role.API_CLIENT])
def test_the_palette_is_for_staff(role: Role, client: Client) -> None:
    client.force_login(user(role=role))

    assert client.get(reverse(SUGGEST)).status_code in {302, 403, 404}


@pytest.mark.slow
@pytest.mark.parametrize("role", STAFF)
def test_every_page_offered_opens(role: Role, client: Client) -> None:
    client.force_login(user(role=role))
    groups = client.get(reverse(SUGGEST)).json()["groups"]
    ours = [hit for group in groups for hit in group["hits"] if "/localize/" not in hit["url"]]

    statuses = {hit["url"]: client.get(hit["url"], follow=True).status_code for hit in ours}

    assert {url: status for url, status in statuses.items() if status != 200} == {}


def test_without_the_script_it_is_a_search_page(client: Client) -> None:
    ada = person(name="Ada Quist", search_text="ada quist")
    client.force_login(user(role=Role.COORDINATOR))

    page = client.get(reverse("crm_palette"), {"q": "quist"}).content.decode()

    assert f'<a href="{reverse("people:page", args=[ada.public_id])}">Ada Quist</a>' in page
    assert "Nothing here is called that" in client.get(reverse("crm_palette"), {"q": "zzz"}).content.decode()


def test_the_shortcut_is_in_the_help(client: Client) -> None:
    client.force_login(user(role=Role.COORDINATOR))

    page = client.get(reverse("wagtailadmin_home")).content.decode()

    assert "<kbd>Ctrl / ⌘ + k</kbd>" in page
    assert "<kbd>?</kbd>" in page


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_a_search_do_not_grow(count: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(count):
        person(name=f"Ada {number}", search_text=f"ada {number}")
        organization(name=f"Ada House {number}", classification=OrganizationClassification.NGO)
    director = user(role=Role.DIRECTOR)

    with django_assert_num_queries(6):
        hits = [list(provider.find(director, "ada")) for provider in providers()]

    assert sum(map(len, hits)) == 2 * count
