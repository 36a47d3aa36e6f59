from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from crm.access.enums import Role
from crm.people.enums import PersonCategory
from tests.factories.people import person
from tests.factories.relationships import relationship, relationship_type

pytestmark = pytest.mark.django_db


def test_the_panel_and_the_page_say_who_and_why(sign_in: Any) -> None:
    kind = relationship_type(label="knows", reverse_label="is known by")
    ada, robin = person(name="Ada Ours", category=PersonCategory.OWN_STAFF), person(name="Robin")
    relationship(type=kind, from_person=ada, to_person=robin, source="Ada", sourced_on=date(2026, 1, 2), strength=4)
    client = sign_in(Role.AUDITOR)

    texts = [
        client.get(reverse("people:page", args=[robin.public_id])).content.decode(),
        client.get(reverse("crm_paths", args=["people", robin.public_id])).content.decode(),
    ]

    told = ("Ada Ours knows Robin.", "strength 4 of 5", "Jan. 2, 2026")
    assert [[word in text for word in told] for text in texts] == [[True] * 3, [True] * 3]


def test_partners_count_when_asked_for(sign_in: Any) -> None:
    robin = person()
    relationship(from_person=person(name="Pat Partner", category=PersonCategory.PARTNER), to_person=robin)
    address = reverse("crm_paths", args=["people", robin.public_id])
    client = sign_in(Role.COORDINATOR)

    assert "Pat Partner" not in client.get(address).content.decode()
    assert "Pat Partner" in client.get(address, {"partners": "1"}).content.decode()


def test_without_anybody_of_ours_the_panel_says_what_to_do(sign_in: Any) -> None:
    text = sign_in(Role.COORDINATOR).get(reverse("people:page", args=[person().public_id])).content.decode()

    assert "Nobody is marked as our own staff yet." in text


def test_one_of_ours_needs_no_way_and_a_body_has_none(sign_in: Any) -> None:
    ada = person(category=PersonCategory.OWN_STAFF)
    client = sign_in(Role.COORDINATOR)

    text = client.get(reverse("people:page", args=[ada.public_id])).content.decode()

    assert "Who of ours reaches them" not in text
    assert client.get(reverse("crm_paths", args=["organizations", ada.public_id])).status_code == 404
