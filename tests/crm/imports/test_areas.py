"""Divisions, reference data, postcodes and overlaps, in any order of files."""

from decimal import Decimal
from itertools import permutations
from pathlib import Path

import pytest

from crm.imports.actions import undo_import
from crm.imports.enums import ProblemKind
from crm.imports.errors import SourceError
from crm.imports.models import ImportBatch
from crm.imports.registry import read_source
from crm.imports.rules import Plan
from crm.places.models import Area, AreaCode, AreaName, AreaOverlap, AreaStatistic, PostcodeArea
from tests.crm.imports.real_numbers import picture
from tests.crm.imports.real_steps import AT, load, taken_back, written

pytestmark = pytest.mark.django_db
NORTH, OLD = "ocd-division/country:xy/region:n", "ocd-division/country:xy/region:n/ed:old"
LISTS = {
    "top.csv": "ocd-division/country:xy,Xyland\nocd-division/country:xy/region:n,North\n",
    "seats.csv": f"id,name,validFrom,validThrough,sameAs\n{OLD},Old Town,,2024-07-03,{NORTH}/ed:new\n\n"
    f"{NORTH}/ed:new,New Town,2024-07-04,,\n",
    "codes.csv": f"id,openstates_district\n{OLD},xy-lower-01\n",
}


