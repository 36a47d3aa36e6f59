"""Open States files, with people of our own."""

import zipfile
from pathlib import Path

import pytest

from crm.imports.enums import ImportMode, ProblemKind
from crm.imports.errors import SourceError
from crm.imports.queries import plan_import
from crm.imports.registry import read_source, recognise
from crm.imports.rules import Plan
from crm.people.models import ContactDetail, Identifier, Membership, Office, Organization, Person
from crm.places.models import Area
from tests.crm.imports.real_steps import load, written

pytestmark = pytest.mark.django_db
JURISDICTION = "ocd-jurisdiction/country:us/state:vt/government"
ADA = """\
id: ocd-person/00000000-0000-4000-8000-00000000000a
name: Ada Birch
given_name: Ada
family_name: Birch
birth_date: 1970-05-00
death_date: 2026-01-02
gender: Female
email: ada@example.org
party:
- name: Progressive
roles:
- type: lower
  district: Orange-9
  jurisdiction: ocd-jurisdiction/country:us/state:vt/government
  start_date: 2023-01-04
- type: lower
  district: Orange-9
  jurisdiction: ocd-jurisdiction/country:us/state:vt/government
  start_date: 2023-01-04
  end_date: 2022-12-31
offices:
- classification: capitol
  address: 1 Hill Street
  voice: 802-555-0100
- classification: home
  address: 9 Private Lane
extras:
  shoe size: 41
ids:
  twitter: adabirch
other_identifiers:
- scheme: legacy_openstates
  identifier: VTL000999
sources:
- url: https://example.org/ada
- url: https://example.org/list
"""
BODY = """\
id: ocd-organization/00000000-0000-4000-8000-00000000000b
name: Forests
jurisdiction: ocd-jurisdiction/country:us/state:vt/government
classification: committee
chamber: lower
members:
- name: Ada Birch
  role: co-chair
  person_id: ocd-person/00000000-0000-4000-8000-00000000000a
- name: Only Aname
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A person and a committee of an invented state house."""
    for folder, text in (("legislature", ADA), ("committees", BODY)):
        (tmp_path / "vt" / folder).mkdir(parents=True)
        (tmp_path / "vt" / folder / "one.yml").write_text(text)
    return tmp_path / "vt"


def problems(plan: Plan) -> list[tuple[ProblemKind, str, str]]:
    return [(problem.kind, problem.column, problem.value) for problem in plan.problems]


def test_tree_becomes_people_bodies_and_seats(tree: Path) -> None:
    plan = load(tree, "openstates")

    ada = Person.objects.get()
    seats = Membership.objects.order_by("organization__name", "end_date")
    assert (ada.name, ada.birth_date, ada.death_date, ada.level) == ("Ada Birch", "1970-05", "2026-01-02", "state")
    assert ada.sources.splitlines() == ["https://example.org/ada", "https://example.org/list"]
    assert [(str(seat.organization), seat.label, seat.start_date, seat.end_date) for seat in seats] == [
        ("Forests", "co-chair", "", ""),
        ("Progressive", "", "", ""),
        ("Vermont House of Representatives", "Representative", "2023-01-04", ""),
        ("Vermont House of Representatives", "Representative", "2023-01-04", "2022-12-31"),
    ]
    assert Organization.objects.get(name="Forests").parent == Organization.objects.get(name__startswith="Vermont House")
    assert Area.objects.get(identifier="ocd-division/country:us/state:vt/sldl:orange-9").name == (
        "VT lower district Orange-9"
    )
    assert list(Office.objects.values_list("address", flat=True)) == ["1 Hill Street"]
    assert set(ContactDetail.objects.values_list("type", "value")) == {
        ("email", "ada@example.org"),
        ("twitter", "adabirch"),
    }
    assert Identifier.objects.get(scheme="legacy_openstates").identifier == "VTL000999"
    assert problems(plan) == [
        (ProblemKind.UNRESOLVED, "person_id", "Only Aname"),
        (ProblemKind.ERROR, "end_date", "2022-12-31"),
    ]


def test_second_pass_changes_nothing(tree: Path) -> None:
    load(tree, "openstates")

    again = load(tree, "openstates")

    assert written(again) == 0


def test_zip_says_what_the_folder_says(tree: Path, tmp_path: Path) -> None:
    packed = tmp_path / "vt.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for file in tree.rglob("*.yml"):
            archive.write(file, f"../../{file.relative_to(tree)}")
    load(tree, "openstates")

    again = load(packed, "openstates")

    assert written(again) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["vt", "vt.zip"]


def test_committee_of_another_file_finds_its_people(tree: Path) -> None:
    load(tree / "legislature" / "one.yml", "openstates")

    plan = load(tree / "committees" / "one.yml", "openstates")

    assert problems(plan) == [(ProblemKind.UNRESOLVED, "person_id", "Only Aname")]
    assert Membership.objects.filter(organization__name="Forests").count() == 1


def test_broken_file_leaves_the_others(tree: Path) -> None:
    (tree / "legislature" / "two.yml").write_text("id: [")

    plan = plan_import(read_source(tree, profile="openstates"), mode=ImportMode.UPDATE)

    assert [problem.where for problem in plan.problems][0] == "legislature/two.yml"
    assert len(plan.rows[Person]) == 1


def test_no_is_a_name_and_seven_keeps_its_nought(tmp_path: Path) -> None:
    path = tmp_path / "kari.yml"
    path.write_text(ADA.replace("family_name: Birch", "family_name: No").replace("Orange-9", "07"))

    load(path, "openstates")

    assert Person.objects.get().family_name == "No"
    assert set(Membership.objects.exclude(post=None).values_list("post__label", flat=True)) == {"Representative for 07"}
    assert Area.objects.filter(identifier__endswith="/sldl:7").count() == 1


@pytest.mark.parametrize(
    "text", ["name: !!python/object/apply:os.system [ls]", "a: &a [b]\nc: *a", "- 1\n- 2", "id: x"]
)
def test_what_is_no_person_is_refused_with_a_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "one.yml"
    path.write_text(text)

    with pytest.raises(SourceError) as caught:
        read_source(path, profile="openstates")

    assert str(caught.value.sentence).endswith(".")


def test_tree_is_recognised(tree: Path) -> None:
    found = recognise(tree)

    assert found is not None
    assert found.name == "openstates"
