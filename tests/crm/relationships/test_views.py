from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from crm.access.enums import Role
from crm.access.models import User
from crm.activity.models import ActivityEntry
from crm.changes.views import undo_url
from crm.people.enums import Visibility
from crm.people.forms import pick_label
from crm.people.models import Person
from crm.relationships.models import Relationship, RelationshipType
from tests.factories.access import user
from tests.factories.people import organization, person
from tests.factories.relationships import relationship, relationship_type

pytestmark = pytest.mark.django_db
CANARY = "Zyxquill"
AT_ONCE = {Role.COORDINATOR, Role.DIRECTOR, Role.AUDITOR, Role.EDITOR}
ROLES = [pytest.param(role, marks=[] if role in AT_ONCE else pytest.mark.slow) for role in Role]
READERS = {Role.COORDINATOR, Role.DIRECTOR, Role.AUDITOR}


def page(name: str, party: Any) -> str:
    return reverse(name, args=["people" if isinstance(party, Person) else "organizations", party.public_id])


def filled(kind: RelationshipType, *, forward: bool = True, **fields: Any) -> dict[str, Any]:
    return {"kind": f"{kind.pk}:{int(forward)}", "strength": "4", **fields}


def test_both_ends_read_the_sentence_their_own_way(sign_in: Any) -> None:
    kind = relationship_type(label="advises", reverse_label="is advised by", to_kind="any")
    ada, board = person(name="Ada Byron"), organization(name="Harbour Board")
    relationship(type=kind, from_person=ada, to_organization=board, start_date="2021", source="Annual report")
    client = sign_in(Role.COORDINATOR)

    of_person = client.get(reverse("people:page", args=[ada.public_id])).content.decode()
    of_body = client.get(page("crm_relationships", board)).content.decode()

    assert ("Ada Byron advises Harbour Board." in of_person, "since 2021 · Annual report" in of_person) == (True, True)
    assert "Harbour Board is advised by Ada Byron." in of_body


def test_the_first_sending_shows_the_sentence_and_writes_nothing(sign_in: Any) -> None:
    kind = relationship_type(label="advises", reverse_label="is advised by", to_kind="any")
    ada, robin = person(name="Ada Byron"), person(name="Robin Holder")
    address = page("crm_add_relationship", robin)

    answer = sign_in(Role.COORDINATOR).post(address, filled(kind, forward=False, person=pick_label(ada)))

    text = answer.content.decode()
    assert (answer.status_code, "Robin Holder is advised by Ada Byron." in text) == (200, True)
    assert ("Save this relationship" in text, Relationship.objects.count()) == (True, 0)


def test_saving_keeps_the_direction_that_was_read(sign_in: Any) -> None:
    kind = relationship_type(to_kind="any")
    ada, robin = person(name="Ada Byron"), person(name="Robin Holder")
    values = filled(kind, forward=False, person=pick_label(ada), step="save", start_date="2021-03", note="Old friends.")

    answer = sign_in(Role.COORDINATOR).post(page("crm_add_relationship", robin), values)

    row = Relationship.objects.get()
    assert answer.url == reverse("people:page", args=[robin.public_id]) + "#relationships"
    assert (row.from_person, row.to_person, row.strength, row.start_date, row.note) == (
        ada, robin, 4, "2021-03", "Old friends.",
    )  # fmt: skip


def test_sending_twice_makes_one_and_the_second_form_says_so(sign_in: Any) -> None:
    kind, ada, robin = relationship_type(label="guides", reverse_label="is led by"), person(), person(name="Robin")
    values = filled(kind, person=pick_label(robin), step="save")
    client = sign_in(Role.COORDINATOR)
    client.post(page("crm_add_relationship", ada), values)

    again = client.post(page("crm_add_relationship", ada), values)

    assert (again.status_code, Relationship.objects.count()) == (422, 1)
    assert "This is known already for the same time" in again.content.decode()


@pytest.mark.parametrize("step", ["preview", "save"])
def test_what_does_not_fit_is_refused_with_a_sentence(sign_in: Any, step: str) -> None:
    kind, ada, board = relationship_type(), person(), organization()
    client = sign_in(Role.COORDINATOR)
    address = page("crm_add_relationship", ada)
    wrong: list[tuple[dict[str, Any], str]] = [
        ({}, "Name the other one"),
        ({"person": pick_label(person()), "organization": pick_label(board)}, "not both"),
        ({"organization": pick_label(board)}, "This sentence ends with a person"),
        ({"person": pick_label(person()), "start_date": "soon"}, "Write a year, a month or a day"),
        ({"person": pick_label(person()), "strength": "9"}, "Select a valid choice"),
        ({"person": "Nobody at all"}, ""),
    ]

    for fields, words in wrong:
        answer = client.post(address, filled(kind, step=step) | fields)
        assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert Relationship.objects.count() == 0


def test_saving_what_ends_before_it_begins_is_refused(sign_in: Any) -> None:
    kind, ada = relationship_type(), person()
    values = filled(kind, person=pick_label(person()), step="save", start_date="2022", end_date="2021")

    answer = sign_in(Role.COORDINATOR).post(page("crm_add_relationship", ada), values)

    assert (answer.status_code, "It ends before it begins" in answer.content.decode()) == (422, True)


def test_nobody_is_related_to_herself(sign_in: Any) -> None:
    kind, ada = relationship_type(), person()

    answer = sign_in(Role.COORDINATOR).post(
        page("crm_add_relationship", ada), filled(kind, person=pick_label(ada), step="save")
    )

    assert (answer.status_code, "Choose somebody else" in answer.content.decode()) == (422, True)


def edit(row: Relationship) -> str:
    return reverse("crm_edit_relationship", args=[row.public_id])


