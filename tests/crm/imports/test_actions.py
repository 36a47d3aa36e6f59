import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crm.access.models import User
from crm.activity.models import ActivityEntry
from crm.contacts.actions import add_contact_detail
from crm.imports.actions import apply_plan, undo_import
from crm.imports.enums import ImportMode, ImportState, RowAct
from crm.imports.errors import AlreadyUndoneError, StalePlanError
from crm.imports.models import ImportBatch, ImportRow
from crm.imports.popolo import MODELS
from crm.imports.queries import plan_import
from crm.imports.registry import read_source
from crm.imports.resources import plan_report, undo_report
from crm.people.actions import create_person, edit_person
from crm.people.enums import ContactType, PersonCategory
from crm.people.models import ContactDetail, Identifier, Membership, Organization, Person, Post
from crm.people.queries import matching
from tests.crm.imports.steps import AT, change, column, dump, holder, load, plan

pytestmark = pytest.mark.django_db
LEGISLATORS = "legislators-current.json"


def test_apply_leaves_one_batch_one_entry_and_a_row_per_row(congress: Path, coordinator: User) -> None:
    made = plan(congress)

    batch = apply_plan(made, by=coordinator, at=AT)

    assert (batch.profile, batch.source_name, batch.mode, batch.state) == (
        "us-congress",
        "us-congress",
        "update",
        ImportState.APPLIED,
    )
    entries = ActivityEntry.objects.values_list("verb", "object_type", "object_id", "actor", "data")
    assert list(entries) == [("import.applied", "crm.importbatch", batch.pk, coordinator.pk, {"rows": 111})]
    assert sum(batch.report["counts"][model]["created"] for model in batch.report["counts"]) == 111
    assert list(batch.rows.values_list("act", flat=True).distinct().order_by()) == [RowAct.CREATED]


def test_second_run_finds_everything_unchanged(congress: Path) -> None:
    load(congress)
    before = dump()

    report, batch = load(congress)

    assert column(report, "unchanged") == {
        "Area": 10,
        "Organization": 12,
        "Person": 5,
        "Post": 8,
        "Identifier": 29,
        "OtherName": 1,
        "ContactDetail": 22,
        "Office": 7,
        "Membership": 17,
    }
    assert report["rows"] == []
    assert batch.rows.count() == 0
    assert dump() == before


def test_second_call_with_the_same_plan_is_refused(congress: Path) -> None:
    made = plan(congress)
    apply_plan(made, by=None, at=AT)

    with pytest.raises(StalePlanError):
        apply_plan(made, by=None, at=AT)

    assert ImportBatch.objects.count() == 1


def test_plan_is_refused_when_staff_worked_meanwhile(congress: Path) -> None:
    made = plan(congress)
    create_person(name="Newcomer", category=PersonCategory.PARTNER, by=None, at=AT)

    with pytest.raises(StalePlanError):
        apply_plan(made, by=None, at=AT)

    assert Person.objects.count() == 1


def test_plan_changes_nothing_and_run_does_what_it_said(congress: Path) -> None:
    empty = dump()
    previewed = plan_report(plan(congress))
    after_preview = dump()

    report, _batch = load(congress)

    assert after_preview == empty
    assert report == previewed
    names = [model.__name__ for model in MODELS]
    assert column(report, "created") == {name: len(rows) for name, rows in zip(names, dump(), strict=True) if rows}


def test_order_of_the_rows_does_not_matter(congress: Path) -> None:
    source = read_source(congress, profile="us-congress")
    shuffled = list(source.records)
    random.Random(7).shuffle(shuffled)
    load(congress)

    made = plan_import(replace(source, records=tuple(shuffled)), mode=ImportMode.UPDATE)

    assert plan_report(made)["rows"] == []


def rename_office(people: list[dict[str, Any]]) -> None:
    people[0]["terms"][-1] |= {"phone": "202-555-0199", "office": "1 New Hall"}
    people[2]["name"]["nickname"] = "Cel"


def test_update_takes_what_changed_at_the_source(congress: Path) -> None:
    load(congress)
    change(congress, LEGISLATORS, rename_office)

    report, batch = load(congress)

    assert column(report, "updated") == {"ContactDetail": 1, "Office": 1}
    assert column(report, "created") == {"OtherName": 1}
    assert [row["changes"] for row in report["rows"] if row["act"] == "updated"] == [
        {"value": ["202-555-0101", "202-555-0199"]},
        {"address": ["511 Hart Senate Office Building", "1 New Hall"], "voice": ["202-555-0101", "202-555-0199"]},
    ]
    phones = ContactDetail.objects.filter(person=holder("X000001"), type="voice")
    assert list(phones.values_list("value", flat=True)) == ["202-555-0199"]
    assert batch.rows.filter(act=RowAct.UPDATED).count() == 2


