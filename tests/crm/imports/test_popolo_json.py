"""Popolo JSON, with people of our own."""

import json
from pathlib import Path
from typing import Any

import pytest

from crm.imports.enums import ProblemKind
from crm.imports.errors import SourceError
from crm.imports.forms import DatasetForm
from crm.imports.registry import read_source, recognise
from crm.imports.rules import Plan
from crm.people.models import ContactDetail, Identifier, Membership, Organization, OtherName, Person, Post
from crm.places.models import Area
from tests.crm.imports.real_steps import load, written

pytestmark = pytest.mark.django_db
FILE: dict[str, Any] = {
    "persons": [
        {
            "id": "p1",
            "name": "Ada Birch",
            "birth_date": "1975-00-00",
            "email": "ada@example.org",
            "other_names": [{"name": "Ada Bouleau", "lang": "fr"}, {"name": "Ada Bouleau", "lang": "ca"}],
            "links": [{"note": "website", "url": "https://example.org/ada"}],
            "memberships": [{"organization_id": "legislature", "role": "Speaker", "area_id": "area/north"}],
        },
        {"id": "Q7", "name": "Bo Fir", "identifiers": [{"scheme": "wikidata", "identifier": "Q7"}]},
    ],
    "organizations": [{"id": "legislature", "name": "Landtag", "classification": "legislature"}],
    "areas": [{"id": "area/north", "name": "North", "other_names": [{"lang": "fr", "name": "Nord"}]}],
    "events": [{"id": "term/9", "name": "Ninth term", "end_date": "2019-06-30"}],
    "memberships": [
        {"person_id": "Q7", "organization_id": "legislature", "legislative_period_id": "term/9", "role": "member"},
        {"person_id": "Q7", "organization_id": "legislature", "legislative_period_id": "term/9", "role": "clerk"},
    ],
}


def write(folder: Path, content: Any, name: str = "landtag.json") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return path


def problems(plan: Plan) -> list[tuple[ProblemKind, str, str, str]]:
    return [(p.kind, p.where, p.column, p.value) for p in plan.problems]


def test_file_becomes_people_bodies_and_memberships(tmp_path: Path) -> None:
    plan = load(write(tmp_path, FILE), "popolo")

    assert problems(plan) == []
    assert list(Person.objects.order_by("name").values_list("name", "birth_date")) == [
        ("Ada Birch", "1975"),
        ("Bo Fir", ""),
    ]
    assert sorted(Identifier.objects.values_list("scheme", "identifier")) == [
        ("popolo:landtag", "organization/legislature"),
        ("popolo:landtag", "person/Q7"),
        ("popolo:landtag", "person/p1"),
        ("wikidata", "Q7"),
    ]
    assert sorted(OtherName.objects.values_list("name", "language")) == [("Ada Bouleau", "ca"), ("Ada Bouleau", "fr")]
    assert Area.objects.get().identifier == "popolo:landtag/area/north"
    columns = ("person__name", "label", "legislative_period", "end_date", "area__name")
    assert sorted(Membership.objects.values_list(*columns), key=repr) == [
        ("Ada Birch", "Speaker", "", "", "North"),
        ("Bo Fir", "", "Ninth term", "2019-06-30", None),
        ("Bo Fir", "clerk", "Ninth term", "2019-06-30", None),
    ]
    assert ContactDetail.objects.count() == 2


def test_second_pass_in_another_order_changes_nothing(tmp_path: Path) -> None:
    load(write(tmp_path, FILE), "popolo")
    turned = {name: rows[::-1] for name, rows in reversed(FILE.items())}

    again = load(write(tmp_path, turned), "popolo")

    assert written(again) == 0


def test_ids_of_two_files_are_told_apart_by_their_dataset(tmp_path: Path) -> None:
    load(write(tmp_path, FILE, "north/ep-popolo-v1.0.json"), "popolo")
    other = {"persons": [{"id": "p1", "name": "Cy Elm"}], "organizations": [{"id": "legislature", "name": "Diet"}]}

    load(write(tmp_path, other, "south/ep-popolo-v1.0.json"), "popolo")

    assert sorted(Person.objects.values_list("name", flat=True)) == ["Ada Birch", "Bo Fir", "Cy Elm"]
    assert sorted(Organization.objects.values_list("name", flat=True)) == ["Diet", "Landtag"]


