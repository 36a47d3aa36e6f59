from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from crm.access.enums import Role
from crm.fields.enums import FieldKind
from crm.fields.models import CustomField, CustomValue
from crm.people.enums import Visibility
from crm.people.models import Person
from tests.factories.access import user as make_user
from tests.factories.fields import custom_field, custom_value
from tests.factories.people import person

pytestmark = pytest.mark.django_db

SignIn = Callable[[Role], Client]


def page(client: Client, row: Person) -> str:
    return client.get(reverse("people:page", args=[row.public_id])).content.decode()


def test_answers_are_filled_in_on_the_page(sign_in: SignIn) -> None:
    client = sign_in(Role.COORDINATOR)
    ada, boat = person(), custom_field(label="Owns a boat", kind=FieldKind.BOOLEAN)

    client.post(reverse("crm_answer_fields", args=[ada.public_id]), {f"fields-{boat.key}": "yes"})

    assert CustomValue.objects.get().value == "yes"
    assert "<dt>Owns a boat</dt><dd>yes</dd>" in page(client, ada)


def test_a_wrong_answer_comes_back_with_a_sentence(sign_in: SignIn) -> None:
    client = sign_in(Role.COORDINATOR)
    ada, crew = person(), custom_field(kind=FieldKind.NUMBER)

    answer = client.post(reverse("crm_answer_fields", args=[ada.public_id]), {f"fields-{crew.key}": "many"})

    assert (answer.status_code, CustomValue.objects.count()) == (422, 0)
    assert "Write a number, for example 12 or 12.5." in answer.content.decode()


def test_a_field_of_another_role_shows_nowhere(sign_in: SignIn) -> None:
    client = sign_in(Role.COORDINATOR)
    row = custom_value(value="CANARY", field=custom_field(read_roles=[Role.DIRECTOR], write_roles=[Role.DIRECTOR]))

    client.post(reverse("crm_answer_fields", args=[row.person.public_id]), {f"fields-{row.field.key}": "changed"})

    assert "CANARY" not in page(client, row.person)
    assert CustomValue.objects.get().value == "CANARY"


def test_answers_about_hidden_people_are_out_of_reach(sign_in: SignIn) -> None:
    client = sign_in(Role.COORDINATOR)
    row = custom_value(person=person(visibility=Visibility.TEAM, owner=make_user(role=Role.DIRECTOR)))

    answer = client.post(reverse("crm_answer_fields", args=[row.person.public_id]), {f"fields-{row.field.key}": "x"})

    assert (answer.status_code, CustomValue.objects.get().value) == (404, "an answer")


def test_a_field_is_added_and_edited_in_the_admin(sign_in: SignIn) -> None:
    client = sign_in(Role.DIRECTOR)
    given = {
        "label": "Boat",
        "key": "boat",
        "kind": "choice",
        "scope": "people",
        "choices": "red\nblue\nred",
        "read_roles": ["coordinator", "director"],
        "write_roles": ["coordinator"],
        "position": "0",
    }

    client.post("/admin/reference/custom-fields/create/", given)
    field = CustomField.objects.get()
    client.post(f"/admin/reference/custom-fields/edit/{field.pk}/", given | {"label": "Ship"})

    field.refresh_from_db()
    assert (field.label, field.choices, field.write_roles) == ("Ship", ["red", "blue"], ["coordinator"])
