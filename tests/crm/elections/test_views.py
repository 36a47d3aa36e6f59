from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from crm.access.enums import Role
from crm.elections.models import RollOver
from crm.followups.models import Task
from crm.people.enums import Visibility
from tests.factories.access import user as make_user
from tests.factories.followups import task
from tests.factories.people import membership, organization, person, post

pytestmark = pytest.mark.django_db

SignIn = Callable[[Role], Client]
DAYS = {"last_day": "2025-12-31", "first_day": "2026-01-01"}


def seat(body: object, label: str, old: object, new: object) -> None:
    chair = post(organization=body, label=label)
    membership(person=old, organization=body, post=chair, end_date="2025-12-31")
    membership(person=new, organization=body, post=chair, start_date="2026-01-01")


def start(client: Client, body: object) -> RollOver:
    client.post(reverse("crm_roll_over_start"), {"organization": body.pk, "name": "Elections", **DAYS})  # type: ignore[attr-defined]
    return RollOver.objects.get()


def test_a_task_left_behind_is_handed_over_on_the_page(sign_in: SignIn) -> None:
    client = sign_in(Role.COORDINATOR)
    body, ada, bo = organization(), person(name="Ada Quist"), person(name="Bo Lund")
    seat(body, "North", ada, bo)
    left = task(person=ada, title="Send the map")
    row = start(client, body)

    page = client.get(reverse("crm_roll_over", args=[row.public_id])).content.decode()
    client.post(reverse("crm_hand_over", args=[row.public_id, "tasks", left.pk]), {"successor": f"x #{bo.public_id}"})

    left.refresh_from_db()
    assert ("Send the map" in page, f"Bo Lund #{bo.public_id}" in page, left.person) == (True, True, bo)


def test_without_a_successor_nothing_happens(sign_in: SignIn) -> None:
    client = sign_in(Role.COORDINATOR)
    body, ada = organization(), person()
    seat(body, "North", ada, person())
    left = task(person=ada)
    row = start(client, body)

    address = reverse("crm_hand_over", args=[row.public_id, "tasks", left.pk])
    page = client.post(address, {"successor": ""}, follow=True).content.decode()

    assert "Nobody holds this seat now; choose who takes this over." in page
    assert Task.objects.get().person == ada


def test_days_in_the_wrong_order_come_back(sign_in: SignIn) -> None:
    client = sign_in(Role.COORDINATOR)
    body = post().organization

    wrong = {"organization": body.pk, "name": "x", "last_day": "2026-01-02", "first_day": "2026-01-01"}
    answer = client.post(reverse("crm_roll_over_start"), wrong)

    assert (answer.status_code, RollOver.objects.count()) == (422, 0)
    assert "The new term has to begin after the last day of the old one." in answer.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_as_often_for_one_seat_as_for_three(
    sign_in: SignIn, count: int, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    client = sign_in(Role.COORDINATOR)
    body = organization()
    for number in range(count):
        old = person()
        seat(body, f"Seat {number}", old, person())
        task(person=old)
    row = start(client, body)
    client.get(reverse("crm_roll_over", args=[row.public_id]))

    with django_assert_max_num_queries(30):  # type: ignore[attr-defined]
        client.get(reverse("crm_roll_over", args=[row.public_id]))


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.AUDITOR])
def test_hidden_people_show_nowhere(sign_in: SignIn, role: Role) -> None:
    body = organization()
    hidden = person(name="CANARY Quist", visibility=Visibility.TEAM, owner=make_user(role=Role.DIRECTOR))
    seat(body, "North", hidden, person())
    task(person=hidden, title="CANARY task")
    row = RollOver.objects.create(
        name="Elections",
        organization=body,
        last_day=date(2025, 12, 31),
        first_day=date(2026, 1, 1),
        started_at="2026-01-01T00:00Z",
    )
    director = Client()
    director.force_login(make_user(role=Role.DIRECTOR))
    start(director, body)

    page = sign_in(role).get(reverse("crm_roll_over", args=[row.public_id])).content.decode()

    assert "CANARY" not in page


@pytest.mark.parametrize(("role", "status"), [(Role.EDITOR, 404), (Role.SYSADMIN, 404), (Role.AUDITOR, 403)])
def test_only_those_who_keep_the_registry_start_one(sign_in: SignIn, role: Role, status: int) -> None:
    answer = sign_in(role).get(reverse("crm_roll_over_start"))

    assert answer.status_code == status
