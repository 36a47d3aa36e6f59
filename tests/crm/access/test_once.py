"""Pressing a button twice makes one row: in admin forms, on the person page and in the action beneath."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from crm.access.actions import submit_once
from crm.access.models import SubmittedForm
from crm.activity.models import ActivityEntry
from crm.notes.models import InternalNote
from crm.people.models import Organization, Person
from tests.factories.people import person

pytestmark = pytest.mark.django_db
AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
ADA = {"name": "Ada Quist", "category": "policymaker", "visibility": "organisation", "csrfmiddlewaretoken": "t" * 64}


def add_person(client: Client, **changes: str) -> tuple[int, str]:
    response = client.post(reverse("people:add"), ADA | changes)
    return response.status_code, response.headers.get("Location", "")


def test_admin_form_sent_twice_makes_one_row(client: Client, coordinator) -> None:
    client.force_login(coordinator)

    first, second = add_person(client), add_person(client)

    assert (first[0], first) == (302, second)
    assert [row.name for row in Person.objects.all()] == ["Ada Quist"]
    assert ActivityEntry.objects.filter(verb="person.created").count() == 1


def test_form_opened_anew_makes_another_row(client: Client, coordinator) -> None:
    client.force_login(coordinator)

    add_person(client)
    add_person(client, csrfmiddlewaretoken="u" * 64)

    assert Person.objects.count() == 2


def test_refused_form_may_be_sent_again(client: Client, coordinator) -> None:
    client.force_login(coordinator)

    refused = [add_person(client, name="")[0] for _each in range(2)]

    assert (refused, SubmittedForm.objects.count()) == ([200, 200], 0)


def test_reference_form_sent_twice_makes_one_row(client: Client, coordinator) -> None:
    client.force_login(coordinator)
    typed = {"name": "Harbour Trust", "classification": "ngo", "csrfmiddlewaretoken": "t" * 64}

    codes = [client.post("/admin/reference/organizations/create/", typed).status_code for _each in range(2)]

    assert (codes, [row.name for row in Organization.objects.all()]) == ([302, 302], ["Harbour Trust"])


def test_note_sent_twice_is_kept_once(client: Client, coordinator) -> None:
    client.force_login(coordinator)
    url = reverse("crm_add_note", args=[person().public_id])

    codes = [client.post(url, {"notes-text": "Likes maps.", "csrfmiddlewaretoken": "t" * 64}).status_code for _ in "ab"]

    assert (codes, InternalNote.objects.count()) == ([302, 302], 1)


def test_submit_once_does_it_once() -> None:
    done: list[str] = []

    def act() -> str:
        done.append("done")
        return "/there/"

    answers = [submit_once("key", act, at=AT), submit_once("key", act, at=AT)]

    assert (answers, done) == (["/there/", "/there/"], ["done"])


def test_what_was_refused_leaves_nothing() -> None:
    def act() -> str:
        person(name="Half done")
        return ""

    assert submit_once("key", act, at=AT) == ""
    assert (SubmittedForm.objects.count(), Person.objects.count()) == (0, 0)
