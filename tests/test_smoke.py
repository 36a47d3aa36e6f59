import pytest
from django.test import Client

from crm.access.enums import Role


@pytest.mark.django_db
def test_healthz_answers(client: Client) -> None:
    response = client.get("/healthz")

    assert response.json() == {"status": "ok"}


@pytest.mark.django_db
def test_admin_opens_for_staff_and_not_for_advocates(sign_in) -> None:
    staff = sign_in(Role.COORDINATOR).get("/admin/")
    advocate = sign_in(Role.ADVOCATE).get("/admin/")

    assert (staff.status_code, advocate.status_code) == (200, 302)


@pytest.mark.django_db
def test_a_page_can_be_saved_and_searched() -> None:
    from wagtail.models import Page

    root = Page.get_first_root_node()
    root.add_child(instance=Page(title="Harbour", slug="harbour"))

    assert [page.title for page in Page.objects.all().search("harbour")] == ["Harbour"]