def test_value_edited_by_staff_is_a_conflict_and_stays(congress: Path) -> None:
    load(congress)
    person = holder("X000003")
    edit_person(person, version=person.version, given_name="Céleste", by=None, at=AT)

    report, _batch = load(congress)

    assert column(report, "conflicts") == {"Person": 1}
    assert column(report, "updated") == column(report, "created") == {}
    assert [(row["where"], row["column"], row["value"]) for row in report["rows"]] == [
        ("person:X000003", "given_name", "Celeste")
    ]
    assert holder("X000003").given_name == "Céleste"


def test_contact_added_by_staff_stands_beside_the_imported_one(congress: Path) -> None:
    load(congress)
    add_contact_detail(
        type=ContactType.VOICE, value="202-555-0777", label="Capitol office", person=holder("X000001"), by=None, at=AT
    )

    report, _batch = load(congress)

    assert report["rows"] == []
    assert ContactDetail.objects.filter(person=holder("X000001"), type="voice").count() == 2


@pytest.mark.parametrize(
    ("mode", "gender", "additional_name"), [("skip", "", "Q."), ("fill", "F", "Q."), ("update", "F", "Q.")]
)
def test_mode_decides_over_a_person_who_was_here_before(
    congress: Path, mode: str, gender: str, additional_name: str
) -> None:
    known = create_person(
        name="Adela Marlowe",
        additional_name="Q.",
        category=PersonCategory.POLICYMAKER,
        by=None,
        at=AT,
    )
    Identifier.objects.create(person=known, scheme="wikidata", identifier="Q990001")

    load(congress, ImportMode(mode))

    known.refresh_from_db()
    assert (known.gender, known.additional_name) == (gender, additional_name)
    assert Person.objects.count() == 5
    assert known.identifiers.count() == 6


def test_mode_skip_leaves_what_is_there(congress: Path) -> None:
    load(congress)
    change(congress, LEGISLATORS, rename_office)

    report, _batch = load(congress, ImportMode.SKIP)

    assert column(report, "updated") == {}
    assert column(report, "created") == {"OtherName": 1}


def test_ids_of_two_people_are_not_joined(congress: Path) -> None:
    for number, identifier in enumerate(("X000001", "900001")):
        person = create_person(name=f"Half {number}", category=PersonCategory.POLICYMAKER, by=None, at=AT)
        Identifier.objects.create(
            person=person, scheme=("bioguide", "govtrack")[number], identifier=identifier
        )  # fmt: skip

    report, _batch = load(congress)

    assert column(report, "conflicts") == {"Person": 1}
    assert report["counts"]["Person"]["created"] == 4
    assert report["counts"]["Membership"]["unresolved"] == 5


def test_person_merged_away_is_found_through_the_survivor(congress: Path) -> None:
    kept = create_person(name="Kept", category=PersonCategory.POLICYMAKER, by=None, at=AT)
    gone = create_person(name="Gone", category=PersonCategory.POLICYMAKER, merged_into=kept, by=None, at=AT)
    Identifier.objects.create(person=gone, scheme="bioguide", identifier="X000003")

    load(congress)

    assert Membership.objects.filter(person=kept).count() == 2
    assert Membership.objects.filter(person=gone).count() == 0


def faults(people: list[dict[str, Any]]) -> None:
    del people[0]["id"]["bioguide"]
    people[1]["bio"]["birthday"] = "1970-02-31"
    people[2]["terms"][0]["state"] = "ZZ"
    people[3]["terms"][0]["end"] = "2020-01-03"
    people[4]["name"]["last"] = "V" * 101
    people.append(people[3])


def test_faulty_rows_are_listed_and_good_rows_go_on(congress: Path) -> None:
    change(congress, LEGISLATORS, faults)

    report, _batch = load(congress)

    errors = [(row["model"], row["where"], row["column"]) for row in report["rows"] if row["act"] == "errors"]
    assert errors[:5] == [
        ("Person", "legislators-current.json, 1", "id"),
        ("Person", "legislators-current.json, 3", "terms"),
        ("Person", "person:X000002", "birth_date"),
        ("Person", "person:X000005", "family_name"),
        ("Person", "person:X000004", ""),
    ]
    term = "person:X000004/us-house/ocd-division/country:us/state:wy/cd:at-large//2023-01-03"
    assert ("Membership", term, "end_date") in errors
    assert sorted(Person.objects.values_list("family_name", "birth_date")) == [
        ("Tarn", "1955-07-17"),
        ("Umber", "1980-02-02"),
        ("Ó Dálaigh", ""),
    ]


