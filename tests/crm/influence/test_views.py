from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from crm.access.enums import Role
from crm.influence.models import Influence
from crm.issues.actions import record_stance
from crm.issues.enums import Position
from crm.people.enums import PersonCategory, Visibility
from crm.people.models import Person
from tests.factories.access import user
from tests.factories.influence import influence
from tests.factories.issues import ask, issue
from tests.factories.people import MADE_AT, membership, organization, person
from tests.factories.relationships import relationship

pytestmark = pytest.mark.django_db
CANARY = "Zyxquill"
AT_ONCE = {Role.COORDINATOR, Role.DIRECTOR, Role.AUDITOR, Role.EDITOR}
ROLES = [pytest.param(role, marks=[] if role in AT_ONCE else pytest.mark.slow) for role in Role]
VALUES = {"kind": "current", "interest": "4", "influence": "5", "position": "support", "source": "Hearing"}


def values(**fields: Any) -> dict[str, Any]:
    return {f"influence-{name}": value for name, value in (VALUES | fields).items()}


def person_page(who: Person) -> str:
    return reverse("people:page", args=[who.public_id])


def test_recording_on_the_person_page_shows_it_with_its_source(sign_in: Any) -> None:
    ada, about = person(), issue(name="Clean harbours")
    client = sign_in(Role.COORDINATOR)

    answer = client.post(
        reverse("crm_add_influence", args=[ada.public_id]), values(issue=about.pk, observed_on="2026-03-01")
    )

    text = client.get(person_page(ada)).content.decode()
    assert answer.url == person_page(ada) + "#influence"
    assert [(row.person, row.interest, row.influence) for row in Influence.objects.all()] == [(ada, 4, 5)]
    assert ("Now: interest 4, influence 5 of 5, supports" in text, "Hearing" in text) == (True, True)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"observed_on": "2999-01-01"}, "That day is still to come"),
        ({"observed_on": "2026-03-01", "influence": "9"}, "Select a valid choice"),
        ({"observed_on": "2026-03-01", "source": ""}, "This field is required"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(sign_in: Any, fields: dict[str, Any], words: str) -> None:
    ada = person()

    answer = sign_in(Role.COORDINATOR).post(
        reverse("crm_add_influence", args=[ada.public_id]), values(issue=issue().pk, **fields)
    )

    assert (answer.status_code, words in answer.content.decode(), Influence.objects.count()) == (422, True, 0)


def test_only_a_director_removes(sign_in: Any) -> None:
    row = influence()
    address = reverse("crm_remove_influence", args=[row.pk])

    answers = [sign_in(role).post(address).status_code for role in (Role.COORDINATOR, Role.AUDITOR, Role.DIRECTOR)]

    assert (answers, Influence.objects.count()) == ([403, 403, 302], 0)


def test_the_grid_has_the_picture_the_table_and_filters(sign_in: Any) -> None:
    about = issue(slug="harbours")
    influence(issue=about, person=person(name="Ada Byron"), position="support")
    influence(issue=about, person=person(name="Ben Quist"), position="oppose")
    client = sign_in(Role.COORDINATOR)

    whole = client.get(reverse("crm_influence_grid", args=["harbours"])).content.decode()
    narrowed = client.get(reverse("crm_influence_grid", args=["harbours"]), {"position": "oppose"}).content.decode()
    wrong = client.get(reverse("crm_influence_grid", args=["harbours"]), {"position": "sideways"})

    assert ["Ada Byron" in whole, "Ben Quist" in whole, "<svg" in whole] == [True] * 3
    assert ["Ada Byron" in narrowed, "Ben Quist" in narrowed] == [False, True]
    assert wrong.status_code == 200


def test_the_index_leads_to_grids_and_maps(sign_in: Any) -> None:
    wanted = ask(title="Vote yes")
    influence(issue=wanted.issue)
    issue(name="Never assessed")

    text = sign_in(Role.AUDITOR).get(reverse("crm_influence")).content.decode()

    assert reverse("crm_influence_grid", args=[wanted.issue.slug]) in text
    assert reverse("crm_ask_power_map", args=[wanted.public_id]) in text
    assert ("1 assessment" in text, "Never assessed" in text) == (True, False)


def secret() -> dict[str, Any]:
    """A hidden person assessed, tied, of ours, with a position: and everything visible that could show her."""
    wanted = ask()
    hidden = person(name=f"{CANARY} Hidden", visibility=Visibility.TEAM, owner=user())
    ours = person(
        name=f"{CANARY} Ours", category=PersonCategory.OWN_STAFF, visibility=Visibility.TEAM, owner=hidden.owner
    )
    seen = person(name="Ada Byron")
    for who in (hidden, seen):
        influence(issue=wanted.issue, person=who)
        record_stance(
            who, ask=wanted, position=Position.SUPPORT, observed_on=MADE_AT.date(), source="Paper", by=None, at=MADE_AT
        )
    office = organization(name=f"Office of {CANARY}", classification="office")
    membership(person=hidden, organization=office, role="principal")
    influence(issue=wanted.issue, organization=office)
    relationship(from_person=hidden, to_person=seen)
    relationship(from_person=ours, to_person=seen)
    relationship(from_organization=office, to_person=seen)
    return {"ask": wanted, "seen": seen, "hidden": hidden}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.slow
def test_somebody_hidden_is_on_no_map_grid_or_path(client: Client, role: Role) -> None:
    rows = secret()
    client.force_login(user(role=role))
    shown = [
        person_page(rows["seen"]),
        reverse("crm_paths", args=["people", rows["seen"].public_id]),
        reverse("crm_power_map", args=["people", rows["seen"].public_id]),
        reverse("crm_ask_power_map", args=[rows["ask"].public_id]),
        reverse("crm_influence_grid", args=[rows["ask"].issue.slug]),
        reverse("crm_influence"),
    ]
    closed = [reverse(name, args=["people", rows["hidden"].public_id]) for name in ("crm_paths", "crm_power_map")]

    leaks = [CANARY in client.get(address).content.decode() for address in shown]
    codes = {client.get(address).status_code for address in closed}

    if role == Role.DIRECTOR:
        assert (leaks, codes) == ([True] * 5 + [False], {200})
    else:
        assert (leaks, codes <= {302, 403, 404}) == ([False] * 6, True)
