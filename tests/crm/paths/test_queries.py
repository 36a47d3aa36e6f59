from datetime import UTC, date, datetime
from typing import Any

import pytest

from crm.access.enums import Role
from crm.access.models import User
from crm.paths.queries import warm_paths
from crm.paths.rules import SMALL_BODY
from crm.people.enums import MembershipRole, OrganizationClassification, PersonCategory, Visibility
from crm.people.models import Person
from tests.factories.access import user
from tests.factories.people import membership, organization, person
from tests.factories.relationships import relationship, relationship_type

pytestmark = pytest.mark.django_db
ON = date(2026, 6, 1)
QUERIES = 17
KNOWN = {"source": "Annual report", "sourced_on": date(2026, 1, 1), "updated_at": datetime(2026, 1, 1, tzinfo=UTC)}


def ours(name: str = "Ada Ours", **fields: Any) -> Person:
    return person(name=name, category=PersonCategory.OWN_STAFF, **fields)


def tie(first: Any, second: Any, strength: int = 5, **fields: Any) -> Any:
    sides = {
        f"{side}_{'person' if isinstance(party, Person) else 'organization'}": party
        for side, party in (("from", first), ("to", second))
    }
    return relationship(**{**KNOWN, "strength": strength, **sides, **fields})


def told(who: User, target: Person, **options: Any) -> list[list[str]]:
    return [[step.sentence for step in path.steps] for path in warm_paths(who, target, ON, **options)]


def knows() -> Any:
    return relationship_type(label="knows", reverse_label="knows", is_symmetric=True)


def advises() -> Any:
    return relationship_type(label="advises", reverse_label="is advised by", from_kind="any", to_kind="any")


def test_one_of_ours_who_knows_the_target_is_one_step_away(coordinator: User) -> None:
    ada, robin = ours(), person(name="Robin Holder")
    tie(robin, ada, type=advises())

    found = warm_paths(coordinator, robin, ON)

    assert [(path.ours, path.score, [step.sentence for step in path.steps]) for path in found] == [
        (ada, 1.0, ["Ada Ours is advised by Robin Holder."])
    ]


def test_a_body_both_are_tied_to_is_one_step_with_its_reason(coordinator: User) -> None:
    ada, robin = ours(), person(name="Robin Holder")
    board = organization(name="Harbour Board", classification=OrganizationClassification.COMMITTEE)
    tie(ada, board, type=advises())
    membership(person=robin, organization=board)

    assert told(coordinator, robin) == [["Ada Ours advises Harbour Board, where Robin Holder sits."]]


@pytest.mark.parametrize(
    ("role", "words"),
    [
        (MembershipRole.PRINCIPAL, "which Robin Holder leads"),
        (MembershipRole.AIDE, "where Robin Holder works"),
        (MembershipRole.MEMBER, "to which Robin Holder belongs"),
    ],
)
def test_the_reason_says_how_somebody_belongs(coordinator: User, role: MembershipRole, words: str) -> None:
    ada, robin, board = ours(), person(name="Robin Holder"), organization(name="Quay Trust", classification="ngo")
    tie(board, ada, type=advises())
    membership(person=robin, organization=board, role=role)

    assert told(coordinator, robin) == [[f"Ada Ours is advised by Quay Trust, {words}."]]


def test_two_members_of_one_small_body_know_each_other(coordinator: User) -> None:
    ada, robin, board = ours(), person(name="Robin Holder"), organization(name="Quay Trust", classification="ngo")
    for member in (ada, robin):
        membership(person=member, organization=board)

    assert told(coordinator, robin) == [["Ada Ours and Robin Holder both belong to Quay Trust."]]


def test_two_relationships_with_one_body_are_told_one_after_the_other(coordinator: User) -> None:
    ada, robin, board = ours(), person(name="Robin Holder"), organization(name="Quay Trust", classification="ngo")
    kind = advises()
    for member in (ada, robin):
        tie(member, board, type=kind)

    assert told(coordinator, robin) == [["Ada Ours advises Quay Trust. Robin Holder advises Quay Trust."]]


def test_three_steps_are_found_and_four_are_not(coordinator: User) -> None:
    kind = knows()
    chain = [ours(), *(person(name=f"Link {number}") for number in range(1, 5))]
    for first, second in zip(chain, chain[1:], strict=False):
        tie(first, second, type=kind)

    assert told(coordinator, chain[3]) == [["Ada Ours knows Link 1.", "Link 1 knows Link 2.", "Link 2 knows Link 3."]]
    assert told(coordinator, chain[4]) == []


def test_a_strong_longer_way_beats_a_faint_direct_one(coordinator: User) -> None:
    ada, ben, robin = ours(), person(name="Ben Between"), person(name="Robin Holder")
    kind = knows()
    tie(ada, robin, strength=1, type=kind)
    tie(ada, ben, type=kind)
    tie(ben, robin, type=kind)

    found = warm_paths(coordinator, robin, ON)

    assert [(path.score, len(path.steps)) for path in found] == [(0.6, 2), (0.2, 1)]


def test_age_and_a_missing_source_weaken_a_way(coordinator: User) -> None:
    robin = person()
    kind = knows()
    for name, fields in (
        ("Fresh", {}),
        ("Unsourced", {"source": ""}),
        ("Aged", {"sourced_on": date(2024, 1, 1)}),
        ("Old", {"sourced_on": date(2020, 1, 1)}),
    ):
        tie(ours(name), robin, type=kind, **fields)

    found = warm_paths(coordinator, robin, ON, limit=9)

    assert [(str(path.ours), path.score) for path in found] == [
        ("Fresh", 1.0), ("Unsourced", 0.85), ("Aged", 0.85), ("Old", 0.7),
    ]  # fmt: skip


