from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm.access.enums import Role
from crm.people.actions import refresh_search_text
from crm.people.enums import OrganizationClassification, PersonCategory, Visibility
from crm.people.models import Person
from crm.places.enums import AreaClassification
from tests.factories.people import contact_detail, legislator, membership, organization, person
from tests.factories.places import area

pytestmark = pytest.mark.django_db
INDEX = "people:index"


def names(response: Any) -> list[str]:
    return [row.name for row in response.context["object_list"]]


def queries_of(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as found:
        client.get(url)
    return len(found)


@pytest.fixture
def texas() -> Any:
    return area(name="Texas", code="TX", classification=AreaClassification.STATE, identifier="ocd-division/tx")


def test_people_list_finds_by_name_email_committee_and_district(sign_in, texas) -> None:
    district = area(name="Texas 7", code="TX-7", parent=texas)
    found = legislator(name="Zoë Ångström", area=district)
    legislator(name="Other Holder")
    contact_detail(person=found, value="zoe@house.example")
    committee = organization(name="Committee on Ways", classification=OrganizationClassification.COMMITTEE)
    membership(person=found, organization=committee)
    refresh_search_text(Person.objects.values_list("pk", flat=True), on=timezone.localdate())
    client = sign_in(Role.COORDINATOR)

    for words in ("zoe ang", "zoe@house.example", "ways", "tx-7", "texas"):
        assert names(client.get(reverse(INDEX), {"q": words})) == ["Zoë Ångström"], words
    assert names(client.get(reverse("people:index_results"), {"q": "nobody"})) == []


def test_people_list_filters_by_state_chamber_party_and_committee(sign_in, texas) -> None:
    found = legislator(name="Ada Byron", area=area(parent=texas))
    legislator(name="Other Holder")
    seat = found.memberships.get()
    party = organization(name="Blue", classification=OrganizationClassification.PARTY)
    committee = organization(name="Ways", classification=OrganizationClassification.COMMITTEE)
    membership(person=found, organization=party)
    membership(person=found, organization=committee)
    client = sign_in(Role.COORDINATOR)
    filters = {
        "state": texas.pk,
        "chamber": seat.organization_id,
        "party": party.pk,
        "committee": f"#{committee.public_id}",
    }

    for name, value in filters.items():
        assert names(client.get(reverse(INDEX), {name: value})) == ["Ada Byron"], name


def test_people_list_shows_seat_party_and_term_end(sign_in) -> None:
    found = legislator(name="Ada Byron", area=area(code="TX-7"))
    found.memberships.update(end_date="2027-01-03")
    membership(person=found, organization=organization(name="Blue", classification=OrganizationClassification.PARTY))

    text = sign_in(Role.COORDINATOR).get(reverse(INDEX)).content.decode()

    assert [words in text for words in ("Representative TX-7", "Blue", "2027-01-03")] == [True, True, True]


def test_people_list_asks_as_often_for_three_as_for_one(sign_in) -> None:
    client = sign_in(Role.COORDINATOR)
    legislator()
    one = queries_of(client, reverse(INDEX))
    legislator()
    legislator()

    assert queries_of(client, reverse(INDEX)) == one


def test_the_list_leads_to_the_export_that_asks_why(sign_in) -> None:
    person()

    answers = [sign_in(role).get(reverse(INDEX), {"export": "csv"}) for role in (Role.COORDINATOR, Role.DIRECTOR)]

    assert [answer.status_code for answer in answers] == [403, 403]
    page = sign_in(Role.DIRECTOR).get(reverse(INDEX), {"q": "robin"}).content.decode()
    assert f"{reverse('crm_new_export', args=['people'])}?query=q%3Drobin" in page


def test_a_person_is_created_and_edited_through_the_forms(sign_in) -> None:
    client = sign_in(Role.COORDINATOR)
    values = {"name": "Ada Byron", "category": PersonCategory.PARTNER, "visibility": Visibility.ORGANISATION}

    client.post(reverse("people:add"), values)
    made = Person.objects.get()
    response = client.post(reverse("people:edit", args=[made.pk]), values | {"name": "Ada King", "version": 1})

    assert response.url == reverse("people:page", args=[made.public_id])
    assert [(row.name, row.version) for row in Person.objects.all()] == [("Ada King", 2)]


def test_a_stale_form_answers_409_with_both_versions_and_saves_nothing(sign_in) -> None:
    made = person(name="Ada Byron")
    client = sign_in(Role.COORDINATOR)
    values = {"category": PersonCategory.POLICYMAKER, "visibility": Visibility.ORGANISATION, "version": 1}
    edit = reverse("people:edit", args=[made.pk])
    client.post(edit, values | {"name": "Ada First"})

    response = client.post(edit, values | {"name": "Ada Second"})

    text = response.content.decode()
    assert response.status_code == 409
    assert ("Ada First" in text, "Ada Second" in text) == (True, True)
    assert [row.name for row in Person.objects.all()] == ["Ada First"]


def test_a_person_made_for_the_team_belongs_to_who_made_her(sign_in) -> None:
    client = sign_in(Role.COORDINATOR)

    client.post(reverse("people:add"), {"name": "Quiet", "category": "partner", "visibility": Visibility.TEAM})

    assert [row.owner_id for row in Person.objects.all()] == [int(client.session["_auth_user_id"])]


def test_reference_lists_open_and_take_no_foreign_lookup(sign_in) -> None:
    holder = legislator(name="Ada Byron")
    body = holder.memberships.get().organization
    client = sign_in(Role.COORDINATOR)

    for name in ("organizations", "committees", "posts", "areas", "issues"):
        assert client.get(f"/admin/reference/{name}/").status_code == 200, name
    probe = client.get("/admin/reference/organizations/", {"memberships__person__name__startswith": "Z"})
    filtered = client.get("/admin/reference/organizations/", {"classification__exact": "party"})
    assert [row.name for row in probe.context["object_list"]] == [body.name]
    assert list(filtered.context["object_list"]) == []


def test_an_organization_is_edited_with_its_version(sign_in) -> None:
    body = organization(name="Chamber")
    client = sign_in(Role.COORDINATOR)
    edit = f"/admin/reference/organizations/edit/{body.pk}/"
    values = {"name": "House", "classification": "chamber", "version": 1}

    first = client.post(edit, values)
    second = client.post(edit, values | {"name": "Senate"})

    body.refresh_from_db()
    assert (first.status_code, second.status_code, body.name) == (302, 409, "House")
