from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm.access.enums import Role
from crm.people.actions import refresh_search_text
from crm.people.enums import MembershipRole, OrganizationClassification, PersonCategory, Visibility
from crm.people.forms import CommitteeField, OrganizationField, PersonField
from crm.people.models import Person
from tests.factories.access import user as make_user
from tests.factories.people import legislator, membership, office_scheduler, organization, person
from tests.factories.places import area

pytestmark = pytest.mark.django_db


def rows(client: Client, name: str, **asked: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = client.get(reverse(name), asked).json()["rows"]
    return found


def refresh() -> None:
    refresh_search_text(Person.objects.values_list("pk", flat=True), on=timezone.localdate())


def test_people_are_suggested_with_what_they_are(sign_in: Any) -> None:
    ada = legislator(name="Ada Byron", area=area(code="TX-7"))
    lee = person(name="Lee Byron", category=PersonCategory.PARTNER)
    membership(
        person=lee, organization=organization(name="Gear Works", classification="company"), role=MembershipRole.EMPLOYEE
    )
    refresh()

    found = rows(sign_in(Role.COORDINATOR), "crm_suggest_people", q="byron")

    assert [row["label"] for row in found] == [
        f"Ada Byron — Representative TX-7 #{ada.public_id}",
        f"Lee Byron — Employee, Gear Works #{lee.public_id}",
    ]


def test_what_is_suggested_is_what_the_field_understands(sign_in: Any) -> None:
    ada, _other = person(name="Ada Byron"), person(name="Ada Byron")
    body = organization(name="Ways", classification=OrganizationClassification.COMMITTEE)
    organization(name="Ways and Means", classification=OrganizationClassification.COMMITTEE)
    refresh()
    client = sign_in(Role.COORDINATOR)
    labels = [row["label"] for row in rows(client, "crm_suggest_people", q="ada")]
    people, committees = PersonField(), CommitteeField()
    people.user = committees.user = make_user()

    assert people.clean(next(label for label in labels if ada.public_id in label)) == ada
    assert committees.clean("ways") == body
    assert [row["note"] for row in rows(client, "crm_suggest_organizations", q="ways", kind="committee")] == [
        "committee",
        "committee",
    ]


def test_areas_are_suggested_by_code_before_name(sign_in: Any) -> None:
    coded = area(name="Northern Coast", code="WA")
    area(name="Walden", code="X-1")

    found = rows(sign_in(Role.COORDINATOR), "crm_suggest_areas", q="wa")

    assert [row["name"] for row in found] == [coded.name, "Walden"]


def test_suggestions_stop_at_ten_and_start_with_a_text(sign_in: Any) -> None:
    for _number in range(12):
        organization(name="Same words")
    client = sign_in(Role.COORDINATOR)

    assert [len(rows(client, "crm_suggest_organizations", q=text)) for text in ("same", "", "\x00")] == [10, 0, 0]


@pytest.mark.parametrize("name", ["crm_suggest_people", "crm_suggest_organizations", "crm_suggest_areas"])
def test_suggestions_ask_as_often_for_three_as_for_one(sign_in: Any, name: str) -> None:
    client = sign_in(Role.COORDINATOR)

    def queries() -> int:
        refresh()
        rows(client, name, q="quarry")
        with CaptureQueriesContext(connection) as found:
            rows(client, name, q="quarry")
        return len(found)

    def plant() -> None:
        legislator(name="Quarry Holder", area=area(name="Quarry"))
        organization(name="Quarry board", parent=organization())

    plant()
    one = queries()
    plant()
    plant()

    assert queries() == one


@pytest.mark.parametrize("role", [*Role])
@pytest.mark.slow
def test_hidden_people_are_suggested_to_nobody(client: Client, role: Role) -> None:
    client.force_login(make_user(role=role))
    hidden = person(name="Canary Quiet", visibility=Visibility.TEAM, owner=make_user())
    membership(person=hidden, organization=organization(name="Open Works", classification="company"))
    office_scheduler(hidden, name="Desk Keeper")
    refresh()
    if role == Role.DIRECTOR:
        return

    shown = [
        client.get(reverse(name), asked).content.decode()
        for name in ("crm_suggest_people", "crm_suggest_organizations", "crm_similar_people")
        for asked in ({"q": "canary"}, {"q": "desk"}, {"name": "Canary Quiet"})
    ]

    assert [text for text in shown if "Canary" in text] == []


def test_fields_know_where_their_suggestions_are() -> None:
    assert str(PersonField().widget.attrs["data-suggest"]) == "/admin/people/suggest/"
    assert str(OrganizationField().widget.attrs["data-suggest"]) == "/admin/organizations/suggest/"
    assert str(CommitteeField().widget.attrs["data-suggest"]) == "/admin/organizations/suggest/?kind=committee"


def test_a_name_that_is_here_already_is_shown_while_one_types(sign_in: Any) -> None:
    known = legislator(name="Ada Byron")
    refresh()
    client = sign_in(Role.COORDINATOR)
    url = reverse("crm_similar_people")

    assert reverse("people:page", args=[known.public_id]) in client.get(url, {"name": "Ada Byron"}).content.decode()
    assert client.get(url, {"name": "Ad"}).content.decode().strip() == ""
    assert sign_in(Role.AUDITOR).get(url, {"name": "Ada Byron"}).status_code == 403
