"""What the preview of a new term says of the seats, before anything is written."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from crm.batches.resources import preview_of
from crm.elections.queries import foreseen
from crm.imports.enums import PreviewKind
from crm.imports.models import ImportBatch
from crm.people.enums import Visibility
from crm.people.models import Membership
from tests.crm.imports.steps import change, holder, load, plan

pytestmark = pytest.mark.django_db

INVENTED = Path(__file__).parent.parent / "imports" / "invented_congress"


@pytest.fixture
def congress(tmp_path: Path) -> Path:
    """The invented Congress, imported, and its folder to write the next term into."""
    folder = Path(shutil.copytree(INVENTED, tmp_path / "us-congress"))
    load(folder)
    return folder


def term(state: str, district: int) -> dict[str, Any]:
    days = {"start": "2027-01-03", "end": "2029-01-03"}
    return {"type": "rep", "state": state, "district": district, "party": "Democrat", **days}


def next_term(people: list[dict[str, Any]]) -> None:
    """Umber moves to the seat Tarn loses; a new face follows her."""
    people[2]["terms"].append(term("WY", 0))
    name = {"first": "Fenn", "last": "Ortega", "official_full": "Fenn Ortega"}
    people.append({"id": {"bioguide": "X000009"}, "name": name, "bio": {}, "terms": [term("CA", 12)]})


def test_a_first_import_is_no_change_of_term(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(INVENTED, tmp_path / "us-congress"))

    assert list(foreseen(plan(folder))) == []


def test_the_preview_shows_new_and_moved_seats_and_writes_nothing(congress: Path) -> None:
    change(congress, "legislators-current.json", next_term)
    standing = Membership.objects.count()

    found = sorted((row["where"], row["changes"], row["person_id"]) for row in foreseen(plan(congress)))

    umber, tarn = holder("X000003"), holder("X000004")
    assert found == [
        ("Representative for CA-12", {"new holder": ["Celeste Umber", "Fenn Ortega"]}, umber.pk),
        ("Representative for WY-0", {"moved to another seat": ["Dov Tarn", "Celeste Umber"]}, tarn.pk),
        ("Senate Outreach Chair", {"vacated": ["Bastian Ó Dálaigh, Jr.", ""]}, holder("X000002").pk),
    ]
    assert Membership.objects.count() == standing


def test_a_seat_nobody_takes_is_vacated(congress: Path) -> None:
    def leave(people: list[dict[str, Any]]) -> None:
        people[3]["terms"].append(term("CA", 12))

    change(congress, "legislators-current.json", leave)

    found = {row["where"]: row["changes"] for row in foreseen(plan(congress))}

    assert found == {
        "Representative for CA-12": {"moved to another seat": ["Celeste Umber", "Dov Tarn"]},
        "Representative for WY-0": {"vacated": ["Dov Tarn", ""]},
        "Senate Outreach Chair": {"vacated": ["Bastian Ó Dálaigh, Jr.", ""]},
    }


def test_a_row_about_somebody_hidden_is_kept_from_the_others(congress: Path) -> None:
    tarn = holder("X000004")
    type(tarn).objects.filter(pk=tarn.pk).update(visibility=Visibility.TEAM)
    change(congress, "legislators-current.json", next_term)
    batch = ImportBatch(profile="us-congress")

    rows = [row for row in preview_of(plan(congress), batch) if row.kind == PreviewKind.SEATS]

    assert {row.where: row.person_id for row in rows}["Representative for WY-0"] == tarn.pk
