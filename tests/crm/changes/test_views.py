from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from crm.access.enums import Role
from crm.access.models import User
from crm.activity.models import ActivityEntry
from crm.activity.registry import ChangedValue
from crm.activity.views import timeline_context
from crm.changes.models import Change
from crm.changes.views import undo_url
from crm.memberships.actions import add_membership
from crm.people.actions import edit_person
from crm.people.enums import Visibility
from crm.people.models import Person
from tests.factories.access import user
from tests.factories.people import organization, person

pytestmark = pytest.mark.django_db

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
READERS = (Role.COORDINATOR, Role.DIRECTOR, Role.AUDITOR)


def edited(row: Person, by: User, at: datetime | None = None, **fields: object) -> ActivityEntry:
    edit_person(row, version=row.version, by=by, at=at or timezone.now(), **fields)
    return ActivityEntry.objects.filter(verb="person.edited").latest("id")


def said(client: Client, answer: object) -> list[str]:
    return [str(message).split("<")[0].strip() for message in get_messages(answer.wsgi_request)]  # type: ignore[attr-defined]


def test_the_undo_page_says_what_will_be_set_back(coordinator: User, client: Client) -> None:
    ada = person(name="Ada Quist", language="en")
    entry = edited(ada, coordinator, language="es")
    client.force_login(coordinator)

    answer = client.get(undo_url(entry))

    assert answer.context["free"] == [
        {
            "name": "Person: Ada Quist",
            "what": "will be set back",
            "changes": [ChangedValue("Preferred language", "es", "en")],
        }
    ]
    assert (answer.context["stuck"], answer.context["may"]) == ([], True)


def test_undo_sets_back_and_returns(coordinator: User, client: Client) -> None:
    ada = person(language="en")
    entry = edited(ada, coordinator, language="es")
    client.force_login(coordinator)
    page = reverse("people:page", args=[ada.public_id])

    answer = client.post(undo_url(entry), {"next": page})

    ada.refresh_from_db()
    assert (answer.status_code, answer.headers["Location"], ada.language) == (302, page, "en")
    assert said(client, answer) == ["1 change was set back."]


def test_undoing_twice_says_that_nothing_is_left(coordinator: User, client: Client) -> None:
    ada = person(language="en")
    entry = edited(ada, coordinator, language="es")
    client.force_login(coordinator)
    client.post(undo_url(entry))

    answer = client.post(undo_url(entry))

    assert answer.status_code == 302
    assert said(client, answer)[-1].startswith("There is nothing left to take back here")
    assert Person.objects.get(pk=ada.pk).version == 3


def test_what_was_changed_again_stays(coordinator: User, client: Client) -> None:
    ada = person(language="en")
    entry = edited(ada, coordinator, language="es")
    edited(Person.objects.get(pk=ada.pk), coordinator, language="fr")
    client.force_login(coordinator)

    answer = client.get(undo_url(entry))

    assert (answer.context["free_count"], answer.context["stuck"]) == (0, [f"Person: {ada}"])
    assert answer.context["may"] is False


def test_after_thirty_days_the_page_says_so(coordinator: User, client: Client) -> None:
    entry = edited(person(), coordinator, at=timezone.now() - timedelta(days=31), language="es")
    client.force_login(coordinator)

    answer = client.get(undo_url(entry))

    assert (answer.context["late"], answer.context["may"]) == (True, False)


@pytest.mark.parametrize(
    ("role", "status"),
    [(role, {Role.COORDINATOR: 302, Role.DIRECTOR: 302, Role.AUDITOR: 403}.get(role, 404)) for role in Role],
)
def test_who_may_undo(role: Role, status: int, client: Client, coordinator: User) -> None:
    entry = edited(person(), coordinator, language="es")
    client.force_login(user(role=role))

    answer = client.post(undo_url(entry))

    assert answer.status_code in ({status, 302} if role in {Role.ADVOCATE, Role.API_CLIENT} else {status})
    assert Change.objects.filter(undone_in=None).count() == (0 if role in {Role.COORDINATOR, Role.DIRECTOR} else 1)


