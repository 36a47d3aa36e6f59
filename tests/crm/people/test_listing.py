"""The people list: its filters, what others add to it, the way back to it, and what it never shows."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import django_filters
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm.access.enums import Role
from crm.access.models import Team
from crm.people import registry
from crm.people.actions import refresh_search_text
from crm.people.enums import MembershipRole, OrganizationClassification, PersonCategory, Visibility
from crm.people.models import Person
from crm.people.queries import chosen, listed
from crm.people.viewsets import CappedPaginator
from crm.places.enums import AreaClassification
from tests.factories.access import user as make_user
from tests.factories.people import contact_detail, legislator, membership, office_scheduler, organization, person
from tests.factories.places import area

pytestmark = pytest.mark.django_db
INDEX = "people:index"
RESULTS = "people:index_results"  # the same list without the page around it


def refresh() -> None:
    refresh_search_text(Person.objects.values_list("pk", flat=True), on=timezone.localdate())


def names(response: Any) -> list[str]:
    return [row.name for row in response.context["object_list"]]


def queries_of(client: Client, query: dict[str, Any]) -> int:
    client.get(reverse(INDEX), query)
    with CaptureQueriesContext(connection) as found:
        client.get(reverse(INDEX), query)
    return len(found)


def test_the_list_filters_by_level_body_area_owner_team_and_address(sign_in: Any) -> None:
    client = sign_in(Role.COORDINATOR)
    me = int(client.session["_auth_user_id"])
    nation = area(name="Fairland")
    team = Team.objects.create(name="Roads")
    place = area(parent=area(name="Shore", parent=nation))
    ada = legislator(name="Ada Byron", area=place, level="state", owner_id=me, team=team)
    works = organization(name="Gear Works", classification="company")
    membership(person=ada, organization=works)
    contact_detail(person=ada)
    other = make_user()
    legislator(name="Other Holder", owner=other, level="local")
    refresh()
    filters = {
        "level": "state",
        "organization": "gear works",
        "area": "fairland",
        "owner": "me",
        "team": team.pk,
        "has_email": "True",
    }

    for name, value in filters.items():
        assert names(client.get(reverse(RESULTS), {name: value})) == ["Ada Byron"], name
    assert names(client.get(reverse(RESULTS), {"owner": other.pk})) == ["Other Holder"]
    assert names(client.get(reverse(RESULTS), {"has_email": "False"})) == ["Other Holder"]
    assert names(client.get(reverse(RESULTS), filters)) == ["Ada Byron"]


def test_a_filter_nobody_can_read_shows_nobody_and_says_why(sign_in: Any) -> None:
    person(name="Ada Byron")
    user = make_user()

    response = sign_in(Role.COORDINATOR).get(reverse(INDEX), {"organization": "no such body"})

    assert (names(response), list(listed(user, "organization=no+such+body", timezone.localdate()))) == ([], [])
    assert "Nobody and nothing here is called that" in response.content.decode()


def test_people_without_a_seat_show_their_job(sign_in: Any) -> None:
    lee = person(name="Lee Diary", category=PersonCategory.PARTNER)
    works = organization(name="Gear Works", classification=OrganizationClassification.COMPANY)
    membership(person=lee, organization=works, role=MembershipRole.EMPLOYEE, label="head of roads")

    assert "<td>Head of roads, Gear Works</td>" in sign_in(Role.COORDINATOR).get(reverse(INDEX)).content.decode()


@pytest.mark.parametrize("asks", ["first page", "search", "filter", "search and filters", "export"])
def test_the_list_asks_as_often_for_three_as_for_one(sign_in: Any, asks: str) -> None:
    client = sign_in(Role.DIRECTOR)
    state = area(classification=AreaClassification.STATE)
    party = organization(classification=OrganizationClassification.PARTY)
    works = organization(name="Gear Works", classification="company")
    query: dict[str, Any] = {
        "first page": {},
        "search": {"q": "quarry"},
        "filter": {"state": state.pk},
        "search and filters": {
            "q": "quarry",
            "party": party.pk,
            "organization": "gear",
            "area": f"#{state.public_id}",
            "level": "state",
            "has_email": "True",
        },
        "export": {"export": "csv"},
    }[asks]

    def plant() -> None:
        made = legislator(name="Quarry Holder", area=area(parent=state), level="state", owner=make_user())
        membership(person=made, organization=party)
        membership(person=made, organization=works)
        contact_detail(person=made)
        refresh()

    plant()
    one = queries_of(client, query)
    plant()
    plant()

    assert queries_of(client, query) == one
    if asks != "export":
        assert len(names(client.get(reverse(INDEX), query))) == 3


class Begins(django_filters.CharFilter):
    """A filter of another slice, which knows who asks and for which day."""

    def filter(self, people: Any, value: str) -> Any:
        assert (self.parent.user.pk, self.parent.on) == (self.parent.user.pk, timezone.localdate())
        return people.filter(name__startswith=value) if value else people


@pytest.fixture
def additions() -> Iterator[None]:
    """A filter, a button and a bulk act, as other slices add them."""
    registry.register_list_filter("begins", lambda: Begins(label="Begins with"))
    registry.register_list_header("guide", lambda request: (f"Guide {request.GET.get('q', '')}", "/guide/", "help"))
    registry.register_bulk_act("wave", "Wave to them", INDEX, allowed=lambda user: user.role == Role.DIRECTOR)
    yield
    registry._list_filters.pop("begins")
    registry._list_headers.pop("guide")
    registry._bulk_acts.pop("wave")


@pytest.mark.usefixtures("additions")
def test_others_add_filters_buttons_and_bulk_acts(sign_in: Any) -> None:
    ada = person(name="Ada Byron", search_text="ada byron")
    person(name="Lee Diary", search_text="lee diary")
    client = sign_in(Role.DIRECTOR)

    response = client.get(reverse(INDEX), {"begins": "Ada", "q": "a", "p": 1, "ordering": "-sort_name"})

    text = response.content.decode()
    assert names(response) == ["Ada Byron"]
    assert 'href="/guide/"' in text
    assert ("Wave to them" in text, f'name="ids" value="{ada.public_id}"' in text) == (True, True)
    assert 'name="query" value="begins=Ada&amp;q=a"' in text
    assert "Wave to them" not in sign_in(Role.COORDINATOR).get(reverse(INDEX)).content.decode()


@pytest.mark.usefixtures("additions")
def test_what_is_listed_is_what_the_list_shows(sign_in: Any) -> None:
    on = timezone.localdate()
    state = area(classification=AreaClassification.STATE)
    legislator(name="Ada Byron", area=area(parent=state))
    legislator(name="Lee Diary", visibility=Visibility.TEAM, owner=make_user())
    person(name="Ada Hall", category=PersonCategory.PARTNER)
    refresh()
    client = sign_in(Role.COORDINATOR)
    user = make_user(role=Role.COORDINATOR)

    for query in ({}, {"q": "ada"}, {"state": state.pk}, {"q": "ada", "category": "partner"}, {"begins": "Ada B"}):
        shown = names(client.get(reverse(RESULTS), query))
        assert [row.name for row in listed(user, urlencode(query), on)] == shown, query


def test_chosen_are_the_ticked_ones_one_may_see_or_the_whole_list() -> None:
    user, on = make_user(), timezone.localdate()
    ada, lee = person(name="Ada Byron"), person(name="Lee Diary")
    hidden = person(name="Quiet", visibility=Visibility.TEAM, owner=make_user())
    ids = [ada.public_id, hidden.public_id, "nobody"]
    refresh()

    assert list(chosen(user, ids=ids, everybody=False, query_string="q=lee", on=on)) == [ada]
    assert list(chosen(user, ids=ids, everybody=True, query_string="q=lee", on=on)) == [lee]


def test_the_list_stays_as_it_was_while_one_opens_and_edits_somebody(sign_in: Any) -> None:
    made = person(name="Ada Byron", search_text="ada byron")
    client = sign_in(Role.COORDINATOR)
    kept = urlencode({"list": "q=ada&ordering=-sort_name"})
    page, edit = reverse("people:page", args=[made.public_id]), reverse("people:edit", args=[made.pk])
    values = {"name": "Ada King", "category": "policymaker", "visibility": "organisation", "version": 1}

    listing = client.get(reverse(INDEX), {"q": "ada", "ordering": "-sort_name"}).content.decode()
    opened = client.get(f"{page}?{kept}").content.decode()
    form = client.get(f"{edit}?{kept}").content.decode()
    saved = client.post(f"{edit}?{kept}", values)

    assert (f'href="{page}?{kept}"' in listing, f'href="{edit}?{kept}"' in opened) == (True, True)
    assert f'href="{reverse(INDEX)}?q=ada&amp;ordering=-sort_name"' in opened
    assert f'action="{edit}?{kept}"' in form
    assert saved.url == f"{page}?{kept}"


class FourAtMost(CappedPaginator):
    limit = 4


def test_pages_end_where_counting_ends() -> None:
    for number in range(6):
        person(name=f"Person {number}")
    rows = Person.objects.all()

    capped, whole = FourAtMost(rows, 2), CappedPaginator(rows, 2)

    assert (capped.count, capped.is_capped, capped.num_pages, capped.items_count_label) == (
        5,
        True,
        2,
        "more than 4 people",
    )
    assert (whole.count, whole.is_capped, whole.num_pages, whole.items_count_label) == (6, False, 3, "6 people")
    assert [row.name for row in capped.get_page(99)] == ["Person 2", "Person 3"]


@pytest.mark.parametrize("role", [*Role])
@pytest.mark.slow
def test_hidden_people_are_in_no_list_search_filter_or_export(client: Client, role: Role) -> None:
    user = make_user(role=role)
    client.force_login(user)
    state = area(classification=AreaClassification.STATE)
    hidden = legislator(name="Canary Quiet", area=state, visibility=Visibility.TEAM, owner=make_user(first_name="Kim"))
    office_scheduler(hidden, name="Desk Keeper")
    contact_detail(person=hidden)
    refresh()
    queries: list[dict[str, Any]] = [
        {},
        {"q": "canary"},
        {"state": state.pk},
        {"owner": hidden.owner_id},
        {"organization": "Office of"},
        {"has_email": "True"},
        {"export": "csv"},
    ]

    texts = []
    for query in queries:
        response = client.get(reverse(INDEX if "export" in query else RESULTS), query)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        texts.append(body.decode().replace('value="canary"', ""))

    assert any("Canary" in text for text in texts) == (role == Role.DIRECTOR)
    found = [hidden in listed(user, urlencode(query), timezone.localdate()) for query in queries[:-1]]
    assert found == [role == Role.DIRECTOR] * 6
