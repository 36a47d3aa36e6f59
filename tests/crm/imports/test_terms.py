"""One term of office in two sources, of which one knows its dates."""

import json
from pathlib import Path
from typing import Any

import pytest

from crm.imports.actions import apply_plan, undo_import
from crm.imports.enums import ImportMode, ProblemKind
from crm.imports.models import ImportBatch
from crm.imports.queries import plan_import
from crm.imports.registry import read_source
from crm.imports.rules import Plan
from crm.people.models import Membership
from tests.crm.imports.real_steps import AT, written

pytestmark = pytest.mark.django_db

SEAT = {"post_id": "seat", "role": "member"}
DATED = {"start_date": "2023-01-04", "end_date": "2025-01-03"}


def source(folder: Path, name: str, *held: dict[str, Any]) -> Path:
    """A file of its own dataset in which Ada holds these memberships of the same council."""
    content = {
        "persons": [{"id": "p", "name": "Ada Birch", "identifiers": [{"scheme": "wikidata", "identifier": "Q1"}]}],
        "organizations": [
            {
                "id": "o",
                "name": "Council",
                "identifiers": [{"scheme": "wikidata", "identifier": "Q2"}],
                "posts": [{"id": "seat", "label": "North"}, {"id": "other", "label": "South"}],
            }
        ],
        "memberships": [{"person_id": "p", "organization_id": "o", **each} for each in held],
    }
    path = folder / f"{name}.json"
    path.write_text(json.dumps(content))
    return path


def load(path: Path, mode: ImportMode = ImportMode.UPDATE) -> Plan:
    plan = plan_import(read_source(path, profile="popolo"), mode=mode)
    apply_plan(plan, by=None, at=AT, skip_bad_rows=True)
    return plan


def terms() -> list[tuple[str, str, str]]:
    return list(Membership.objects.order_by("pk").values_list("post__label", "start_date", "end_date"))


ONE = [("North", "2023-01-04", "2025-01-03")]


def test_an_undated_term_gets_the_dates_of_another_source_and_stays_one(tmp_path: Path) -> None:
    bare, dated = source(tmp_path, "bare", SEAT), source(tmp_path, "dated", SEAT | DATED)
    load(bare)
    kept = Membership.objects.get()

    load(dated)

    assert terms() == ONE
    assert Membership.objects.get().pk == kept.pk
    assert [written(load(path)) for path in (bare, dated, bare)] == [0, 0, 0]


def test_a_term_without_dates_is_the_dated_one_that_is_here(tmp_path: Path) -> None:
    bare, dated = source(tmp_path, "bare", SEAT), source(tmp_path, "dated", SEAT | DATED)
    load(dated)

    load(bare)

    assert terms() == ONE
    assert [written(load(path)) for path in (dated, bare, dated)] == [0, 0, 0]


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    "held",
    [
        pytest.param([SEAT | {"start_date": "2019"}], id="two dates"),
        pytest.param([SEAT | {"post_id": "other"}], id="another post"),
        pytest.param([SEAT | {"role": "clerk"}], id="another title"),
        pytest.param([SEAT, SEAT | {"start_date": "2019"}], id="the file itself tells them apart"),
    ],
)
def test_what_may_be_another_term_stays_another(tmp_path: Path, held: list[dict[str, Any]], turned: bool) -> None:
    paths = [source(tmp_path, "bare", *held), source(tmp_path, "dated", SEAT | DATED | {"role": "Speaker"})]

    for path in reversed(paths) if turned else paths:
        load(path)

    assert len(terms()) == len(held) + 1
    assert [written(load(path)) for path in paths] == [0, 0]


def test_of_two_dated_terms_nobody_can_say_whose_dates_they_are(tmp_path: Path) -> None:
    load(source(tmp_path, "bare", SEAT))

    load(source(tmp_path, "dated", SEAT | DATED, SEAT | {"start_date": "2025-01-03"}))

    assert terms() == [("North", "", ""), ("North", "2023-01-04", "2025-01-03"), ("North", "2025-01-03", "")]


def test_a_term_that_ended_here_by_hand_is_not_given_other_dates(tmp_path: Path) -> None:
    load(source(tmp_path, "bare", SEAT))
    Membership.objects.update(end_date="2020")

    load(source(tmp_path, "dated", SEAT | DATED))

    assert terms() == [("North", "", "2020"), ("North", "2023-01-04", "2025-01-03")]


def test_dates_somebody_took_away_here_are_a_conflict(tmp_path: Path) -> None:
    dated = source(tmp_path, "dated", SEAT | DATED)
    load(dated)
    Membership.objects.update(start_date="", end_date="")

    plan = load(dated)

    assert terms() == [("North", "", "")]
    found = [(problem.kind, problem.column) for problem in plan.problems]
    assert found == [(ProblemKind.CONFLICT, "end_date"), (ProblemKind.CONFLICT, "start_date")]


@pytest.mark.parametrize(("mode", "first_day"), [(ImportMode.SKIP, ""), (ImportMode.FILL, "2023-01-04")])
def test_the_mode_decides_whether_dates_are_filled_in(tmp_path: Path, mode: ImportMode, first_day: str) -> None:
    load(source(tmp_path, "bare", SEAT))

    load(source(tmp_path, "dated", SEAT | DATED), mode)

    assert [start for _post, start, _end in terms()] == [first_day]


def test_undo_takes_the_dates_away_again(tmp_path: Path) -> None:
    load(source(tmp_path, "bare", SEAT))
    load(source(tmp_path, "dated", SEAT | DATED))

    undoing = undo_import(ImportBatch.objects.latest("id"), by=None, at=AT)

    assert (terms(), undoing.kept) == ([("North", "", "")], [])
