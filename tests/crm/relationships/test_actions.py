from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from crm.access.models import User
from crm.activity.models import ActivityEntry
from crm.activity.queries import timeline_of
from crm.base.errors import StaleVersionError
from crm.changes.actions import undo_changes
from crm.people.models import Person
from crm.relationships.actions import (
    add_relationship,
    create_relationship_type,
    edit_relationship,
    edit_relationship_type,
    end_relationship,
    ensure_relationship_types,
    remove_relationship,
)
from crm.relationships.errors import (
    DuplicateRelationshipError,
    LabelTakenError,
    SelfRelationError,
    TypeInUseError,
    WrongPartyError,
)
from crm.relationships.models import Relationship, RelationshipType
from tests.factories.people import organization, person
from tests.factories.relationships import relationship, relationship_type

pytestmark = pytest.mark.django_db
AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
LATER = AT + timedelta(hours=1)


def verbs(row: Person) -> list[str]:
    return [entry.verb for entry in timeline_of(row)]


def newest() -> ActivityEntry:
    return ActivityEntry.objects.latest("id")


def test_first_types_are_added_once(db: None) -> None:
    first = ensure_relationship_types(at=AT)
    second = ensure_relationship_types(at=AT)

    knows = RelationshipType.objects.get(key="knows")
    assert (first, second, RelationshipType.objects.count()) == (11, 0, 11)
    assert (knows.label, knows.reverse_label, knows.is_symmetric) == ("knows", "knows", True)


def test_a_first_type_somebody_made_by_hand_is_left_alone(coordinator: User) -> None:
    create_relationship_type(label="Advises", reverse_label="listens to", by=coordinator, at=AT)

    added = ensure_relationship_types(at=AT)

    assert added == 9
    assert list(RelationshipType.objects.filter(key="advises").values_list("label", flat=True)) == ["Advises"]


@pytest.mark.parametrize(
    ("label", "reverse"),
    [("Advises", "counsels"), ("counsels", "IS  advised by"), ("is advised by", "counsels"), ("counsels", "advises")],
)
def test_a_kind_that_reads_like_another_is_refused(coordinator: User, label: str, reverse: str) -> None:
    create_relationship_type(label="advises", reverse_label="is advised by", by=coordinator, at=AT)

    with pytest.raises(LabelTakenError):
        create_relationship_type(label=label, reverse_label=reverse, by=coordinator, at=AT)

    assert RelationshipType.objects.count() == 1


def test_a_symmetric_kind_has_one_wording(coordinator: User) -> None:
    kind = create_relationship_type(label="met", is_symmetric=True, by=coordinator, at=AT)

    with pytest.raises(ValidationError):
        create_relationship_type(label="saw", reverse_label="was seen by", is_symmetric=True, by=coordinator, at=AT)

    assert kind.reverse_label == "met"


def test_a_directed_kind_needs_other_words_for_the_other_side(coordinator: User) -> None:
    for reverse in ("", "Guides"):
        with pytest.raises(ValidationError):
            create_relationship_type(label="guides", reverse_label=reverse, by=coordinator, at=AT)

    assert RelationshipType.objects.count() == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"is_symmetric": True, "reverse_label": "guides"},
        {"from_kind": "organization"},
        {"to_kind": "any"},
        {"label": "is guided by", "reverse_label": "guides"},
    ],
)
def test_a_used_kind_keeps_its_meaning(coordinator: User, fields: dict[str, Any]) -> None:
    kind = relationship_type(label="guides", reverse_label="is guided by")
    relationship(type=kind)

    with pytest.raises(TypeInUseError):
        edit_relationship_type(kind, version=1, by=coordinator, at=AT, **fields)

    kind.refresh_from_db()
    assert (kind.label, kind.is_symmetric, kind.from_kind, kind.version) == ("guides", False, "person", 1)


def test_a_used_kind_may_be_worded_better_and_set_back(coordinator: User) -> None:
    kind = relationship_type(label="guidess", reverse_label="is guided by")
    relationship(type=kind)
    edit_relationship_type(kind, version=1, label="guides", opens_doors=False, by=coordinator, at=AT)

    undo_changes(newest(), by=coordinator, at=LATER)

    kind.refresh_from_db()
    assert (kind.label, kind.opens_doors, kind.version) == ("guidess", True, 3)


def test_editing_a_kind_twice_from_one_form_is_refused(coordinator: User) -> None:
    kind = relationship_type()
    edit_relationship_type(kind, version=1, label="leads", by=coordinator, at=AT)

    with pytest.raises(StaleVersionError):
        edit_relationship_type(kind, version=1, label="leads", by=coordinator, at=AT)


