"""Canaries: rows that must not be seen, and every admin address of their models asked by every role."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from crm.access.enums import Role
from crm.access.models import User
from crm.access.rules import STAFF_ROLES
from crm.followups.models import Commitment, Task
from crm.issues.models import Stance
from crm.notes.actions import add_note
from crm.notes.models import InternalNote
from crm.people.enums import MembershipRole, OrganizationClassification, Visibility
from crm.people.models import ContactDetail, Membership, Organization, Person
from tests.factories.access import user as make_user
from tests.factories.followups import AT
from tests.factories.followups import commitment as make_commitment
from tests.factories.followups import task as make_task
from tests.factories.issues import ask as make_ask
from tests.factories.people import contact_detail, legislator, membership, organization

pytestmark = pytest.mark.django_db

SECRET = "Xylophone"
BLIND = sorted(STAFF_ROLES - {Role.DIRECTOR}) + [Role.ADVOCATE, Role.API_CLIENT]
CRAWLED = [pytest.param(role, marks=() if role == Role.COORDINATOR else pytest.mark.slow) for role in BLIND]
"""The fast suite crawls as the role that sees most; `make test-all` as every one."""
SCREENS = ("people/", "tasks/", "reference/", "my-tasks/", "commitments/", "campaigns/", "asks/")


@pytest.fixture
def secret() -> Person:
    """A person only her owner sees, with one row of everything that hangs on her."""
    owner = make_user(username="owner")
    person = legislator(name=f"{SECRET} Person", visibility=Visibility.TEAM, owner=owner, search_text="xylophone")
    office = organization(name=f"Office of {SECRET}", classification=OrganizationClassification.OFFICE)
    membership(person=person, organization=office, role=MembershipRole.PRINCIPAL)
    contact_detail(person=person, value=f"{SECRET}@office.example")
    make_task(title=f"{SECRET} task", person=person, by=owner)
    make_commitment(person, words=f"{SECRET} promise", by=owner)
    add_note(person, text=f"{SECRET} note", by=owner, at=AT)
    Stance.objects.create(
        person=person,
        ask=make_ask(),
        position="support",
        source=f"{SECRET} source",
        observed_on=AT.date(),
        recorded_at=AT,
    )
    return person


def rows() -> dict[str, list[dict[str, Any]]]:
    """Everything a request could have changed."""
    models = (Person, Task, Commitment, InternalNote, Stance, Organization, Membership, ContactDetail)
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


def patterns(entries: Any = None, prefix: str = "") -> Iterator[str]:
    """Every route below /admin/ that belongs to our screens."""
    for entry in get_resolver().url_patterns if entries is None else entries:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            if route.startswith("admin/"):
                yield from patterns(entry.url_patterns, route)
        elif isinstance(entry, URLPattern):
            plain = route.replace("^", "").replace("$", "")
            if plain.removeprefix("admin/").startswith(SCREENS):
                yield plain


def addresses(secret: Person) -> list[str]:
    """The routes filled with the secret rows, and the lists also searched, filtered and exported."""
    task, promise = Task.objects.get(title__startswith=SECRET), Commitment.objects.get()
    office = Organization.objects.get(name__startswith="Office of")
    found = []
    for route in patterns():
        key = {"admin/people": secret, "admin/tasks": task}.get("/".join(route.split("/")[:2]), office)
        public = {"admin/my-tasks": task, "admin/commitments": promise}.get("/".join(route.split("/")[:2]), secret)
        url = route.replace("<int:pk>", str(key.pk)).replace("<str:public_id>", public.public_id)
        found.append("/" + url.replace(r"(?P<instance_pk>[-\w]+)", str(office.pk)))
    lists = [url for url in found if url.endswith(("/people/", "/tasks/", "results/", "s/"))]
    extra = ("q=Xylophone", "export=csv", "export=xlsx", "ordering=-name", "visibility=team", "name__startswith=X")
    return found + [f"{url}?{query}" for url in lists for query in extra]


def body_of(response: Any) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode(errors="replace")


def press_everything(client: Client, urls: list[str]) -> None:
    """POST something that would change a row to every address, but not to those that only add."""
    form = {"name": "Changed", "title": "Changed", "version": "1", "category": "partner", "visibility": "organisation"}
    form |= {"classification": "office", f"c{Commitment.objects.get().pk}-state": "kept", "notes-text": "Changed"}
    form |= {f"c{Commitment.objects.get().pk}-version": "1"}
    form |= {"tasks-title": "Changed", "tasks-nonce": "n", "staff-name": "Changed", "staff-role": "scheduler"}
    form |= {"contacts-type": "other", "contacts-value": "Changed", "staff-phone": "1"}
    for url in urls:
        if "?" not in url and "new/" not in url and "create/" not in url:
            client.post(url, form)


def echoless(text: str) -> str:
    """The page without our own search words, which it may repeat."""
    return text.replace("q=Xylophone", "").replace('value="Xylophone"', "")


@pytest.mark.parametrize("role", CRAWLED)
@pytest.mark.slow
def test_no_admin_address_shows_or_changes_a_hidden_row(role: Role, secret: Person, sign_in: Any) -> None:
    urls = addresses(secret)
    before = rows()
    client = sign_in(role)

    leaks = [url for url in urls if SECRET in echoless(body_of(client.get(url)))]
    press_everything(client, urls)

    assert leaks == []
    assert rows() == before
    assert len(urls) > 40


@pytest.mark.slow
def test_the_same_posts_do_change_the_rows_of_somebody_who_may(secret: Person, client: Client) -> None:
    before = rows()
    client.force_login(User.objects.get(username="owner"))

    press_everything(client, addresses(secret))

    changed = {name for name, found in rows().items() if found != before[name]}
    assert changed == {"Person", "Task", "Commitment", "InternalNote", "Organization", "Membership", "ContactDetail"}


@pytest.mark.slow
def test_the_same_addresses_show_the_row_to_her_owner_and_the_director(secret: Person, client: Client) -> None:
    people = [make_user(role=Role.DIRECTOR), User.objects.get(username="owner")]

    for person in people:
        client.force_login(person)
        shown = [url for url in addresses(secret) if SECRET in body_of(client.get(url))]
        assert {"/admin/people/", f"/admin/people/{secret.public_id}/", "/admin/tasks/"} <= set(shown)


@pytest.mark.parametrize("role", CRAWLED)
def test_a_hidden_row_answers_like_one_that_does_not_exist(role: Role, secret: Person, sign_in: Any) -> None:
    client = sign_in(role)
    pairs = [
        (f"/admin/people/edit/{secret.pk}/", "/admin/people/edit/999999/"),
        (f"/admin/people/{secret.public_id}/", "/admin/people/no-such-person/"),
        (f"/admin/tasks/edit/{Task.objects.filter(title__startswith=SECRET).get().pk}/", "/admin/tasks/edit/999999/"),
    ]

    for hidden, absent in pairs:
        assert client.get(hidden).status_code == client.get(absent).status_code


def test_a_visible_row_with_a_forbidden_act_answers_403(sign_in: Any) -> None:
    person = legislator()

    answers = [
        sign_in(role).get(f"/admin/people/edit/{person.pk}/").status_code for role in (Role.EDITOR, Role.AUDITOR)
    ]

    assert answers == [403, 403]


def test_a_task_about_a_hidden_person_does_not_name_her(secret: Person, client: Client) -> None:
    other = make_user()
    make_task(title="Call them", person=secret, by=other)
    client.force_login(other)

    texts = [body_of(client.get(url)) for url in ("/admin/tasks/", "/admin/")]

    assert [("Call them" in text, SECRET in text) for text in texts] == [(True, False), (True, False)]


@pytest.mark.parametrize(
    ("role", "shown"),
    [
        (Role.COORDINATOR, {"People", "Tasks", "Strategy", "Reference"}),
        (Role.VOLUNTEER, {"People", "Tasks", "Strategy", "Reference"}),
        (Role.EDITOR, {"People", "Strategy", "Reference"}),
        (Role.SYSADMIN, set()),
    ],
)
def test_the_menu_shows_what_the_role_may_see(role: Role, shown: set[str], rf: Any) -> None:
    from wagtail.admin.menu import admin_menu

    request = rf.get("/admin/")
    request.user = make_user(role=role)

    labels = {str(item.label) for item in admin_menu.menu_items_for_request(request)}
    assert labels & {"People", "Tasks", "Strategy", "Reference"} == shown


def test_a_stale_task_form_answers_409_with_both_versions(sign_in: Callable[[Role], Client]) -> None:
    task = make_task(title="First words")
    client = sign_in(Role.COORDINATOR)
    edit = f"/admin/tasks/edit/{task.pk}/"
    client.post(edit, {"title": "Saved words", "version": 1})

    response = client.post(edit, {"title": "My words", "version": 1})

    text = body_of(response)
    assert (response.status_code, "Saved words" in text, "My words" in text) == (409, True, True)
    assert [row.title for row in Task.objects.all()] == ["Saved words"]
