from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.followups import task

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("given", ["9" * 30, "https://evil.example/", "//evil.example", "admin", "\x00"])
def test_finishing_a_task_leads_back_to_pages_of_ours_only(client: Client, coordinator: Any, given: str) -> None:
    row = task(assignee=coordinator)
    client.force_login(coordinator)

    response = client.post(reverse("crm_finish_task", args=[row.public_id]), {"version": "1", "next": given})

    assert (response.status_code, response["Location"]) == (302, reverse("wagtailadmin_home"))