def test_an_unused_kind_may_change_wholly(coordinator: User) -> None:
    kind = relationship_type(label="guides", reverse_label="is guided by")

    edit_relationship_type(kind, version=1, is_symmetric=True, reverse_label="", by=coordinator, at=AT)

    assert (kind.reverse_label, kind.is_symmetric) == ("guides", True)


def test_a_relationship_stands_on_both_timelines(coordinator: User) -> None:
    kind, ada, robin = relationship_type(), person(), person()

    row = add_relationship(
        kind, from_party=ada, to_party=robin, strength=5, start_date="2021", source="Annual report", by=coordinator,
        at=AT,
    )  # fmt: skip

    assert (row.from_person, row.to_person, row.strength, row.start_date) == (ada, robin, 5, "2021")
    assert (verbs(ada), verbs(robin)) == (["relationship.added"], ["relationship.added"])


def test_adding_a_relationship_twice_is_refused_with_the_sentence(coordinator: User) -> None:
    kind = relationship_type(label="guides", reverse_label="is guided by")
    ada, robin = person(name="Ada"), person(name="Robin")
    add_relationship(kind, from_party=ada, to_party=robin, end_date="2020", by=coordinator, at=AT)

    with pytest.raises(DuplicateRelationshipError) as refused:
        add_relationship(kind, from_party=ada, to_party=robin, start_date="2020-12", by=coordinator, at=AT)
    add_relationship(kind, from_party=ada, to_party=robin, start_date="2021", by=coordinator, at=AT)
    add_relationship(kind, from_party=robin, to_party=ada, by=coordinator, at=AT)

    assert "Ada guides Robin." in str(refused.value.sentence)
    assert Relationship.objects.count() == 3


def test_a_symmetric_relationship_is_known_from_both_sides(coordinator: User) -> None:
    kind = relationship_type(label="met", reverse_label="met", is_symmetric=True)
    ada, robin = person(), person()
    add_relationship(kind, from_party=ada, to_party=robin, by=coordinator, at=AT)

    with pytest.raises(DuplicateRelationshipError):
        add_relationship(kind, from_party=robin, to_party=ada, by=coordinator, at=AT)


def test_parties_must_fit(coordinator: User) -> None:
    kind, ada = relationship_type(), person()

    with pytest.raises(SelfRelationError):
        add_relationship(kind, from_party=ada, to_party=ada, by=coordinator, at=AT)
    with pytest.raises(WrongPartyError):
        add_relationship(kind, from_party=ada, to_party=organization(), by=coordinator, at=AT)

    assert Relationship.objects.count() == 0


def test_a_person_and_a_body_with_one_key_are_two(coordinator: User) -> None:
    ada = person()
    board = organization(pk=ada.pk)

    row = add_relationship(relationship_type(to_kind="any"), from_party=ada, to_party=board, by=coordinator, at=AT)

    assert row.to_organization == board


@pytest.mark.parametrize("fields", [{"strength": 6}, {"strength": 0}, {"start_date": "2022", "end_date": "2021"}])
def test_values_that_do_not_fit_are_refused(coordinator: User, fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        add_relationship(relationship_type(), from_party=person(), to_party=person(), by=coordinator, at=AT, **fields)


def test_an_edit_is_taken_back(coordinator: User) -> None:
    row = relationship(strength=2, note="Old.")
    edit_relationship(row, version=1, strength=4, note="New.", by=coordinator, at=AT)

    undo_changes(newest(), by=coordinator, at=LATER)

    row.refresh_from_db()
    assert (row.strength, row.note, row.version) == (2, "Old.", 3)


def test_editing_twice_from_one_form_is_refused(coordinator: User) -> None:
    row = relationship()
    edit_relationship(row, version=1, strength=4, by=coordinator, at=AT)

    with pytest.raises(StaleVersionError):
        edit_relationship(row, version=1, strength=5, by=coordinator, at=AT)


def test_ending_twice_records_once_and_is_taken_back(coordinator: User) -> None:
    row = relationship()
    for _time in range(2):
        end_relationship(row, end_date="2026-05", by=coordinator, at=AT)
    assert (row.end_date, verbs(row.from_person)) == ("2026-05", ["relationship.ended"])  # type: ignore[arg-type]

    undo_changes(newest(), by=coordinator, at=LATER)

    row.refresh_from_db()
    assert row.end_date == ""


def test_removing_twice_does_it_once_and_is_taken_back(coordinator: User) -> None:
    row = relationship(note="Kept.")
    for _time in range(2):
        remove_relationship(row, by=coordinator, at=AT)
    assert (Relationship.objects.count(), ActivityEntry.objects.count()) == (0, 1)

    undone = undo_changes(newest(), by=coordinator, at=LATER)

    back = Relationship.objects.get()
    assert (undone.set_back, back.public_id, back.note, back.updated_at) == (1, row.public_id, "Kept.", LATER)