def write(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.write_text(content)
    return path


def problems(plan: Plan) -> list[tuple[ProblemKind, str, str]]:
    return [(problem.kind, problem.where, problem.value) for problem in plan.problems]


def test_divisions_come_out_the_same_in_any_order_of_files(tmp_path: Path) -> None:
    files = [write(tmp_path, name, content) for name, content in LISTS.items()]
    pictures, second = [], 0

    for order in permutations(files):
        with taken_back():
            for file in order:
                load(file, "ocd-divisions")
            pictures.append(picture())
            second += sum(written(load(file, "ocd-divisions")) for file in files)

    assert [pictures[0]] * 6 == pictures
    assert second == 0
    assert pictures[0]["areas"] == [
        ("ocd-division/country:xy", "", "", "country", None, "Xyland", ""),
        (NORTH, "", "", "region", "ocd-division/country:xy", "North", ""),
        (f"{NORTH}/ed:new", "2024-07-04", "", "constituency", NORTH, "New Town", ""),
        (OLD, "", "2024-07-03", "constituency", NORTH, "Old Town", ""),
    ]
    assert pictures[0]["codes"] == [(OLD, "ocd-alias", f"{NORTH}/ed:new"), (OLD, "openstates_district", "xy-lower-01")]


def test_missing_parent_is_listed_and_not_invented(tmp_path: Path) -> None:
    plan = load(write(tmp_path, "seats.csv", LISTS["seats.csv"]), "ocd-divisions")

    assert problems(plan) == [
        (ProblemKind.UNRESOLVED, OLD, NORTH),
        (ProblemKind.UNRESOLVED, f"{NORTH}/ed:new", NORTH),
    ]
    assert Area.objects.count() == 2


def test_parent_that_adopted_divisions_can_be_taken_back(tmp_path: Path) -> None:
    load(write(tmp_path, "seats.csv", LISTS["seats.csv"]), "ocd-divisions")
    before = picture()
    load(write(tmp_path, "top.csv", LISTS["top.csv"]), "ocd-divisions")

    undoing = undo_import(ImportBatch.objects.order_by("-id")[0], by=None, at=AT)

    assert undoing.kept == []
    assert picture() == before


def test_a_made_up_name_never_replaces_a_real_one(tmp_path: Path) -> None:
    load(write(tmp_path, "seats.csv", LISTS["seats.csv"]), "ocd-divisions")

    load(write(tmp_path, "codes.csv", LISTS["codes.csv"]), "ocd-divisions")

    assert Area.objects.get(identifier=OLD).name == "Old Town"


CODES = (
    "ISO3166-1-Alpha-2,ISO3166-1-Alpha-3,ISO3166-1-numeric,official_name_en,official_name_fr,CLDR display name\n"
    "AF,AFG,4,Afghanistan,Afghanistan,Afghanistan\n"
)
FIGURES = "Country Name,Country Code,Year,Value\nAfghanistan,AFG,2000,20.5\nArab World,ARB,2000,9e3\n,,2001,1\n"


@pytest.mark.parametrize("order", [("country-codes.csv", "gdp.csv"), ("gdp.csv", "country-codes.csv")])
def test_countries_and_figures_meet_in_either_order(tmp_path: Path, order: tuple[str, str]) -> None:
    texts = {"country-codes.csv": CODES, "gdp.csv": FIGURES}
    plans = [load(write(tmp_path, name, texts[name]), "reference") for name in order]

    again = sum(written(load(tmp_path / name, "reference")) for name in order)

    assert again == 0
    assert [problem for plan in plans for problem in problems(plan)] == [(ProblemKind.ERROR, "gdp.csv, 4", "")]
    assert list(Area.objects.values_list("identifier", "name", "classification", "code")) == [
        ("ocd-division/country:af", "Afghanistan", "country", "AF"),
        ("reference/aggregate:arb", "Arab World", "aggregate", "ARB"),
    ]
    assert AreaCode.objects.get(scheme="iso3166-1-numeric").code == "004"
    assert sorted(AreaName.objects.values_list("language", flat=True)) == ["en", "fr"]
    assert list(AreaStatistic.objects.values_list("indicator", "year", "value")) == [
        ("gdp_usd", 2000, Decimal("20.5")),
        ("gdp_usd", 2000, Decimal(9000)),
    ]


POSTCODES = (
    "Zip,Division ID,Population\n"
    f"1000 A,{NORTH},30\n1000-A,ocd-division/country:xy,10\n2000,N1,\n3000,{NORTH},1\n3000,nowhere,1\n"
)


def test_postcodes_are_split_by_population_and_find_areas_by_code(tmp_path: Path) -> None:
    load(write(tmp_path, "top.csv", LISTS["top.csv"]), "ocd-divisions")
    AreaCode.objects.create(area=Area.objects.get(identifier=NORTH), scheme="own", code="N1")

    plan = load(write(tmp_path, "zips.csv", POSTCODES), "postcodes")

    assert problems(plan) == [(ProblemKind.UNRESOLVED, "zips.csv, 6", "nowhere")]
    assert list(PostcodeArea.objects.values_list("postcode", "area__name", "share")) == [
        ("1000A", "North", Decimal("0.75")),
        ("1000A", "Xyland", Decimal("0.25")),
        ("2000", "North", Decimal(1)),
        ("3000", "North", Decimal("0.5")),
    ]
    assert written(load(tmp_path / "zips.csv", "postcodes")) == 0


def test_postcode_that_moved_leaves_no_share_behind(tmp_path: Path) -> None:
    load(write(tmp_path, "top.csv", LISTS["top.csv"]), "ocd-divisions")
    load(write(tmp_path, "zips.csv", f"postcode,area\n1000,{NORTH}\n"), "postcodes")

    load(write(tmp_path, "zips.csv", "postcode,area\n1000,ocd-division/country:xy\n"), "postcodes")

    assert sorted(PostcodeArea.objects.values_list("area__name", "share")) == [
        ("North", Decimal(0)),
        ("Xyland", Decimal(1)),
    ]


def test_shares_that_are_not_whole_are_refused(tmp_path: Path) -> None:
    load(write(tmp_path, "top.csv", LISTS["top.csv"]), "ocd-divisions")
    text = f"postcode,area,share\n1000,{NORTH},50%\n1000,ocd-division/country:xy,30%\n2000,{NORTH},100%\n"

    plan = load(write(tmp_path, "zips.csv", text), "postcodes")

    assert [where for _kind, where, _value in problems(plan)] == ["zips.csv, 2", "zips.csv, 3"]
    assert PostcodeArea.objects.get().postcode == "2000"


def test_overlaps_say_where_an_area_went(tmp_path: Path) -> None:
    for name, content in LISTS.items():
        load(write(tmp_path, name, content), "ocd-divisions")
    text = f"old,new,pop share,area share\n{OLD},{NORTH}/ed:new,0.6,0.5\n{OLD},{NORTH},2,\n"

    plan = load(write(tmp_path, "moves.csv", text), "area-overlaps")

    assert [where for _kind, where, _value in problems(plan)] == ["moves.csv, 3"]
    assert AreaOverlap.objects.values_list("to_area__name", "population_share", "area_share").get() == (
        *("New Town", Decimal("0.6"), Decimal("0.5")),
    )


@pytest.mark.parametrize("profile", ["ocd-divisions", "reference", "postcodes", "area-overlaps"])
def test_another_table_is_refused_with_a_sentence(tmp_path: Path, profile: str) -> None:
    with pytest.raises(SourceError) as caught:
        read_source(write(tmp_path, "people.csv", "name,born\nAda,1970\n"), profile=profile)

    assert str(caught.value.sentence).endswith(".")