def test_each_of_ours_comes_first_with_the_best_way(coordinator: User) -> None:
    ada, eve, robin = ours("Ada"), ours("Eve"), person(name="Robin")
    kind = knows()
    for middle in (person(name="Ben"), person(name="Cal")):
        tie(ada, middle, type=kind)
        tie(middle, robin, type=kind)
    tie(eve, robin, strength=1, type=kind)

    assert [path.ours.name for path in warm_paths(coordinator, robin, ON, limit=2)] == ["Ada", "Eve"]
    assert [path.ours.name for path in warm_paths(coordinator, robin, ON, limit=3)] == ["Ada", "Ada", "Eve"]


def test_nobody_of_ours_is_gone_through(coordinator: User) -> None:
    ada, eve, robin = ours("Ada"), ours("Eve"), person(name="Robin")
    kind = knows()
    tie(ada, eve, type=kind)
    tie(eve, robin, type=kind)

    assert told(coordinator, robin) == [["Eve knows Robin."]]


@pytest.mark.parametrize(
    "fields",
    [{"end_date": "2026-05"}, {"start_date": "2026-06-02"}, {"end_date": "2025", "start_date": "2020"}],
)
def test_what_is_over_or_to_come_leads_nowhere(coordinator: User, fields: dict[str, Any]) -> None:
    robin = person()
    tie(ours(), robin, type=knows(), **fields)
    board = organization(classification="ngo")
    membership(person=robin, organization=board, **fields)
    membership(person=ours(), organization=board)

    assert told(coordinator, robin) == []


def test_a_kind_that_opens_no_doors_leads_nowhere(coordinator: User) -> None:
    robin = person()
    tie(ours(), robin, type=relationship_type(opens_doors=False))

    assert told(coordinator, robin) == []


def test_a_chamber_a_party_and_a_large_body_connect_nobody(coordinator: User) -> None:
    ada, robin = ours(), person()
    bodies = [organization(classification=kind) for kind in ("chamber", "legislature", "party", "ngo")]
    for body in bodies:
        for member in (ada, robin):
            membership(person=member, organization=body)
    for _other in range(SMALL_BODY - 1):
        membership(organization=bodies[-1])

    assert told(coordinator, robin) == []


def test_a_body_with_many_donors_connects_nobody(coordinator: User) -> None:
    ada, robin, fund, kind = ours(), person(), organization(classification="ngo"), advises()
    for donor in (ada, robin, *(person() for _other in range(SMALL_BODY - 1))):
        tie(donor, fund, type=kind)

    assert told(coordinator, robin) == []


def test_a_partner_counts_only_when_asked_for(coordinator: User) -> None:
    robin, pat = person(name="Robin"), person(name="Pat", category=PersonCategory.PARTNER)
    tie(pat, robin, type=knows())

    assert told(coordinator, robin) == []
    assert told(coordinator, robin, partners=True) == [["Pat knows Robin."]]


def test_the_same_question_gets_the_same_answer(coordinator: User) -> None:
    robin, kind = person(), knows()
    for _one in range(5):
        tie(ours(), robin, type=kind)

    answers = [[path.ours.pk for path in warm_paths(coordinator, robin, ON)] for _time in range(3)]

    assert answers[0] == sorted(answers[0])
    assert answers == [answers[0]] * 3


def test_somebody_of_ours_is_no_target(coordinator: User) -> None:
    ada = ours()
    tie(ours(), ada, type=knows())

    assert told(coordinator, ada) == []


def hidden(name: str, **fields: Any) -> Person:
    return person(name=name, visibility=Visibility.TEAM, owner=user(), **fields)


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.AUDITOR])
def test_no_way_leads_over_anybody_hidden(role: Role) -> None:
    who, kind, robin = user(role=role), knows(), person(name="Robin")
    board = organization(name="Quay Trust", classification="ngo")
    secret = hidden("Zyxquill")
    tie(ours("Ada"), secret, type=kind)
    tie(secret, robin, type=kind)
    tie(hidden("Zyxquill Ours", category=PersonCategory.OWN_STAFF), robin, type=kind)
    for member in (hidden("Zyxquill Member", category=PersonCategory.OWN_STAFF), robin):
        membership(person=member, organization=board)

    assert told(who, robin) == []
    assert told(who, secret) == []
    assert len(told(user(role=Role.DIRECTOR), robin)) == 3


def test_no_way_leads_over_the_office_of_somebody_hidden(coordinator: User) -> None:
    robin, office = person(), organization(name="Office of Zyxquill", classification=OrganizationClassification.OFFICE)
    membership(person=hidden("Zyxquill"), organization=office, role=MembershipRole.PRINCIPAL)
    for member in (ours(), robin):
        membership(person=member, organization=office, role=MembershipRole.AIDE)

    assert told(coordinator, robin) == []


@pytest.mark.parametrize("role", [Role.ADVOCATE, Role.VOLUNTEER, Role.EDITOR, Role.MODERATOR, Role.SYSADMIN])
def test_roles_without_the_registry_get_no_way(role: Role) -> None:
    robin = person()
    tie(ours(), robin, type=knows())

    assert told(user(role=role), robin) == []


@pytest.mark.parametrize("count", [1, 3])
def test_a_search_takes_as_many_queries_for_three_as_for_one(
    coordinator: User, count: int, django_assert_num_queries: Any
) -> None:
    robin, kind = person(), knows()
    for _one in range(count):
        middle, board = person(), organization(classification="ngo")
        tie(middle, robin, type=kind, strength=2)
        membership(person=middle, organization=board)
        membership(person=ours(), organization=board)

    with django_assert_num_queries(QUERIES):
        found = warm_paths(coordinator, robin, ON)

    assert len(found) == count
