import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from crm.access.models import User
from crm.activity.models import ActivityEntry
from crm.bulk.models import BulkAct
from crm.changes.views import undo_url
from crm.people.actions import edit_people, edit_person
from tests.crm.undos.rows import five_edited, languages
from tests.factories.people import person

pytestmark = pytest.mark.django_db


def test_the_page_of_a_long_undo_starts_it_and_shows_how_far_it_is(
    coordinator: User, client: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    entry = five_edited(coordinator, timezone.now())
    client.force_login(coordinator)

    page = client.get(undo_url(entry))
    assert (page.context["may"], page.context["is_long"], page.context["free_count"]) == (True, True, 5)
    with django_capture_on_commit_callbacks(execute=True):
        answers = [client.post(undo_url(entry)) for _time in range(2)]

    act = BulkAct.objects.get()
    assert [answer.headers["Location"] for answer in answers] == [reverse("crm_bulk_act", args=[act.public_id])] * 2
    text = client.get(answers[0].headers["Location"]).content.decode()
    assert "5 of 5 changes" in text
    assert "5 · set back" in text
    assert languages() == ["en"] * 5


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_as_often_for_three_as_for_one(
    count: int, coordinator: User, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    people = [person(language="en") for _number in range(count)]
    edit_person(people[0], version=1, by=coordinator, at=timezone.now(), language="es")
    entry = ActivityEntry.objects.latest("id")
    edit_people(people[1:], by=coordinator, at=timezone.now(), entry=entry, language="es")
    client.force_login(coordinator)
    client.get(undo_url(entry))

    with django_assert_num_queries(19):
        client.get(undo_url(entry))