def test_seat_of_a_stranger_is_unresolved(congress: Path) -> None:
    path = congress / "committee-membership-current.yaml"
    path.write_text(path.read_text() + "- bioguide: Z999999\nHSXX:\n- bioguide: X000003\n")

    report, _batch = load(congress)

    unknown = [row["value"] for row in report["rows"] if row["act"] == "unresolved"]
    assert column(report, "unresolved") == {"Membership": 2}
    assert unknown == ["person:Z999999", "committee:HSXX"]


def test_missing_files_are_named_and_what_they_held_stays(congress: Path) -> None:
    load(congress)
    (congress / "legislators-social-media.json").unlink()
    (congress / "committee-membership-current.yaml").unlink()

    report, _batch = load(congress)

    assert report["notes"][1:] == [
        "There is no committee-membership-current.json, so what it holds was left out.",
        "There is no legislators-social-media.json, so what it holds was left out.",
    ]
    assert (column(report, "missing"), Membership.objects.count()) == ({}, 17)


def test_seat_gone_from_a_complete_source_is_listed_and_stays(congress: Path) -> None:
    load(congress)
    path = congress / "committee-membership-current.yaml"
    path.write_text(path.read_text().partition("SSTD02:")[0])

    report, _batch = load(congress)

    assert column(report, "missing") == {"Membership": 1}
    assert Membership.objects.count() == 17


def test_undo_takes_everything_back(congress: Path) -> None:
    empty = dump()
    _report, batch = load(congress)

    undoing = undo_import(batch, by=None, at=AT)

    assert dump() == empty
    assert (undoing.kept, undoing.revert) == ([], [])
    batch.refresh_from_db()
    assert (batch.state, batch.undone_at) == (ImportState.UNDONE, AT)
    assert list(ActivityEntry.objects.order_by("id").values_list("verb", flat=True)) == [
        "import.applied",
        "import.undone",
    ]


def test_second_undo_says_it_was_taken_back(congress: Path) -> None:
    _report, batch = load(congress)
    undo_import(batch, by=None, at=AT)

    with pytest.raises(AlreadyUndoneError):
        undo_import(batch, by=None, at=AT)

    assert ActivityEntry.objects.filter(verb="import.undone").count() == 1


def test_undo_of_a_later_run_sets_values_back(congress: Path) -> None:
    load(congress)
    before = dump()
    change(congress, LEGISLATORS, rename_office)
    _report, second = load(congress)

    undoing = undo_import(second, by=None, at=AT + timedelta(days=1))

    assert undo_report(undoing) == {"deleted": {"OtherName": 1}, "set_back": 2, "kept": []}
    assert dump() == before


def test_undo_leaves_what_staff_worked_with(congress: Path) -> None:
    _report, batch = load(congress)
    person = holder("X000003")
    edit_person(person, version=person.version, summary="Met her at the river.", by=None, at=AT)
    add_contact_detail(type=ContactType.EMAIL, value="cu@office.example", person=holder("X000004"), by=None, at=AT)

    undoing = undo_import(batch, by=None, at=AT)

    kept = {(model.__name__, pk) for model, pk, _sentence in undoing.kept}
    assert kept == {("Person", person.pk), ("Person", Person.objects.get(family_name="Tarn").pk)}
    assert sorted(Person.objects.values_list("family_name", flat=True)) == ["Tarn", "Umber"]
    assert (Organization.objects.count(), Post.objects.count(), Membership.objects.count()) == (0, 0, 0)
    assert matching(Person.objects.all(), "rivers").count() == 0


def test_undo_of_the_first_run_leaves_what_a_later_run_wrote(congress: Path) -> None:
    _report, first = load(congress)
    change(congress, LEGISLATORS, rename_office)
    load(congress)

    undoing = undo_import(first, by=None, at=AT)

    kept = [(model.__name__) for model, _pk, _sentence in undoing.kept]
    assert sorted(kept) == ["ContactDetail", "Office", "Person", "Person"]
    assert sorted(Person.objects.values_list("family_name", flat=True)) == ["Marlowe", "Umber"]


def test_import_after_an_undo_creates_everything_again(congress: Path) -> None:
    first, batch = load(congress)
    undo_import(batch, by=None, at=AT)

    again, _batch = load(congress)

    assert again == first
    assert ImportRow.objects.count() == 222
