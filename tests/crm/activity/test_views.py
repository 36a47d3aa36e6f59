import pytest
from django.test import Client
from django.urls import reverse

from crm.access.enums import Role
from crm.access.models import User
from crm.people.actions import edit_person
from tests.crm.changes.test_views import edited
from tests.factories.access import user
from tests.factories.people import person

pytestmark = pytest.mark.django_db


def test_the_timeline_is_beside_the_form_with_a_shortcut(coordinator: User, client: Client) -> None:
    ada = person(language="en")
    edited(ada, coordinator, language="es")
    client.force_login(coordinator)

    page = client.get(reverse("people:edit", args=[ada.pk])).content.decode()

    assert 'data-side-panel="timeline"' in page
    assert 'data-w-kbd-key-value="ctrl+alt+h"' in page
    assert "The profile was edited." in page


def test_the_panel_shows_no_more_than_ten_entries(coordinator: User, client: Client) -> None:
    ada = person(language="en")
    for number in range(12):
        ada.refresh_from_db()
        edit_person(ada, version=ada.version, by=coordinator, at=ada.updated_at, language=f"l{number}")
    client.force_login(coordinator)

    page = client.get(reverse("people:edit", args=[ada.pk])).content.decode()

    assert page.count("The profile was edited.") == 10


@pytest.mark.parametrize("role", [Role.EDITOR, Role.VOLUNTEER, Role.MODERATOR])
def test_roles_without_timelines_have_no_panel(role: Role, client: Client, coordinator: User) -> None:
    ada = person(language="en")
    edited(ada, coordinator, language="xx")
    client.force_login(user(role=role))

    page = client.get(reverse("people:page", args=[ada.public_id])).content.decode()

    assert "The profile was edited." not in page
