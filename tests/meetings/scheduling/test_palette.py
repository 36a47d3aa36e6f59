import pytest
from django.test import Client
from django.urls import reverse

from crm.access.enums import Role
from crm.people.enums import Visibility
from tests.crm.followups.rows import meeting
from tests.factories.access import user
from tests.factories.people import person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.DIRECTOR, Role.EDITOR])
def test_the_palette_finds_meetings_one_may_see(role: Role, client: Client) -> None:
    owner = user(role=Role.DIRECTOR)
    shown = meeting(person(name="Ada Quist", search_text="ada quist"), owner)
    hidden = meeting(
        person(name="Canarykestrel", search_text="canarykestrel", visibility=Visibility.TEAM, owner=owner), owner
    )
    reader = user(role=role)
    client.force_login(reader)
    visible = {row.pk for row in type(shown).objects.visible_to(reader)}

    def urls(text: str) -> list[str]:
        groups = client.get(reverse("crm_palette_suggest"), {"q": text}).json()["groups"]
        return [hit["url"] for group in groups if group["label"] == "Meetings" for hit in group["hits"]]

    assert urls("quist") == ([reverse("meeting_page", args=[shown.public_id])] if shown.pk in visible else [])
    assert (urls("canarykestrel") != []) == (hidden.pk in visible) == (role == Role.DIRECTOR)