def test_dataset_may_be_named_by_hand(tmp_path: Path) -> None:
    path = write(tmp_path, FILE)

    batch = read_source(path, profile="popolo", options={"dataset": "Landtag of the North"})

    assert batch.source == "Popolo: Landtag of the North"


def test_form_asks_for_the_dataset_and_proposes_the_name_of_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, FILE)

    form = DatasetForm({"dataset": "Landtag of the North"}, path=path)

    assert form.is_valid()
    assert form.as_options() == {"dataset": "Landtag of the North"}
    assert DatasetForm(path=path).initial == {"dataset": "landtag"}
    assert DatasetForm(path=tmp_path / "ep-popolo-v1.0.json").initial == {"dataset": ""}


def test_lists_may_lie_in_files_of_their_own(tmp_path: Path) -> None:
    folder = tmp_path / "landtag"
    for name, rows in FILE.items():
        write(folder, rows, f"{name}.json")
    load(write(tmp_path, FILE), "popolo")

    again = load(folder, "popolo")

    assert written(again) == 0


def test_people_of_an_earlier_file_are_found(tmp_path: Path) -> None:
    people = {name: rows for name, rows in FILE.items() if name != "memberships"}
    load(write(tmp_path, people), "popolo")
    seats = {"memberships": [*FILE["memberships"], {"person_id": "ghost", "organization_id": "legislature"}]}

    plan = load(write(tmp_path, seats), "popolo")

    assert problems(plan) == [(ProblemKind.UNRESOLVED, "membership 3", "person_id", "person:ghost")]
    assert Membership.objects.filter(person__name="Bo Fir").count() == 2


def test_embedded_objects_are_taken_out(tmp_path: Path) -> None:
    firm = {
        "organizations": [
            {
                "id": "firm",
                "name": "Firm",
                "posts": [{"id": "cook", "label": "Cook"}],
                "memberships": [{"post_id": "cook", "person": {"id": "p9", "name": "Di Yew"}, "role": "Cook"}],
            }
        ]
    }

    load(write(tmp_path, firm), "popolo")

    assert Membership.objects.values_list("person__name", "post__label", "organization__name").get() == (
        *("Di Yew", "Cook", "Firm"),
    )
    assert Post.objects.count() == 1


def test_every_fault_is_named_and_the_good_rows_are_taken(tmp_path: Path) -> None:
    body = {"id": "o1", "name": "Council"}
    twice = {"person_id": "p3", "organization_id": "o1", "role": "member", "start_date": "2020"}
    faulty = {
        "persons": [
            {"id": "p1", "name": "A"},
            {"id": "p1", "name": "B"},
            {"id": "p2"},
            {"id": "p3", "name": "C", "email": "nowhere"},
        ],
        "organizations": [
            body,
            {"id": "o2", "name": "X", "parent_id": "o3"},
            {"id": "o3", "name": "Y", "parent_id": "o2"},
        ],
        "memberships": [
            {"person_id": "p1", "organization_id": "o1", "start_date": "2020", "end_date": "2019-12-31"},
            {"person_id": "p3", "organization_id": "o1", "post_id": "none"},
            twice,
            twice,
        ],
    }

    plan = load(write(tmp_path, faulty), "popolo")

    assert sorted(problems(plan), key=repr) == sorted(
        [
            (ProblemKind.ERROR, "person 2", "id", "p1"),
            (ProblemKind.ERROR, "person 3", "name", "p2"),
            (ProblemKind.ERROR, "person:p3 email nowhere", "value", "nowhere"),
            (ProblemKind.ERROR, "organization o2", "parent_id", "o2 → o3"),
            (ProblemKind.ERROR, "membership 1", "end_date", "2019-12-31"),
            (ProblemKind.UNRESOLVED, "membership 2", "post_id", "post:none"),
            (ProblemKind.ERROR, "membership 4", "", ""),
        ],
        key=repr,
    )
    assert sorted(Person.objects.values_list("name", flat=True)) == ["A", "C"]
    assert Membership.objects.count() == 2


@pytest.mark.parametrize("content", [[], [{"id": 1}], {}, {"persons": []}, {"rows": [1]}, "text"])
def test_other_json_is_refused_with_a_sentence(tmp_path: Path, content: Any) -> None:
    with pytest.raises(SourceError) as caught:
        read_source(write(tmp_path, content), profile="popolo")

    assert str(caught.value.sentence).endswith("check the file or name another profile.")


def test_file_is_recognised(tmp_path: Path) -> None:
    found = recognise(write(tmp_path, FILE))

    assert found is not None
    assert found.name == "popolo"
