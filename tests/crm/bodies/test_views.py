from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.access.enums import Role
from crm.bodies.rules import SourceRead, sources_read
from crm.people.enums import MembershipRole, OrganizationClassification, Side, Visibility
from crm.people.models import Identifier, Organization, OtherName
from tests.factories.access import user as make_user
from tests.factories.people import contact_detail, legislator, membership, office_scheduler, organization, person, post
from tests.factories.places import area

pytestmark = pytest.mark.django_db
INDEX = "organizations:index"
RESULTS = "organizations:index_results"  # the same list without the page around it
COMMITTEE = OrganizationClassification.COMMITTEE


def page_of(body: Organization) -> str:
    return reverse("organizations:page", args=[body.public_id])


def text_of(client: Client, url: str) -> str:
    return " ".join(client.get(url).content.decode().split())


def queries_of(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as found:
        client.get(url)
    return len(found)


def names(response: Any) -> list[str]:
    return [row.name for row in response.context["object_list"]]


def test_bodies_are_found_by_name_and_by_another_name(sign_in: Any) -> None:
    body = organization(name="Committee on Ways", classification=COMMITTEE)
    organization(name="Other")
    OtherName.objects.create(organization=body, name="Purse panel")
    client = sign_in(Role.COORDINATOR)

    for words in ("ways", "Ways COMM", "purse"):
        assert names(client.get(reverse(RESULTS), {"q": words})) == ["Committee on Ways"], words
    assert names(client.get(reverse(RESULTS), {"q": "nobody"})) == []


def test_bodies_are_filtered_by_kind_level_area_and_parent(sign_in: Any) -> None:
    state = area(name="Fairland")
    parent = organization(name="Assembly")
    found = organization(
        name="Ways", classification=COMMITTEE, level="state", area=area(name="Shore", parent=state), parent=parent
    )
    client = sign_in(Role.COORDINATOR)
    filters = {
        "classification": "committee",
        "level": "state",
        "area": f"#{state.public_id}",
        "parent": f"Assembly #{parent.public_id}",
    }

    for name, value in filters.items():
        assert names(client.get(reverse(RESULTS), {name: value})) == [found.name], name
    refused = client.get(reverse(RESULTS), {"parent": "nobody"})
    assert (names(refused), "Nobody and nothing here is called that" in refused.content.decode()) == ([], True)


@pytest.mark.parametrize("query", [{}, {"q": "ways"}, {"level": "state"}, {"q": "ways", "level": "state"}])
def test_list_of_bodies_asks_as_often_for_three_as_for_one(sign_in: Any, query: dict[str, str]) -> None:
    client = sign_in(Role.COORDINATOR)
    url = f"{reverse(INDEX)}?{'&'.join(f'{key}={value}' for key, value in query.items())}"

    def plant() -> None:
        body = organization(name="Ways", level="state", area=area(), parent=organization())
        membership(organization=body)

    plant()
    one = queries_of(client, url)
    plant()
    plant()

    assert queries_of(client, url) == one


def full_body() -> Organization:
    """A committee with everything its page can show."""
    body = organization(name="Ways", classification=COMMITTEE, parent=organization(name="Assembly"), source="roll")
    chair = membership(
        person=legislator(name="Ada Chair"), organization=body, role=MembershipRole.CHAIR, rank=1, side=Side.MAJORITY
    )
    membership(person=person(name="Lee Former"), organization=body, end_date="2001")
    membership(member_organization=organization(name="Allied Union", classification="ngo"), organization=body)
    organization(name="Ways Part", classification=OrganizationClassification.SUBCOMMITTEE, parent=body)
    membership(person=chair.person, organization=body, post=post(organization=body, label="First seat"))
    post(organization=body, label="Empty seat")
    contact_detail(organization=body, value="ways@assembly.example")
    Identifier.objects.create(organization=body, scheme="roll", identifier=f"W-{body.pk}")
    return body


def test_the_page_of_a_body_shows_members_posts_parts_and_contacts(sign_in: Any) -> None:
    body = full_body()

    text = text_of(sign_in(Role.COORDINATOR), page_of(body))

    wanted = (
        *("Assembly", "Ada Chair", "Chair · rank 1", "majority", "Lee Former", "until 2001", "Allied Union"),
        *("Ways Part", "First seat", "Empty seat", "vacant", "ways@assembly.example", f"W-{body.pk}", "roll"),
    )
    assert [word for word in wanted if word not in text] == []
    assert text.count("vacant") == 1


def test_the_page_of_a_body_asks_as_often_for_three_members_as_for_one(sign_in: Any) -> None:
    client = sign_in(Role.COORDINATOR)
    body = full_body()
    one = queries_of(client, page_of(body))
    for _number in range(2):
        membership(organization=body, post=post(organization=body))
        membership(organization=body, end_date="2001")
        organization(parent=body)

    assert queries_of(client, page_of(body)) == one


def test_a_body_is_added_and_edited_and_leads_back_to_its_list(sign_in: Any) -> None:
    parent = organization(name="Assembly")
    client = sign_in(Role.COORDINATOR)
    values = {"name": "Ways", "classification": "committee", "parent": f"Assembly #{parent.public_id}"}

    client.post(reverse("organizations:add"), values)
    made = Organization.objects.get(name="Ways")
    edit = reverse("organizations:edit", args=[made.pk]) + "?list=q%3Dways"
    first = client.post(edit, values | {"name": "Ways and Roads", "version": 1})
    stale = client.post(edit, values | {"name": "Other", "version": 1})

    made.refresh_from_db()
    assert (made.name, made.parent, first.url, stale.status_code) == (
        "Ways and Roads",
        parent,
        f"{page_of(made)}?list=q%3Dways",
        409,
    )
    assert f'href="{reverse(INDEX)}?q=ways"' in client.get(first.url).content.decode()


def test_a_body_is_never_part_of_itself(sign_in: Any) -> None:
    body = organization(name="Ways")
    part = organization(name="Ways Part", parent=body)
    values = {"name": "Ways", "classification": "chamber", "parent": f"#{part.public_id}", "version": 1}

    response = sign_in(Role.COORDINATOR).post(reverse("organizations:edit", args=[body.pk]), values)

    body.refresh_from_db()
    assert (response.status_code, body.parent) == (200, None)
    assert "A body cannot be part of itself or of its own parts; pick another one." in response.content.decode()


def test_the_page_of_a_person_shows_what_she_held_and_where_we_know_it_from(sign_in: Any) -> None:
    ada = legislator(name="Ada Byron", source="Assembly roll", sourced_on=date(2020, 1, 1))
    body = organization(name="Ways", classification=COMMITTEE, parent=organization(name="Assembly"))
    membership(person=ada, organization=body, rank=3, side=Side.MINORITY, start_date="2025-02")
    membership(person=ada, organization=organization(name="Gear Works"), end_date="1999-05")
    OtherName.objects.create(person=ada, name="Ada King")
    Identifier.objects.create(person=ada, scheme="roll", identifier="A-1")

    text = text_of(sign_in(Role.COORDINATOR), reverse("people:page", args=[ada.public_id]))

    wanted = (
        *("Ways", "rank 3", "minority", "since 2025-02", "1 earlier or later one", "Gear Works", "until 1999-05"),
        *("Ada King", "A-1", "Assembly roll", "older than a year: check it"),
    )
    assert [word for word in wanted if word not in text] == []


def test_the_page_of_a_person_asks_as_often_for_three_seats_as_for_one(sign_in: Any) -> None:
    client = sign_in(Role.COORDINATOR)
    ada = legislator()
    url = reverse("people:page", args=[ada.public_id])

    def plant() -> None:
        membership(person=ada, organization=organization(parent=organization()), area=area())
        membership(person=ada, end_date="2001")
        OtherName.objects.create(person=ada, name="Other")

    plant()
    one = queries_of(client, url)
    plant()
    plant()

    assert queries_of(client, url) == one


def test_sources_are_told_once_with_the_newest_day() -> None:
    on = date(2026, 3, 2)
    facts = {("roll", "", date(2024, 1, 1)), ("roll", "", date(2026, 2, 10)), ("", "", None), ("letter", "", None)}

    found = sources_read(facts, on)

    assert found == [SourceRead("roll", "", 20), SourceRead("letter", "", None)]
    assert [source.is_old for source in [*found, SourceRead("roll", "", 366), SourceRead("roll", "", 365)]] == [
        False,
        False,
        True,
        False,
    ]


@pytest.mark.parametrize("role", [*Role])
@pytest.mark.slow
def test_hidden_people_show_on_no_page_of_a_body(client: Client, role: Role) -> None:
    client.force_login(make_user(role=role))
    hidden = legislator(name="Canary Quiet", visibility=Visibility.TEAM, owner=make_user())
    body = hidden.memberships.get().organization
    membership(person=hidden, organization=body, end_date="2001")
    helper = office_scheduler(hidden, name="Desk Keeper")
    office = helper.memberships.get().organization
    screens: list[Callable[[], Any]] = [
        lambda: client.get(reverse(RESULTS), {"q": "canary"}),
        lambda: client.get(reverse(RESULTS)),
        lambda: client.get(page_of(body)),
        lambda: client.get(page_of(office)),
        lambda: client.get(reverse("people:page", args=[helper.public_id])),
        lambda: client.get(reverse("people:index_results")),
    ]

    texts = [screen().content.decode() for screen in screens]

    shown = ["Canary" in text.replace('value="canary"', "") for text in texts]
    assert any(shown) == (role == Role.DIRECTOR)
