from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from crm.access.enums import Role
from crm.access.models import Team, User
from crm.activity.models import ActivityEntry
from crm.bulk.viewsets import kept_as
from crm.changes.views import undo_url
from crm.people.enums import Level, Visibility
from crm.people.models import Person
from tests.factories.access import user
from tests.factories.people import person

pytestmark = pytest.mark.django_db

LIST = "/admin/people/?q=ada"
NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)


def address(row: Person, field: str = "level") -> str:
    return reverse("crm_set_field", args=[row.public_id, field])


def test_a_field_is_saved_and_leads_back_to_the_same_list(coordinator: User, client: Client) -> None:
    ada = person(name="Ada")
    client.force_login(coordinator)

    answer = client.post(address(ada), {"level": "state", "version": 1, "next": LIST}, follow=True)

    ada.refresh_from_db()
    assert (answer.redirect_chain, ada.level, ada.version) == ([(LIST, 302)], Level.STATE, 2)
    assert f'href="{undo_url(ActivityEntry.objects.get())}"' in answer.content.decode()


def test_the_same_value_again_changes_nothing(coordinator: User, client: Client) -> None:
    ada = person(level=Level.STATE)
    client.force_login(coordinator)

    answers = [client.post(address(ada), {"level": "state", "version": 1, "next": LIST}) for _time in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert (Person.objects.get().version, ActivityEntry.objects.count()) == (1, 0)


def test_a_stale_version_answers_with_both(coordinator: User, client: Client) -> None:
    ada = person(level=Level.LOCAL, version=3)
    client.force_login(coordinator)

    answer = client.post(address(ada), {"level": "state", "version": 2, "next": LIST})

    assert answer.status_code == 409
    assert (answer.context["ours"], answer.context["theirs"]) == (
        [("Level", "state or region")],
        [("Level", "local")],
    )
    assert Person.objects.get().level == Level.LOCAL


def test_a_wrong_value_shows_the_form_again(coordinator: User, client: Client) -> None:
    ada = person(level=Level.LOCAL)
    client.force_login(coordinator)

    answer = client.post(address(ada), {"level": "galactic", "version": 1, "next": LIST})

    assert (answer.status_code, list(answer.context["form"].errors), answer.context["next"]) == (422, ["level"], LIST)
    assert Person.objects.get().version == 1


@pytest.mark.parametrize(("field", "value"), [("nonsense", "x"), ("name", "Eve"), ("merged_into", "1")])
def test_other_fields_have_no_such_form(field: str, value: str, coordinator: User, client: Client) -> None:
    ada = person(name="Ada")
    client.force_login(coordinator)

    answer = client.post(address(ada, field), {field: value, "version": 1})

    assert (answer.status_code, Person.objects.get().version) == (404, 1)


def test_another_site_is_no_way_back(coordinator: User, client: Client) -> None:
    ada = person()
    client.force_login(coordinator)

    answer = client.post(address(ada), {"level": "state", "version": 1, "next": "https://evil.example/"})

    assert answer.headers["Location"].startswith(reverse("people:page", args=[ada.public_id]))


def test_a_person_kept_by_somebody_else_is_not_opened(coordinator: User, client: Client) -> None:
    team = Team.objects.create(name="North")
    team.members.add(coordinator)
    ada = person(visibility=Visibility.TEAM, owner=user(), team=team)
    client.force_login(coordinator)

    answer = client.post(address(ada, "visibility"), {"visibility": "organisation", "version": 1})

    assert (answer.status_code, Person.objects.get().visibility) == (422, Visibility.TEAM)


@pytest.mark.parametrize("role", Role)
def test_who_may_edit_in_place(role: Role, client: Client) -> None:
    ada = person()
    client.force_login(user(role=role))

    client.post(address(ada), {"level": "state", "version": 1})

    assert Person.objects.get().level == (Level.STATE if role in {Role.COORDINATOR, Role.DIRECTOR} else "")


def test_the_script_gets_the_form_alone(coordinator: User, client: Client) -> None:
    ada = person()
    client.force_login(coordinator)

    answer = client.get(address(ada), {"part": "1", "next": LIST})

    assert answer.content.decode().lstrip().startswith("<form")
    assert answer.context["next"] == LIST


def test_readers_see_the_values_without_links(client: Client) -> None:
    ada = person(level=Level.STATE)

    cell = kept_as([ada.pk], user(role=Role.AUDITOR), NOW)[ada.pk]

    assert ("state or region" in cell, "<a " in cell) == (True, False)


@pytest.mark.parametrize("count", [1, 3])
def test_the_column_takes_one_query(
    count: int, coordinator: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ids = [person(owner=user()).pk for _number in range(count)]

    with django_assert_num_queries(1):
        kept_as(ids, coordinator, NOW)
