import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from crm.access.enums import Role
from crm.access.models import User
from crm.bulk.enums import BulkState
from crm.bulk.models import BulkAct
from crm.bulk.views import my_bulk_acts
from crm.people.enums import Level, PersonCategory, Visibility
from crm.people.models import Person
from tests.factories.access import user
from tests.factories.people import person

pytestmark = pytest.mark.django_db

PLAN = "crm_bulk_set_language"


def said(answer: object) -> list[str]:
    return [str(message).split("\n")[0] for message in get_messages(answer.wsgi_request)]  # type: ignore[attr-defined]


def planned(client: Client, **data: object) -> BulkAct:
    client.post(reverse(PLAN), {"all": "1", "query": "", **data})
    return BulkAct.objects.latest("id")


def test_ticked_people_make_a_plan(coordinator: User, client: Client) -> None:
    ada, ben = person(name="Ada"), person(name="Ben")
    person(name="Cai")
    client.force_login(coordinator)

    answer = client.post(reverse(PLAN), {"ids": [ada.public_id, ben.public_id], "query": "q=a"})

    act = BulkAct.objects.get()
    assert answer.headers["Location"] == reverse("crm_bulk_act", args=[act.public_id])
    page = client.get(answer.headers["Location"])
    assert (act.total, page.context["sample"], page.context["planned"]) == (2, [ada, ben], True)
    assert page.context["list_url"] == f"{reverse('people:index')}?q=a"
    assert BulkAct.objects.filter(state=BulkState.PLANNED).count() == 1


def test_all_of_the_list_honours_search_and_filters(coordinator: User, client: Client) -> None:
    person(name="Ada Quist", search_text="ada quist")
    person(name="Ben Quist", search_text="ben quist", category=PersonCategory.PARTNER)
    person(name="Cai Hale", search_text="cai hale")
    client.force_login(coordinator)

    act = planned(client, query="q=quist&category=policymaker")

    assert list(act.targets.values_list("person__name", flat=True)) == ["Ada Quist"]


def test_nobody_ticked_leads_back_with_a_sentence(coordinator: User, client: Client) -> None:
    person()
    client.force_login(coordinator)

    answer = client.post(reverse(PLAN), {"query": "q=a"})

    assert answer.headers["Location"] == f"{reverse('people:index')}?q=a"
    assert said(answer) == ["Nobody is chosen. Tick some people, or all of the list, and press the button again."]


def test_starting_runs_and_reports(
    coordinator: User, client: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    ada = person(name="Ada", language="en")
    person(name="Ben", language="es")
    client.force_login(coordinator)
    act = planned(client)
    page = reverse("crm_bulk_act", args=[act.public_id])

    with django_capture_on_commit_callbacks(execute=True):
        client.post(page, {"do": "start", "language": "es"})

    shown = client.get(page)
    assert shown.context["done_words"] == "2 of 2 people"
    assert [(line.words, line.count, line.people) for line in shown.context["outcomes"]] == [
        ("changed", 1, [ada]),
        ("was so already", 1, [Person.objects.get(name="Ben")]),
    ]
    assert client.get(reverse("crm_bulk_progress", args=[act.public_id])).json() == {
        "done": 2,
        "total": 2,
        "text": "2 of 2 people",
        "is_over": True,
        "is_alive": True,
    }
    assert shown.context["undo_url"].startswith(f"/admin/undo/{BulkAct.objects.get().entry_id}/")


def test_starting_twice_changes_nothing_more(
    coordinator: User, client: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    person(language="en")
    client.force_login(coordinator)
    page = reverse("crm_bulk_act", args=[planned(client).public_id])
    with django_capture_on_commit_callbacks(execute=True):
        client.post(page, {"do": "start", "language": "es"})
        answer = client.post(page, {"do": "start", "language": "fr"})

    assert said(answer) == ["This is running or finished already; look at its progress below."]
    assert Person.objects.get().language == "es"


def test_a_wrong_value_shows_the_form_again(coordinator: User, client: Client) -> None:
    person(language="en")
    client.force_login(coordinator)
    act = planned(client)

    answer = client.post(reverse("crm_bulk_act", args=[act.public_id]), {"do": "start", "language": "klingon"})

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["language"])
    assert BulkAct.objects.get().state == BulkState.PLANNED


@pytest.mark.parametrize("role", Role)
def test_who_may_plan(role: Role, client: Client) -> None:
    person(name="Ada")
    client.force_login(user(role=role))

    client.post(reverse(PLAN), {"all": "1", "query": ""})

    assert BulkAct.objects.count() == (1 if role in {Role.COORDINATOR, Role.DIRECTOR} else 0)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.DIRECTOR])
@pytest.mark.slow
def test_hidden_people_are_on_no_page(role: Role, client: Client) -> None:
    director = user(role=Role.DIRECTOR)
    hidden = person(name="Canarykestrel", visibility=Visibility.TEAM, owner=director, level=Level.STATE)
    person(name="Shown")
    client.force_login(director)
    of_director = planned(client)
    client.force_login(user(role=role))

    client.post(reverse(PLAN), {"all": "1", "query": "", "ids": [hidden.public_id]})
    pages = [client.get(reverse("crm_bulk_act", args=[act.public_id])) for act in BulkAct.objects.all()]
    pages += [
        client.get(reverse("people:index")),
        client.get(reverse("crm_set_field", args=[hidden.public_id, "level"])),
    ]

    assert [page for page in pages if "Canarykestrel" in page.content.decode()] == []
    assert BulkAct.objects.exclude(pk=of_director.pk).filter(targets__person=hidden).count() == 0


@pytest.mark.parametrize(
    ("role", "status"), [(Role.COORDINATOR, 404), (Role.VOLUNTEER, 404), (Role.AUDITOR, 403), (Role.DIRECTOR, 403)]
)
def test_only_who_planned_it_starts_it(role: Role, status: int, client: Client) -> None:
    person(language="en")
    client.force_login(user(role=Role.DIRECTOR))
    act = planned(client)
    client.force_login(user(role=role))

    answer = client.post(reverse("crm_bulk_act", args=[act.public_id]), {"do": "start", "language": "es"})

    assert (answer.status_code, Person.objects.get().language) == (status, "en")


def test_a_stopped_act_is_on_my_day(coordinator: User, client: Client) -> None:
    person()
    client.force_login(coordinator)
    act = planned(client)
    BulkAct.objects.update(state=BulkState.CANCELLED)

    section = my_bulk_acts(coordinator, None)

    assert section is not None
    assert [row["act"] for row in section["rows"]] == [act]
    assert my_bulk_acts(user(), None) is None
    assert "Set the language" in client.get(reverse("wagtailadmin_home")).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_the_page_do_not_grow(
    count: int, coordinator: User, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _number in range(count):
        person()
    client.force_login(coordinator)
    page = reverse("crm_bulk_act", args=[planned(client).public_id])
    client.get(page)

    with django_assert_num_queries(11):
        client.get(page)