@pytest.mark.parametrize("role", READERS)
def test_a_hidden_person_is_in_no_answer(role: Role, client: Client) -> None:
    director = user(role=Role.DIRECTOR)
    hidden = person(name="Canarykestrel", visibility=Visibility.TEAM, owner=director)
    entry = edited(hidden, director, summary="Canarykestrel sings", owner=director)
    add_membership(person=hidden, organization=organization(name="Open Chamber"), by=director, at=timezone.now())
    reader = user(role=role)
    client.force_login(reader)
    sees = role == Role.DIRECTOR

    undo = client.get(undo_url(entry))
    log = client.get(reverse("changes:index"), {"about": "Canarykestrel"})

    assert undo.status_code == (200 if sees else 404)
    assert ("Canarykestrel sings" in log.content.decode()) == sees


def test_a_hidden_owner_of_names_stays_unnamed(client: Client, coordinator: User) -> None:
    director = user(role=Role.DIRECTOR)
    hidden = person(name="Canarykestrel", visibility=Visibility.TEAM, owner=director)
    body = organization(name="Harbour Office")
    shown = person()
    add_membership(person=shown, organization=body, by=coordinator, at=timezone.now())
    entry = ActivityEntry.objects.get()
    Change.objects.filter(entry=entry).update(after={**Change.objects.get().after, "person_id": hidden.pk})

    timeline = timeline_context(shown, coordinator)

    assert timeline is not None
    assert "Canarykestrel" not in str(timeline["entries"])


def test_the_timeline_tells_before_and_after(coordinator: User) -> None:
    ada = person(language="en")
    mira = user(first_name="Mira")
    entry = edited(ada, coordinator, language="es", owner=mira)

    timeline = timeline_context(ada, coordinator)

    assert timeline is not None
    [item] = timeline["entries"]
    assert item.changes == [ChangedValue("Preferred language", "en", "es"), ChangedValue("Owner", "", "Mira")]
    assert (item.undo_url, item.undone) == (undo_url(entry), False)


def test_the_timeline_of_a_reader_without_rights_has_no_undo(coordinator: User) -> None:
    ada = person(language="en")
    edited(ada, coordinator, language="es")

    timeline = timeline_context(ada, user(role=Role.AUDITOR))

    assert timeline is not None
    [item] = timeline["entries"]
    assert (item.changes, item.undo_url) == ([ChangedValue("Preferred language", "en", "es")], "")


def test_the_timeline_is_filtered_by_kind(coordinator: User) -> None:
    ada = person()
    edited(ada, coordinator, language="es")
    add_membership(person=ada, organization=organization(), by=coordinator, at=timezone.now())

    timeline = timeline_context(ada, coordinator, kind="membership")

    assert timeline is not None
    assert [item.title for item in timeline["entries"]] == ["A membership was added."]
    assert [kind for kind, _label in timeline["kinds"]] == ["membership", "person"]


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_a_timeline_do_not_grow(
    count: int, coordinator: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ada = person(language="en")
    for number in range(count):
        edited(Person.objects.get(pk=ada.pk), coordinator, language=f"l{number}", owner=user())

    with django_assert_num_queries(9):
        timeline_context(ada, coordinator)


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_the_log_do_not_grow(
    count: int, client: Client, coordinator: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(count):
        edited(person(), coordinator, language=f"l{number}", owner=user())
    client.force_login(user(role=Role.DIRECTOR))
    client.get(reverse("changes:index"))

    with django_assert_num_queries(14):
        answer = client.get(reverse("changes:index"))

    assert len(answer.context["object_list"]) == count


def test_the_log_is_narrowed_by_person_colleague_and_day(client: Client, coordinator: User) -> None:
    other = user()
    ada = person(name="Ada Quist", search_text="ada quist")
    edited(ada, coordinator, at=AT, language="es")
    edited(person(name="Ben Hale"), other, at=AT + timedelta(days=3), language="es")
    client.force_login(user(role=Role.AUDITOR))

    def rows(**params: object) -> list[str]:
        answer = client.get(reverse("changes:index"), params)
        return [row.row_name for row in answer.context["object_list"]]

    assert rows(about="quist") == ["Person: Ada Quist"]
    assert rows(actor=other.pk) == ["Person: Ben Hale"]
    assert rows(until="2026-06-02") == ["Person: Ada Quist"]
    assert rows(since="2026-06-02") == ["Person: Ben Hale"]


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.DIRECTOR, Role.AUDITOR}])
def test_the_log_is_not_for_others(role: Role, client: Client, coordinator: User) -> None:
    edited(person(), coordinator, summary="Canarykestrel")
    client.force_login(user(role=role))

    answer = client.get(reverse("changes:index"))

    assert answer.status_code in {302, 403, 404}
    assert "Canarykestrel" not in answer.content.decode()
