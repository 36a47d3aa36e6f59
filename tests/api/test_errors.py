"""Bad input answers 4xx problem+json, never a 500."""

import pytest
from django.test import Client
from wagtail.models import APIToken, Page

from crm.access.enums import Role
from tests.factories.access import user
from tests.factories.people import person

PROBLEM = "application/problem+json"


def bearer(role: Role) -> dict[str, str]:
    _row, token = APIToken.create_token(user=user(role=role), name="test")
    return {"HTTP_AUTHORIZATION": f"Bearer {token}"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "/api/v3/pages/?offset=99999999999999999999999",
        "/api/v3/pages/999999999999999999999999/",
        "/api/v3/pages/not-a-number/",
        "/api/v3/crm/petitions/no-such-petition/",
    ],
)
@pytest.mark.slow
def test_bad_anonymous_requests_are_refused_with_a_problem(client: Client, path: str) -> None:
    response = client.get(path)

    assert (response.status_code // 100, response.headers["Content-Type"]) == (4, PROBLEM)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v3/crm/people/", "/api/v3/meetings/", "/api/v3/crm/people/x/"])
def test_people_and_meetings_need_a_token(client: Client, path: str) -> None:
    assert client.get(path).status_code == 401


@pytest.mark.django_db
def test_a_token_sees_what_its_user_sees(client: Client) -> None:
    seen = person(name="Ada Quay")

    coordinator = client.get("/api/v3/crm/people/", **bearer(Role.COORDINATOR)).json()
    sysadmin = client.get("/api/v3/crm/people/", **bearer(Role.SYSADMIN))

    assert [item["id"] for item in coordinator["items"]] == [seen.public_id]
    assert sysadmin.status_code == 403


@pytest.mark.django_db
def test_acting_on_the_root_page_is_a_bad_request(client: Client) -> None:
    token = bearer(Role.DIRECTOR)
    root = Page.get_first_root_node()

    response = client.post(f"/api/v3/pages/{root.pk}/copy/", data="{}", content_type="application/json", **token)

    assert response.status_code // 100 == 4


@pytest.mark.django_db
def test_what_a_token_sees_stays_out_of_caches(client: Client) -> None:
    mine = client.get("/api/v3/crm/people/", **bearer(Role.COORDINATOR))
    public = client.get("/api/v3/pages/")

    assert (mine["Cache-Control"], "Authorization" in mine["Vary"]) == ("private, no-store", True)
    assert (public.has_header("Cache-Control"), "Authorization" in public["Vary"]) == (False, True)
