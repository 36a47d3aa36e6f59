import pytest
from django.test import Client

from crm.access.enums import Role
from crm.access.models import User
from crm.access.rules import STAFF_ROLES
from tests.factories.access import user as make_user

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough pass phrase 9"
PERSON = {"username": "new", "email": "new@staff.example", "first_name": "New", "last_name": "Person"}


@pytest.fixture
def superuser_client(client: Client) -> Client:
    client.force_login(make_user(is_superuser=True, username="root"))
    return client


def test_a_superuser_creates_an_account_with_one_role_and_its_group(superuser_client: Client) -> None:
    form = PERSON | {"role": "coordinator", "password1": PASSWORD, "password2": PASSWORD, "is_superuser": "on"}

    response = superuser_client.post("/admin/users/new/", form)

    made = User.objects.get(username="new")
    assert response.status_code == 302
    assert (made.role, made.is_superuser, made.check_password(PASSWORD)) == ("coordinator", False, True)
    assert [group.name for group in made.groups.all()] == ["coordinator"]


def test_changing_the_role_moves_the_group_too(superuser_client: Client) -> None:
    person = make_user(role=Role.COORDINATOR, username="new")

    superuser_client.post(f"/admin/users/edit/{person.pk}/", PERSON | {"role": "editor", "is_active": "on"})

    person.refresh_from_db()
    assert (person.role, [group.name for group in person.groups.all()]) == ("editor", ["editor"])


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
def test_no_daily_role_manages_accounts(role: Role, sign_in) -> None:
    target = make_user(username="target")
    client = sign_in(role)

    answers = [
        client.get("/admin/users/").status_code,
        client.post(f"/admin/users/edit/{target.pk}/", PERSON | {"role": "director"}).status_code,
        client.post("/admin/users/new/", PERSON | {"role": "director"}).status_code,
    ]

    target.refresh_from_db()
    assert answers == [302, 302, 302]
    assert (target.username, User.objects.filter(username="new").count()) == ("target", 0)


def test_the_home_page_shows_no_news_about_wagtail(superuser_client: Client) -> None:
    text = superuser_client.get("/admin/").content.decode()

    assert ("whats-new" in text, "releases.wagtail.org" in text) == (False, False)