def test_editing_saves_and_a_stale_form_meets_both_versions(sign_in: Any) -> None:
    row = relationship(strength=2)
    client = sign_in(Role.COORDINATOR)
    values = {"version": 1, "strength": 5, "start_date": "2020", "step": "edit"}

    answers = [client.post(edit(row), values).status_code for _time in range(2)]

    row.refresh_from_db()
    assert (answers, row.strength, row.start_date) == ([302, 409], 5, "2020")


def test_ending_on_a_wrong_day_is_refused_and_on_a_right_one_saved(sign_in: Any) -> None:
    row = relationship(start_date="2024")
    client = sign_in(Role.COORDINATOR)

    answers = [client.post(edit(row), {"step": "end", "end_date": day}).status_code for day in ("2023", "", "2025-01")]

    row.refresh_from_db()
    assert (answers, row.end_date) == ([422, 422, 302], "2025-01")


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.VOLUNTEER, 404), (Role.AUDITOR, 403), (Role.COORDINATOR, 302), (Role.DIRECTOR, 302)],
)
def test_whoever_may_edit_a_relationship_removes_it(sign_in: Any, role: Role, status: int) -> None:
    row = relationship()

    answer = sign_in(role).post(reverse("crm_remove_relationship", args=[row.public_id]))

    assert (answer.status_code, Relationship.objects.exists()) == (status, status != 302)


def test_a_coordinator_takes_back_what_she_removed(client: Client, coordinator: User) -> None:
    row = relationship(note="Met at the port.")
    client.force_login(coordinator)
    address = reverse("crm_remove_relationship", args=[row.public_id])
    home = reverse("people:page", args=[row.from_person.public_id])

    answers = [client.post(address).status_code for _time in range(2)]
    entry = ActivityEntry.objects.get(verb="relationship.removed")
    offered = undo_url(entry) in client.get(home).content.decode()
    client.force_login(user(role=Role.COORDINATOR))
    other = client.get(undo_url(entry)).status_code
    client.force_login(coordinator)
    client.post(undo_url(entry))

    assert (answers, offered, other) == ([302, 404], True, 404)
    back = Relationship.objects.get()
    assert (back.pk, back.public_id, back.note) == (row.pk, row.public_id, "Met at the port.")


def test_an_auditor_reads_and_does_not_write(sign_in: Any) -> None:
    row = relationship()
    client = sign_in(Role.AUDITOR)

    answers = [
        client.get(page("crm_relationships", row.from_person)).status_code,
        client.get(page("crm_add_relationship", row.from_person)).status_code,
        client.get(edit(row)).status_code,
    ]

    assert answers == [200, 403, 403]


def secret() -> tuple[Person, Relationship]:
    """A hidden person tied to a visible one: the visible one, and the tie."""
    hidden = person(name=f"{CANARY} Hidden", visibility=Visibility.TEAM, owner=user())
    seen = person(name="Ada Byron")
    return seen, relationship(from_person=hidden, to_person=seen, note=f"{CANARY} note")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.slow
def test_a_tie_to_somebody_hidden_is_nowhere(client: Client, role: Role) -> None:
    seen, row = secret()
    who: User = user(role=role)
    client.force_login(who)
    hidden = row.from_party

    shown = [reverse("people:page", args=[seen.public_id]), page("crm_relationships", seen)]
    texts = [client.get(address).content.decode() for address in shown]
    closed = [edit(row), page("crm_relationships", hidden), page("crm_add_relationship", hidden)]
    codes = {client.get(address).status_code for address in closed}

    if role == Role.DIRECTOR:
        assert ([CANARY in text for text in texts], codes) == ([True, True], {200})
    elif role in READERS:
        assert ([CANARY in text for text in texts], codes) == ([False, False], {404})
    else:
        assert ([CANARY in text for text in texts], codes <= {302, 404}) == ([False, False], True)


def test_a_hidden_person_cannot_be_named_on_the_form(sign_in: Any) -> None:
    seen, row = secret()
    kind = relationship_type()

    answer = sign_in(Role.COORDINATOR).post(
        page("crm_add_relationship", seen), filled(kind, person=f"#{row.from_party.public_id}", step="save")
    )

    assert (answer.status_code, CANARY in answer.content.decode(), Relationship.objects.count()) == (422, False, 1)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_as_many_queries_for_three_as_for_one(
    client: Client, count: int, django_assert_num_queries: Any
) -> None:
    client.force_login(user())
    board = organization()
    for _row in range(count):
        relationship(to_organization=board)
    client.get(page("crm_relationships", board))

    with django_assert_num_queries(QUERIES):
        text = client.get(page("crm_relationships", board)).content.decode()

    assert text.count("Strength 3 of 5") == count


QUERIES = 11


def test_kinds_are_kept_in_the_reference_list(sign_in: Any) -> None:
    client = sign_in(Role.COORDINATOR)
    base = "/admin/reference/relationship-types/"
    values = {"label": "advises", "reverse_label": "is advised by", "from_kind": "person", "to_kind": "any"}
    client.post(f"{base}create/", values | {"opens_doors": "on"})
    kind = RelationshipType.objects.get()
    relationship(type=kind)

    double = client.post(f"{base}create/", values | {"label": "Is advised by", "reverse_label": "counsels"})
    turned = client.post(f"{base}edit/{kind.pk}/", values | {"version": 1, "from_kind": "any"})
    worded = client.post(f"{base}edit/{kind.pk}/", values | {"version": 1, "label": "counsels"})

    kind.refresh_from_db()
    assert "already reads “Is advised by”" in double.content.decode()
    assert "Add a new kind instead." in turned.content.decode()
    assert (worded.status_code, kind.label, kind.opens_doors) == (302, "counsels", False)
    assert "counsels" in client.get(base).content.decode()
